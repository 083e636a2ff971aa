#include "net/tls/tls_session.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <cerrno>
#include <cstring>
#include <limits>

#include "net/tls/tls_context.h"
#include "net/trouble.h"

namespace drover::net {

namespace {

/// Most plain bytes of one TLS record (RFC 8446 section 5.1).
constexpr std::size_t kRecordBytes = 16 * 1024;

/// Where small pieces are gathered into one record. It is used within one call only, so one for each thread is enough.
thread_local std::array<char, kRecordBytes> t_record;

std::size_t gather(std::span<const iovec> pieces, std::size_t skip) {
  std::size_t filled = 0;
  for (const iovec& piece : pieces) {
    if (skip >= piece.iov_len) {
      skip -= piece.iov_len;
      continue;
    }
    std::size_t count = std::min(piece.iov_len - skip, kRecordBytes - filled);
    std::memcpy(t_record.data() + filled, static_cast<const char*>(piece.iov_base) + skip, count);
    filled += count;
    skip = 0;
    if (filled == kRecordBytes) break;
  }
  return filled;
}

int as_int(std::size_t size) {
  return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
}

}  // namespace

TlsSession::TlsSession(SSL_CTX* context) : ssl_(SSL_new(context)) {}

TlsSession::~TlsSession() {
  // A session may be resumed although its connection ended without close_notify (RFC 5246 section 7.2.1). OpenSSL would
  // spoil it.
  if (ssl_ != nullptr && !broken_) SSL_set_shutdown(ssl_, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  SSL_free(ssl_);
}

Result<std::unique_ptr<TlsSession>> TlsSession::client(const ClientTls& settings, const std::string& host) {
  const auto& own = static_cast<const OpenSslClient&>(settings);
  std::unique_ptr<TlsSession> session(new TlsSession(own.context()));
  if (session->ssl_ == nullptr) return fail(trouble(ErrorKind::LocalResource, "local_resource", "no memory for TLS"));
  boost::system::error_code not_literal;
  boost::asio::ip::address address = boost::asio::ip::make_address(host, not_literal);
  int set = 0;
  if (!not_literal) {
    set = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session->ssl_), address.to_string().c_str());
  } else {
    SSL_set_hostflags(session->ssl_, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    // SNI carries names only, never addresses (RFC 6066 section 3).
    set = SSL_set1_host(session->ssl_, host.c_str()) == 1 && SSL_set_tlsext_host_name(session->ssl_, host.c_str()) == 1;
  }
  if (set != 1)
    return fail(trouble(ErrorKind::Tls, "tls_handshake", "this host name cannot be used with TLS: " + host));
  SSL_set_connect_state(session->ssl_);
  session->resumable_ = own.sessions().of(host);
  if (session->resumable_) session->resumable_->offer(session->ssl_);
  return session;
}

Result<std::unique_ptr<TlsSession>> TlsSession::server(const ServerTls& settings) {
  std::unique_ptr<TlsSession> session(new TlsSession(static_cast<const OpenSslServer&>(settings).context()));
  if (session->ssl_ == nullptr) return fail(trouble(ErrorKind::LocalResource, "local_resource", "no memory for TLS"));
  SSL_set_accept_state(session->ssl_);
  return session;
}

void TlsSession::attach(int descriptor, bool& kernel_readable, const bool& ended) {
  descriptor_ = descriptor;
  kernel_readable_ = &kernel_readable;
  ended_ = &ended;
  BIO* bio = BIO_new(bio_method());
  if (bio == nullptr) {
    broken_ = true;
    return;
  }
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_, bio, bio);
}

Moved TlsSession::outcome(int returned) {
  if (returned > 0) return Moved::done(static_cast<std::size_t>(returned));
  switch (SSL_get_error(ssl_, returned)) {
    case SSL_ERROR_WANT_READ: return Moved::blocked();
    case SSL_ERROR_WANT_WRITE: wants_write_ = true; return Moved::blocked();
    case SSL_ERROR_ZERO_RETURN: return Moved::end();
    default:
      // Also an end of file without close_notify: the bytes before it may be cut (RFC 9112 section 9.8).
      last_error_ = ERR_peek_last_error();
      broken_ = true;
      return Moved::failed(error_number_ != 0 ? error_number_ : ECONNRESET);
  }
}

Moved TlsSession::handshake() {
  if (broken_) return Moved::failed(EPROTO);
  ERR_clear_error();
  wants_write_ = false;
  Moved moved = outcome(SSL_do_handshake(ssl_));
  if (moved.state == Io::Done) established_ = true;
  if (moved.state == Io::End) moved = Moved::failed(ECONNRESET);
  // If the session caused the failure, the next connection must begin without it.
  if (moved.state == Io::Failed && resumable_) resumable_->forget();
  return moved;
}

Moved TlsSession::read(std::span<char> into) {
  if (broken_ || !established_) return Moved::failed(ECONNRESET);
  if (!*kernel_readable_ && !has_decrypted()) return Moved::blocked();
  ERR_clear_error();
  const Moved moved = outcome(SSL_read(ssl_, into.data(), as_int(into.size())));
  // For a session ticket OpenSSL allocates both its buffers, and frees only the one that it used.
  if (!has_decrypted()) SSL_free_buffers(ssl_);
  return moved;
}

Moved TlsSession::write(std::span<const iovec> pieces) {
  if (broken_ || !established_) return Moved::failed(EPIPE);
  std::size_t total = 0;
  for (;;) {
    std::size_t filled = gather(pieces, total);
    if (filled == 0) return Moved::done(total);
    ERR_clear_error();
    // After Blocked the same bytes come again from the same place, at least as many, as OpenSSL wants it.
    Moved moved = outcome(SSL_write(ssl_, t_record.data(), as_int(filled)));
    if (moved.state == Io::Blocked) return total > 0 ? Moved::done(total) : moved;
    if (moved.state != Io::Done) return Moved::failed(moved.error != 0 ? moved.error : EPIPE);
    total += moved.bytes;
  }
}

void TlsSession::send_close_notify() {
  if (broken_ || !established_) return;
  ERR_clear_error();
  SSL_shutdown(ssl_);
}

bool TlsSession::has_decrypted() const {
  return SSL_has_pending(ssl_) == 1;
}

bool TlsSession::is_talking() {
  if (broken_ || !established_) return true;
  *kernel_readable_ = true;
  char byte = 0;
  ERR_clear_error();
  int got = SSL_peek(ssl_, &byte, 1);
  return outcome(got).state != Io::Blocked;
}

std::string TlsSession::failure_code() const {
  switch (SSL_get_verify_result(ssl_)) {
    case X509_V_OK: return "tls_handshake";
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID: return "tls_cert_expired";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: return "tls_wrong_host";
    default: return "tls_unknown_ca";
  }
}

std::string TlsSession::failure_reason() const {
  long verified = SSL_get_verify_result(ssl_);
  if (verified != X509_V_OK) return X509_verify_cert_error_string(verified);
  const char* reason = last_error_ == 0 ? nullptr : ERR_reason_error_string(last_error_);
  return reason == nullptr ? "the peer ended the TLS handshake" : reason;
}

int TlsSession::bio_read(BIO* bio, char* into, int size) {
  auto* self = static_cast<TlsSession*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  if (!*self->kernel_readable_) {
    BIO_set_retry_read(bio);
    return -1;
  }
  ssize_t got = 0;
  do {
    got = ::recv(self->descriptor_, into, static_cast<std::size_t>(size), 0);
  } while (got < 0 && errno == EINTR);
  if (got > 0) *self->kernel_readable_ = *self->ended_ || got == size;
  if (got >= 0) return static_cast<int>(got);
  if (errno == EAGAIN || errno == EWOULDBLOCK) {
    *self->kernel_readable_ = false;
    BIO_set_retry_read(bio);
  } else {
    self->error_number_ = errno;
  }
  return -1;
}

int TlsSession::bio_write(BIO* bio, const char* from, int size) {
  auto* self = static_cast<TlsSession*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  ssize_t sent = 0;
  do {
    sent = ::send(self->descriptor_, from, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent >= 0) return static_cast<int>(sent);
  if (errno == EAGAIN || errno == EWOULDBLOCK) {
    BIO_set_retry_write(bio);
  } else {
    self->error_number_ = errno;
  }
  return -1;
}

long TlsSession::bio_control(BIO*, int command, long, void*) {
  // OpenSSL asks for a flush after each flight; other commands do not concern a socket.
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD* TlsSession::bio_method() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "drover socket");
    BIO_meth_set_read(made, &TlsSession::bio_read);
    BIO_meth_set_write(made, &TlsSession::bio_write);
    BIO_meth_set_ctrl(made, &TlsSession::bio_control);
    return made;
  }();
  return method;
}

}  // namespace drover::net
