#include "gateway/worker.h"

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <string>
#include <utility>

#include "gateway/session.h"
#include "telemetry/log.h"

namespace drover::gateway {
namespace {

/// No exception should reach the end of a session; one that does costs its connection and is said, not swallowed.
struct SessionEnded {
  void operator()(const std::exception_ptr& problem) const {
    if (!problem) return;
    try {
      std::rethrow_exception(problem);
    } catch (const std::exception& exception) {
      telemetry::log(telemetry::Level::Error,
                     std::string("a session ended with an exception (please report it): ") + exception.what());
    }
  }
};

}  // namespace

Worker::Worker(const Shared& shared, std::uint64_t seed, unsigned threads, std::shared_ptr<const Snapshot> snapshot)
    : shared_(shared), loop_(seed), resolver_(loop_), pools_(loop_, threads), snapshot_(std::move(snapshot)) {}

Worker::~Worker() {
  join();
  loop_.abandon();  // what is left of sessions goes while the rest of the worker still stands
}

void Worker::start() {
  thread_ = std::thread([this] { loop_.run(); });
}

void Worker::stop() {
  (void)loop_.order([this] { loop_.stop(); });  // not taken: it has stopped
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

void Worker::serve(net::TcpSocket socket, std::shared_ptr<const net::ServerTls> tls) {
  shared_.tally.connections.add();
  Gauge::Place place = shared_.admission.connections.enter();
  if (!place || draining_) return;  // closed by the socket's destructor: there is no memory for anything politer
  auto session = std::make_unique<Session>(*this, std::move(socket), std::move(tls), std::move(place));
  net::asio::co_spawn(loop_.executor(), Session::run(std::move(session)), SessionEnded{});
}

void Worker::use(std::shared_ptr<const Snapshot> snapshot) {
  snapshot_ = std::move(snapshot);
  pools_.use(snapshot_->catalog->servers());
}

void Worker::drain(std::function<void()> done) {
  draining_ = true;
  drained_ = std::move(done);
  for_each_session(&Session::drain);
  if (sessions_.empty() && drained_) std::exchange(drained_, nullptr)();
}

void Worker::expire() {
  for_each_session(&Session::expire);
}

void Worker::cut() {
  for_each_session(&Session::cut);
}

void Worker::for_each_session(void (Session::*tell)()) {
  // A session may end (and leave the set) as soon as it is told.
  const std::vector<Session*> told(sessions_.begin(), sessions_.end());
  for (Session* session : told) {
    if (sessions_.contains(session)) (session->*tell)();
  }
}

void Worker::left(Session& session) {
  sessions_.erase(&session);
  if (sessions_.empty() && drained_) std::exchange(drained_, nullptr)();
}

}  // namespace drover::gateway
