// One accepted connection of the mock: it reads requests, gets a script from the provider and plays it, and watches for
// the client's end meanwhile. It writes raw bytes, because a mock must be able to break every rule that net keeps.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "mock/server/pause.h"
#include "mock/server/request_reader.h"
#include "mock/server/shared_provider.h"
#include "net/asio.h"
#include "net/loop/loop.h"
#include "net/loop/ticker.h"

namespace drover::mock {

/// A client that takes no byte for so long is disconnected.
inline constexpr Duration kWriteStall = std::chrono::minutes(10);
/// Longest time from a request's first byte to its last.
inline constexpr Duration kRequestTime = std::chrono::minutes(10);
/// How long, and how many bytes, are still read after the last answer so that the client can read it (RFC 9112 9.6).
inline constexpr Duration kLinger = std::chrono::seconds(2);

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  struct Place {
    std::size_t port = 0;
    std::uint64_t number = 0;
  };
  /// Called on the loop when a control page changed a setting that may open or close ports, and when the connection has
  /// ended.
  struct Events {
    std::function<void()> controlled;
    std::function<void(std::uint64_t number)> ended;
  };

  Connection(net::Loop& loop, std::shared_ptr<SharedProvider> provider, net::TcpSocket socket, Place place,
             Events events);

  /// Begins to serve; `struck` is the fault at accept, if any.
  void start(std::optional<FaultKind> struck);
  /// The server stops: the connection ends soon.
  void close();

 private:
  [[nodiscard]] static net::Awaitable<> reading(std::shared_ptr<Connection> self);
  [[nodiscard]] static net::Awaitable<> serving(std::shared_ptr<Connection> self);

  void take_available();
  void client_is_gone();
  [[nodiscard]] net::Awaitable<bool> head_arrives();
  [[nodiscard]] net::Awaitable<bool> body_arrives();
  [[nodiscard]] net::Awaitable<bool> serve_one();
  [[nodiscard]] net::Awaitable<> refuse(Error error);
  [[nodiscard]] net::Awaitable<bool> play(Script script, std::uint64_t ordinal);
  [[nodiscard]] net::Awaitable<bool> end(Ending ending);
  [[nodiscard]] net::Awaitable<> hang();
  [[nodiscard]] net::Awaitable<> linger();
  /// `bytes` belong to the caller's frame, which waits for this call.
  [[nodiscard]] net::Awaitable<bool> write(std::string_view bytes);
  [[nodiscard]] Heard heard() const;
  [[nodiscard]] Script script_for_request(std::uint64_t& ordinal);
  [[nodiscard]] Now now() { return {loop_.now_exact(), loop_.unix_seconds()}; }
  void reset_socket();

  net::Loop& loop_;
  std::shared_ptr<SharedProvider> provider_;
  net::TcpSocket socket_;
  Place place_;
  Events events_;
  RequestReader reader_;
  Pause pause_;
  net::Deadline stall_;
  std::optional<Error> broken_;  ///< the client's bytes cannot be read
  std::optional<Instant> gone_;  ///< when the client's end was seen
  bool closed_ = false;
  bool discard_ = false;  ///< further bytes are dropped
};

}  // namespace drover::mock
