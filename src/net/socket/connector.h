// Opens connections to origins: name → addresses → TCP → TLS.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "net/asio.h"
#include "net/exchange.h"

namespace drover::net {

class Loop;
class Resolver;
class ClientTls;

/// Where to connect and how. Only equal origins share connections, with equal TLS settings.
struct Origin {
  std::string host;  ///< name or address, IPv6 without brackets
  std::uint16_t port = 0;
  std::shared_ptr<const ClientTls> tls;  ///< null: plain TCP

  friend bool operator==(const Origin&, const Origin&) = default;
};

/// One attempt to connect. It lives as long as the coroutine that runs it.
class Connecting {
 public:
  Connecting(Loop& loop, Resolver& resolver);
  ~Connecting();

  /// Tries the addresses of both families, each next one after kStagger without an answer (RFC 8305), until one has a
  /// connection and, with TLS, a verified handshake. After a certificate error the same address is not tried again.
  /// Errors: Resolve, Connect, ConnectTimeout (at `deadline`), Tls (code "tls_cert_expired", "tls_wrong_host",
  /// "tls_unknown_ca", "tls_handshake"), LocalResource (descriptors, ports), Cancelled.
  [[nodiscard]] Awaitable<Result<std::unique_ptr<ClientConnection>>> run(const Origin& origin, Instant deadline);
  /// run() returns Cancelled soon.
  void cancel();

  static constexpr Duration kStagger = std::chrono::milliseconds(250);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace drover::net
