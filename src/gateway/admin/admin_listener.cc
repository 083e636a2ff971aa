#include "gateway/admin/admin_listener.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>

#include "gateway/admin/admin_door.h"
#include "net/loop/loop.h"

namespace drover::gateway {

/// One connection and the answer it is being sent.
struct AdminListener::Visit : IdleLink {
  Visit(AdminListener& at, net::Loop& on, std::unique_ptr<net::ServerConnection> made)
      : listener(at), loop(on), connection(std::move(made)) {
    ++listener.open_;
    wait();
  }
  ~Visit() { --listener.open_; }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  void wait() { listener.waiting_.join(*this, loop.now()); }

  AdminListener& listener;
  net::Loop& loop;
  std::unique_ptr<net::ServerConnection> connection;
  Reply reply;
};

AdminListener::AdminListener(net::Listeners listeners, Reach reach, std::shared_ptr<const net::ServerTls> tls,
                             Look look)
    : listeners_(std::move(listeners)), reach_(reach), tls_(std::move(tls)), look_(std::move(look)) {}

void AdminListener::accept_on(net::Loop& loop) {
  listeners_.accept_on(loop, 0, [this, &loop](net::TcpSocket socket, std::size_t) {
    if (open_ >= kMaxAdminConnections) {
      auto* const longest = static_cast<Visit*>(waiting_.longest());
      if (longest == nullptr || open_ >= 2 * kMaxAdminConnections) return;  // closed by the socket's destructor
      longest->leave();
      longest->connection->close();
    }
    auto visit = std::make_unique<Visit>(*this, loop, net::http1_server(loop, std::move(socket), tls_, kAdminLimits));
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
    visit->leave();
    AdminView view = visit->listener.look_();
    NextRequest next_request = NextRequest::Taken;
    const bool api = view.door != nullptr && admin::is_api_path(exchange.head().target);
    if (api && may_read(exchange.head(), visit->listener.reach_)) {
      next_request = co_await answer_api(visit->loop, exchange, std::move(view.door), visit->reply);
    } else {
      visit->reply = answer_admin(exchange.head(), visit->listener.reach_, view);
    }
    send_reply(exchange, visit->reply, net::Keep::Borrow);
    if (exchange.pending_bytes() > 0) {
      const auto written = co_await exchange.until_flushed(after(visit->loop.now(), kAdminFlush));
      if (!written) {
        exchange.abort();
        co_return;
      }
    }
    if (next_request == NextRequest::Refused) co_return;
    visit->wait();
  }
}

}  // namespace drover::gateway
