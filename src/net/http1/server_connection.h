// The downstream side of one accepted connection: yields its requests one after the other.
#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "net/asio.h"
#include "net/exchange.h"

namespace drover::net {

class ByteLedger;
class Loop;
class ServerTls;

/// Limits of one downstream connection.
struct ServerLimits {
  /// First byte of a request → end of its head (slowloris); also how long a connection may wait with its first one.
  Duration head = std::chrono::seconds(10);
  Duration keep_alive = std::chrono::seconds(75);  ///< idle between requests
  Duration handshake = std::chrono::seconds(5);
  Duration write_stall = std::chrono::seconds(60);
  ByteLedger* unparsed =
      nullptr;  ///< counts what is held of unread bytes; outlives the connection; null: nobody counts
};

class ServerConnection {
 public:
  virtual ~ServerConnection() = default;

  /// Performs the TLS handshake where there is one. Errors: Tls, ClientGone, timeouts.
  [[nodiscard]] virtual Awaitable<Result<void>> handshake() = 0;
  /// The next request, in order (pipelined ones are served one at a time); valid until the following call.
  /// Errors: ClientGone (orderly end, also idle timeout), BadRequest and others with a status to answer: then
  /// reject() sends it and the connection ends.
  [[nodiscard]] virtual Awaitable<Result<ServerExchange*>> next() = 0;
  /// Writes a last answer for a request that could not be read, and closes after a short, bounded drain (so that the
  /// client can read it).
  [[nodiscard]] virtual Awaitable<void> reject(int status, std::string fields, std::string body) = 0;
  /// No further request after the current one (drain); closes at once when idle.
  virtual void drain() = 0;
  virtual void close() = 0;
  [[nodiscard]] virtual bool idle() const = 0;
  [[nodiscard]] virtual bool peer_is_loopback() const = 0;
  /// The peer's address as a number: an IPv4 address, or the network half of an IPv6 one (whoever has one of its
  /// addresses mostly has them all). 0: it is gone already.
  [[nodiscard]] virtual std::uint64_t peer() const = 0;
};

/// ServerConnection::peer of a connection that has only been accepted.
[[nodiscard]] std::uint64_t peer_number(const TcpSocket& socket);

/// HTTP/1.1 over `socket`, with TLS when `tls` is given.
[[nodiscard]] std::unique_ptr<ServerConnection> http1_server(Loop& loop, TcpSocket socket,
                                                             std::shared_ptr<const ServerTls> tls, ServerLimits limits);

}  // namespace drover::net
