// The downstream side of one HTTP/1.1 connection: it reads heads in order, has one exchange at a time, and ends in
// order.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "http/head/head_reader.h"
#include "net/http1/http1_server_exchange.h"
#include "net/http1/server_connection.h"
#include "net/http1/server_wire.h"

namespace drover::net {

/// Most bytes of one read while a head is awaited: the bytes after the head must be copied.
inline constexpr std::size_t kHeadReadBytes = 16 * 1024;
/// Most bytes of an unwanted rest that are read and dropped so that the client can read its answer, and the time for
/// that.
inline constexpr std::size_t kMaxDrainBytes = 64 * 1024;
inline constexpr Duration kDrainTime = std::chrono::seconds(1);

class Http1Server final : public ServerConnection {
 public:
  Http1Server(Loop& loop, TcpSocket socket, Result<std::unique_ptr<TlsSession>> session, ServerLimits limits);

  [[nodiscard]] Awaitable<Result<void>> handshake() override;
  [[nodiscard]] Awaitable<Result<ServerExchange*>> next() override;
  [[nodiscard]] Awaitable<void> reject(int status, std::string fields, std::string body) override;
  void drain() override;
  void close() override;
  [[nodiscard]] bool idle() const override { return idle_; }
  [[nodiscard]] bool peer_is_loopback() const override { return peer_.loopback; }
  [[nodiscard]] std::uint64_t peer() const override { return peer_.number; }

 private:
  struct Peer {
    bool loopback = false;
    std::uint64_t number = 0;
  };

  [[nodiscard]] static Peer peer_of(const TcpSocket& socket);
  /// Whether the next head can be read at once after the last exchange.
  [[nodiscard]] bool clean() const;
  [[nodiscard]] Awaitable<Result<void>> settle();
  [[nodiscard]] Awaitable<bool> drain_body();
  [[nodiscard]] Awaitable<void> linger();
  [[nodiscard]] Result<http::HeadState> read_head();
  [[nodiscard]] Result<http::HeadState> parse(Buffer& input);
  [[nodiscard]] Awaitable<Result<void>> until_input();
  [[nodiscard]] Error end_of_wait(Error error);

  ServerLimits limits_;
  std::optional<Error> no_session_;
  Peer peer_;
  bool with_tls_;
  ServerWire wire_;
  Http1ServerExchange exchange_;
  http::RequestHeadReader head_reader_;
  std::unique_ptr<RequestMemory> parsed_;
  Instant head_deadline_ = kNever;
  bool input_parsed_ = false;  // every byte of the input has been offered to the head reader
  bool idle_ = false;
  bool served_ = false;  // a request has been read
  bool draining_ = false;
};

}  // namespace drover::net
