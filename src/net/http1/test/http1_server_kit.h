// For tests of the downstream side: one connection with a plain socket as its client.
#pragma once

#include <array>

#include "net/test/test_kit.h"

namespace drover::net::testing {

/// Sees the client go, and when; and what it sends behind its request.
struct Watcher : GoneObserver {
  void downstream_gone() override {
    ++times;
    when = monotonic_now();
  }
  void request_behind() override { ++told_of_more; }
  virtual ~Watcher() = default;
  int times = 0;
  int told_of_more = 0;
  Instant when{};
};

struct Served {
  explicit Served(ServerLimits limits = {}, bool small_buffers = false) {
    SocketPair pair = connect_pair(loop, small_buffers);
    client = std::move(pair.theirs);
    connection = http1_server(loop, std::move(pair.ours), nullptr, limits);
  }

  Result<ServerExchange*> next() { return finish(loop, connection->next()); }

  /// The request that the client has sent.
  ServerExchange& request() {
    Result<ServerExchange*> got = next();
    EXPECT_TRUE(got) << got.error().message;
    return **got;
  }

  Result<std::string> body(ServerExchange& exchange) {
    std::string all;
    for (;;) {
      Result<Read> read = exchange.read_body();
      if (!read) return fail(read.error());
      if (read->state == ReadState::End) return all;
      all.append(read->bytes);
      if (read->state != ReadState::Blocked) continue;
      Result<void> waited = finish(loop, exchange.until_readable(loop.now() + 10s));
      if (!waited) return fail(waited.error());
    }
  }

  static Result<WriteState> write(ServerExchange& exchange, std::string_view piece, More more, Keep keep = Keep::Copy) {
    std::array<std::string_view, 1> pieces{piece};
    return exchange.write(pieces, more, keep);
  }

  /// Answers with this body, whole.
  void answer(ServerExchange& exchange, std::string_view text) {
    exchange.start({.status = 200, .framing = {http::BodyKind::Length, text.size()}});
    Result<WriteState> sent = write(exchange, text, More::No);
    EXPECT_TRUE(sent);
  }

  Loop loop{1};
  std::unique_ptr<ServerConnection> connection;
  Peer client;
};

inline constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

}  // namespace drover::net::testing
