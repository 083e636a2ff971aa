// For tests of whole connections: a listener that answers every request with its own body, and a client for it.
#pragma once

#include <array>

#include "net/dns/resolver.h"
#include "net/socket/connector.h"
#include "net/socket/listeners.h"
#include "net/test/test_kit.h"
#include "net/tls/tls.h"

namespace drover::net::testing {

inline Awaitable<void> serve_echo(std::unique_ptr<ServerConnection> connection, Loop& loop) {
  Result<void> shaken = co_await connection->handshake();
  if (!shaken) co_return;
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

/// Sends one request; returns the status, a space and the body.
inline Awaitable<Result<std::string>> ask(ClientConnection& connection, std::string body) {
  ClientExchange& exchange = connection.open();
  exchange.start(
      {.method = "POST", .path = "/v1/x", .authority = "a", .framing = {http::BodyKind::Length, body.size()}});
  std::array<std::string_view, 1> pieces{body};
  Result<WriteState> sent = exchange.write(pieces, More::No, Keep::Borrow);
  if (!sent) co_return fail(sent.error());
  while (exchange.pending_bytes() > 0) {
    Result<void> written = co_await exchange.until_written();
    if (!written) co_return fail(written.error());
    Result<HeadRead> early = exchange.read_head();
    if (!early) co_return fail(early.error());
    if (*early == HeadRead::Complete) break;
  }
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

using Connected = Result<std::unique_ptr<ClientConnection>>;

struct EchoServer {
  explicit EchoServer(std::shared_ptr<const ServerTls> tls = nullptr) {
    listeners.accept_on(loop, 0, [this, tls](TcpSocket socket, std::size_t) {
      auto connection = http1_server(loop, std::move(socket), tls, {});
      asio::co_spawn(loop.executor(), serve_echo(std::move(connection), loop), asio::detached);
    });
  }
  ~EchoServer() { listeners.stop(0); }

  Connected connect(const std::string& host, std::shared_ptr<const ClientTls> tls = nullptr) {
    Connecting connecting(loop, resolver);
    Origin origin{host, listeners.ports()[0], std::move(tls)};
    return finish(loop, connecting.run(origin, loop.now() + 10s));
  }

  Loop loop{1};
  Resolver resolver{loop};
  Listeners listeners = *Listeners::bind({{"127.0.0.1", 0}}, 1);
};

}  // namespace drover::net::testing
