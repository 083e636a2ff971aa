#include "gateway/request/session.h"

#include <utility>

#include "gateway/answers/replies.h"
#include "gateway/process/worker.h"
#include "gateway/request/pipeline.h"
#include "gateway/request/record.h"
#include "gateway/request/request_id.h"

namespace drover::gateway {

namespace {

net::ServerLimits limits_of(Worker& worker) {
  net::ServerLimits limits;
  limits.unparsed = &worker.admission().unparsed;
  return limits;
}

}  // namespace

Session::Session(Worker& worker, net::TcpSocket socket, std::shared_ptr<const net::ServerTls> tls, Gauge::Place place)
    : worker_(worker),
      place_(std::move(place)),
      connection_(net::http1_server(worker.loop(), std::move(socket), std::move(tls), limits_of(worker))) {
  state_.peer = connection_->peer();
  worker_.joined(*this);
}

Session::~Session() {
  worker_.left(*this);
}

net::Awaitable<> Session::run(std::unique_ptr<Session> self) {
  Worker& worker = self->worker_;
  net::ServerConnection& connection = *self->connection_;
  worker.waits(*self, Acquaintance::New);
  const auto ready = co_await connection.handshake();
  if (!ready) co_return;
  for (;;) {
    auto next = co_await connection.next();
    worker.stirs(*self);
    if (!next) {
      const Error error = std::move(next.error());
      if (error.status != 0) {
        const std::string id = request_id({}, worker.loop().random());
        record_unreadable(worker, error, id);
        Reply reply = error_reply(dialect::openai(), error, "x-request-id: " + id + "\r\n");
        co_await connection.reject(reply.status, std::move(reply.fields), std::move(reply.body));
      }
      co_return;
    }
    self->state_.exchange = *next;
    co_await serve(worker, self->state_);
    self->state_.reset();
    worker.waits(*self, Acquaintance::Served);
  }
}

void Session::drain() {
  connection_->drain();
}

void Session::give_way() {
  place_.leave();
  cut();
}

void Session::cut() {
  connection_->close();
}

void Session::expire() {
  const bool told = state_.run && state_.run->expire();
  if (!told) connection_->close();
}

}  // namespace drover::gateway
