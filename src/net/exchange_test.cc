// Both sides of HTTP/1.1 against each other, on loopback.
#include <gtest/gtest.h>

#include "net/connector.h"
#include "net/listeners.h"
#include "net/resolver.h"
#include "net/test_kit.h"
#include "net/ticker.h"

namespace drover::net {
namespace {

using namespace testing;

/// Answers every request with its body sent back, chunked.
Awaitable<void> serve_echo(std::unique_ptr<ServerConnection> connection, Loop& loop) {
  for (;;) {
    Result<ServerExchange*> next = co_await connection->next();
    if (!next) co_return;
    ServerExchange& exchange = **next;
    std::string body;
    for (;;) {
      Result<Read> read = exchange.read_body();
      if (!read) co_return;
      if (read->state == ReadState::End) break;
      body.append(read->bytes);
      if (read->state != ReadState::Blocked) continue;
      Result<void> waited = co_await exchange.until_readable(loop.now() + 10s);
      if (!waited) co_return;
    }
    exchange.release_request();
    exchange.start({.status = 200, .fields = "X-A: b\r\n", .framing = {http::BodyKind::Chunked}});
    std::array<std::string_view, 1> pieces{body};
    Result<WriteState> sent = exchange.write(pieces, More::No, Keep::Borrow);
    if (!sent) co_return;
    Result<void> written = co_await exchange.until_written(loop.now() + 10s);
    if (!written) co_return;
  }
}

Awaitable<Result<std::string>> ask(ClientConnection& connection, std::string body) {
  ClientExchange& exchange = connection.open();
  exchange.start(
      {.method = "POST", .path = "/v1/x", .authority = "a", .framing = {http::BodyKind::Length, body.size()}});
  std::array<std::string_view, 1> pieces{body};
  Result<WriteState> sent = exchange.write(pieces, More::No, Keep::Borrow);
  if (!sent) co_return fail(sent.error());
  Result<void> written = co_await exchange.until_written();
  if (!written) co_return fail(written.error());
  for (;;) {
    Result<HeadRead> head = exchange.read_head();
    if (!head) co_return fail(head.error());
    if (*head == HeadRead::Complete) break;
    Result<void> waited = co_await exchange.until_readable();
    if (!waited) co_return fail(waited.error());
  }
  std::string answer = std::to_string(exchange.head().status) + " ";
  exchange.release_head();
  for (;;) {
    Result<Read> read = exchange.read_body();
    if (!read) co_return fail(read.error());
    if (read->state == ReadState::End) break;
    answer.append(read->bytes);
    if (read->state != ReadState::Blocked) continue;
    Result<void> waited = co_await exchange.until_readable();
    if (!waited) co_return fail(waited.error());
  }
  co_return answer;
}

struct Pair {
  Loop loop{1};
  Resolver resolver{loop};
  Listeners listeners = *Listeners::bind({{"127.0.0.1", 0}}, 1);
  std::unique_ptr<ClientConnection> client;

  Pair() {
    listeners.accept_on(loop, 0, [this](TcpSocket socket, std::size_t) {
      auto connection = http1_server(loop, std::move(socket), nullptr, {});
      asio::co_spawn(loop.executor(), serve_echo(std::move(connection), loop), asio::detached);
    });
    Connecting connecting(loop, resolver);
    Origin origin{"localhost", listeners.ports()[0], nullptr};
    Result<std::unique_ptr<ClientConnection>> made = finish(loop, connecting.run(origin, loop.now() + 5s));
    EXPECT_TRUE(made) << made.error().message;
    if (made) client = std::move(*made);
  }
  ~Pair() { listeners.stop(0); }
};

TEST(Exchange, CarriesARequestAndItsAnswer) {
  Pair pair;
  ASSERT_TRUE(pair.client);
  Result<std::string> answer = finish(pair.loop, ask(*pair.client, "hello"));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(*answer, "200 hello");
  EXPECT_TRUE(pair.client->finish());
  EXPECT_TRUE(pair.client->alive());
}

TEST(Exchange, CarriesManyRequestsOnOneConnection) {
  Pair pair;
  ASSERT_TRUE(pair.client);
  for (int round = 0; round < 1000; ++round) {
    std::string body(static_cast<std::size_t>(round), 'x');
    Result<std::string> answer = finish(pair.loop, ask(*pair.client, body));
    ASSERT_TRUE(answer) << answer.error().message;
    ASSERT_EQ(*answer, "200 " + body);
    ASSERT_TRUE(pair.client->finish());
    ASSERT_TRUE(pair.client->alive());
  }
}

TEST(Exchange, CarriesABodyFarLargerThanTheSocketBuffers) {
  Pair pair;
  ASSERT_TRUE(pair.client);
  std::string body;
  for (int at = 0; body.size() < 20'000'000; ++at) body += std::to_string(at);
  Result<std::string> answer = finish(pair.loop, ask(*pair.client, body));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->size(), body.size() + 4);
  EXPECT_EQ(answer->substr(4), body);
  EXPECT_TRUE(pair.client->finish());
}

}  // namespace
}  // namespace drover::net
