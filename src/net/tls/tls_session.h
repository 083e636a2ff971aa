// OpenSSL on a descriptor: the TLS state of one connection, without waits, and without buffers between records.
#pragma once

#include <openssl/ssl.h>
#include <sys/uio.h>

#include <memory>
#include <span>
#include <string>

#include "base/result.h"
#include "net/io.h"

namespace drover::net {

class ClientTls;
class ResumableSession;
class ServerTls;

class TlsSession {
 public:
  /// For an upstream: checks that the certificate is `host`'s (a name or an address).
  [[nodiscard]] static Result<std::unique_ptr<TlsSession>> client(const ClientTls& settings, const std::string& host);
  [[nodiscard]] static Result<std::unique_ptr<TlsSession>> server(const ServerTls& settings);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  /// Shared with the stream. `kernel_readable` false: a read from the descriptor would find nothing. `ended`: an end
  /// follows the bytes that can be read.
  void attach(int descriptor, bool& kernel_readable, const bool& ended);

  /// As in Stream.
  [[nodiscard]] Moved handshake();
  [[nodiscard]] Moved read(std::span<char> into);
  [[nodiscard]] Moved write(std::span<const iovec> pieces);
  void send_close_notify();
  [[nodiscard]] bool wants_write() const { return wants_write_; }
  [[nodiscard]] bool has_decrypted() const;
  /// Whether application data or the end is waiting. Session tickets are read on the way.
  [[nodiscard]] bool is_talking();

  /// Whether the handshake resumed the session of an earlier connection.
  [[nodiscard]] bool resumed() const { return SSL_session_reused(ssl_) == 1; }

  /// Why the handshake failed: "tls_cert_expired", "tls_wrong_host", "tls_unknown_ca" or "tls_handshake".
  [[nodiscard]] std::string failure_code() const;
  /// One sentence for a person.
  [[nodiscard]] std::string failure_reason() const;

 private:
  explicit TlsSession(SSL_CTX* context);
  [[nodiscard]] Moved outcome(int returned);

  static int bio_read(BIO* bio, char* into, int size);
  static int bio_write(BIO* bio, const char* from, int size);
  static long bio_control(BIO* bio, int command, long number, void* pointer);
  static BIO_METHOD* bio_method();

  SSL* ssl_ = nullptr;
  std::shared_ptr<ResumableSession> resumable_;  ///< of this host; null on a server's side
  int descriptor_ = -1;
  bool* kernel_readable_ = nullptr;
  const bool* ended_ = nullptr;
  bool wants_write_ = false;
  bool established_ = false;
  bool broken_ = false;
  int error_number_ = 0;
  unsigned long last_error_ = 0;  // of OpenSSL's queue, when the handshake failed
};

}  // namespace drover::net
