// TLS sessions of upstream hosts, so that a later connection resumes one: no certificate is sent and checked again, and
// its parsed form is shared. For this room's own files.
#pragma once

#include <openssl/ssl.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace drover::net {

/// Most hosts with resumption. Hosts come from the configuration; further ones do without.
inline constexpr std::size_t kMostResumedHosts = 1024;

/// The newest session of one host. Any thread.
class ResumableSession {
 public:
  /// Makes connections of this context store their sessions.
  static void collect(SSL_CTX* context) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, &made);
  }

  /// Offers the session to a new connection. Call it before the handshake; this object must outlive the connection. One
  /// ticket may serve many connections: it shows the provider that they come from one client, which the key shows
  /// anyway.
  void offer(SSL* ssl) {
    SSL_set_app_data(ssl, this);
    const SessionPtr own = copy();  // a handshake may write to its session, and there are several threads
    if (own && SSL_SESSION_is_resumable(own.get()) == 1) SSL_set_session(ssl, own.get());
  }
  void forget() { keep(nullptr); }

 private:
  struct FreeSession {
    void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
  };
  using SessionPtr = std::unique_ptr<SSL_SESSION, FreeSession>;

  /// Returns whether it takes over the reference to the session.
  static int made(SSL* ssl, SSL_SESSION* session) {
    auto* const host = static_cast<ResumableSession*>(SSL_get_app_data(ssl));
    if (host == nullptr) return 0;
    host->keep(session);
    return 1;
  }
  void keep(SSL_SESSION* session) {
    const std::lock_guard lock(mutex_);
    newest_.reset(session);
  }
  [[nodiscard]] SessionPtr copy() {
    const std::lock_guard lock(mutex_);
    return SessionPtr(newest_ ? SSL_SESSION_dup(newest_.get()) : nullptr);
  }

  std::mutex mutex_;
  SessionPtr newest_;
};

/// The sessions of hosts that were reached with one trust store; another trust store has its own. Any thread.
class ResumableSessions {
 public:
  /// Null when there are too many hosts.
  [[nodiscard]] std::shared_ptr<ResumableSession> of(const std::string& host) {
    const std::lock_guard lock(mutex_);
    const auto found = hosts_.find(host);
    if (found != hosts_.end()) return found->second;
    if (hosts_.size() >= kMostResumedHosts) return nullptr;
    return hosts_.emplace(host, std::make_shared<ResumableSession>()).first->second;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<ResumableSession>> hosts_;
};

}  // namespace drover::net
