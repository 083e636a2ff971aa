// The downstream side of one accepted connection: it gives its requests one after the other.
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
  /// From the first byte of a request to the end of its head (slowloris); also how long a new connection may be silent.
  Duration head = std::chrono::seconds(10);
  Duration keep_alive = std::chrono::seconds(75);  ///< idle between requests
  Duration handshake = std::chrono::seconds(5);
  Duration write_stall = std::chrono::seconds(60);
  ByteLedger* unparsed = nullptr;  ///< counts unread bytes and outlives the connection; null: they are not counted
};

class ServerConnection {
 public:
  virtual ~ServerConnection() = default;

  /// Performs the TLS handshake if there is TLS. Errors: Tls, ClientGone, timeouts.
  [[nodiscard]] virtual Awaitable<Result<void>> handshake() = 0;
  /// The next request, in order (pipelined ones are served one at a time); valid until the next call.
  /// Errors: ClientGone (orderly end, also idle timeout); BadRequest and others with a status for the client: then
  /// reject() sends it and the connection ends.
  [[nodiscard]] virtual Awaitable<Result<ServerExchange*>> next() = 0;
  /// Sends a last answer for a request that could not be read, and closes after a short, bounded drain, so that the
  /// client can read it.
  [[nodiscard]] virtual Awaitable<void> reject(int status, std::string fields, std::string body) = 0;
  /// Takes no request after the current one (drain); closes at once when idle.
  virtual void drain() = 0;
  virtual void close() = 0;
  [[nodiscard]] virtual bool idle() const = 0;
  [[nodiscard]] virtual bool peer_is_loopback() const = 0;
  /// The peer's address as a number: an IPv4 address, or the network half of an IPv6 address (a host that has one
  /// address of the half can mostly use all). 0: the peer is gone.
  [[nodiscard]] virtual std::uint64_t peer() const = 0;
};

/// ServerConnection::peer() for a connection that is only accepted.
[[nodiscard]] std::uint64_t peer_number(const TcpSocket& socket);

/// HTTP/1.1 over `socket`, with TLS when `tls` is given.
[[nodiscard]] std::unique_ptr<ServerConnection> http1_server(Loop& loop, TcpSocket socket,
                                                             std::shared_ptr<const ServerTls> tls, ServerLimits limits);

}  // namespace drover::net
