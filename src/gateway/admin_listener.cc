#include "gateway/admin_listener.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>

#include "net/loop.h"

namespace drover::gateway {

/// One connection and the answer it is being sent.
struct AdminListener::Visit {
  AdminListener& listener;
  net::Loop& loop;
  std::unique_ptr<net::ServerConnection> connection;
  Gauge::Place place;
  Reply reply;
};

AdminListener::AdminListener(net::Listeners listeners, Reach reach, std::shared_ptr<const net::ServerTls> tls,
                             Look look)
    : listeners_(std::move(listeners)), reach_(reach), tls_(std::move(tls)), look_(std::move(look)) {}

void AdminListener::accept_on(net::Loop& loop) {
  listeners_.accept_on(loop, 0, [this, &loop](net::TcpSocket socket, std::size_t) {
    Gauge::Place place = places_.enter();
    if (!place) return;  // closed by the socket's destructor
    auto connection = net::http1_server(loop, std::move(socket), tls_, kAdminLimits);
    std::unique_ptr<Visit> visit(new Visit{*this, loop, std::move(connection), std::move(place), {}});
    net::asio::co_spawn(loop.executor(), serve(std::move(visit)), net::asio::detached);
  });
}

net::Awaitable<> AdminListener::serve(std::unique_ptr<Visit> visit) {
  net::ServerConnection& connection = *visit->connection;
  const auto shaken = co_await connection.handshake();
  if (!shaken) co_return;
  for (int request = 0; request < kMaxAdminRequests; ++request) {
    auto next = co_await connection.next();
    if (!next) {
      const Error error = std::move(next.error());
      if (error.status == 0) co_return;
      std::string fields = "Content-Type: text/plain; charset=utf-8\r\n";
      std::string body = error.message + "\n";
      co_await connection.reject(error.status, std::move(fields), std::move(body));
      co_return;
    }
    net::ServerExchange& exchange = **next;
    visit->reply = answer_admin(exchange.head(), visit->listener.reach_, visit->listener.look_());
    send_reply(exchange, visit->reply, net::Keep::Borrow);
    if (exchange.pending_bytes() == 0) continue;
    const auto written = co_await exchange.until_flushed(after(visit->loop.now(), kAdminFlush));
    if (!written) {
      exchange.abort();
      co_return;
    }
  }
}

}  // namespace drover::gateway
