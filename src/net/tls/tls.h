// TLS settings, made once and shared: the OpenSSL contexts of both sides. Sockets use them through net's own streams
// (OpenSSL on the descriptor with readiness waits; SSL_MODE_RELEASE_BUFFERS).
#pragma once

#include <memory>
#include <string>

#include "base/result.h"

namespace drover::net {

/// For connections to upstreams: TLS 1.2+, certificates and host names always verified, SNI.
class ClientTls {
 public:
  virtual ~ClientTls() = default;
  /// `ca_file` empty: the system's trust store. Errors: BadConfig.
  [[nodiscard]] static Result<std::shared_ptr<const ClientTls>> create(const std::string& ca_file);
  /// What create() would trust now, as a text to compare: the text changes when the content of the file (or of the
  /// system's trust store) changes. Errors: as create().
  [[nodiscard]] static Result<std::string> trust_mark(const std::string& ca_file);
};

/// For a listener: a certificate chain, its key, and optionally the CA of client certificates.
class ServerTls {
 public:
  virtual ~ServerTls() = default;
  /// Errors: BadConfig with a sentence (unreadable file, key does not match, expired certificate is only warned of).
  [[nodiscard]] static Result<std::shared_ptr<const ServerTls>> create(const std::string& cert_file,
                                                                       const std::string& key_file,
                                                                       const std::string& client_ca_file);
};

}  // namespace drover::net
