#include "gateway/process/worker.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <string>
#include <utility>

#include "gateway/request/session.h"
#include "telemetry/log/log.h"

namespace drover::gateway {
namespace {

constexpr net::ServerLimits kLimits;

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
  loop_.order_end();
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

void Worker::serve(net::TcpSocket socket, std::shared_ptr<const net::ServerTls> tls) {
  shared_.tally.connections.add();
  if (draining_) return;  // closed by the socket's destructor, here as below
  Gauge::Place place = place_for(socket);
  if (!place) return;  // there is no memory for anything politer
  auto session = std::make_unique<Session>(*this, std::move(socket), std::move(tls), std::move(place));
  net::asio::co_spawn(loop_.executor(), Session::run(std::move(session)), SessionEnded{});
}

Gauge::Place Worker::place_for(const net::TcpSocket& socket) {
  Admission& admission = shared_.admission;
  Gauge::Place place = admission.connections.enter();
  if (place) return place;
  const auto soonest = std::ranges::min_element(all_, {}, [](const auto& worker) { return worker->next_to_go_at(); });
  const bool somebody_waits = soonest != all_.end() && (*soonest)->next_to_go_at() != kNever;
  const bool has_few = admission.shares.connections_of_peer(net::peer_number(socket)) < kFewConnections;
  if (!somebody_waits && !has_few) return place;
  if (somebody_waits && soonest->get() == this) {
    give_way();
    place = admission.connections.enter();
    if (place) return place;
  } else if (somebody_waits) {
    // A thread that takes no message lets nobody go: then there is no room either.
    const bool told = (*soonest)->loop().post([worker = soonest->get()] { worker->give_way(); });
    if (!told && !has_few) return place;
  }
  return admission.connections.enter_beyond(kConnectionsBeyond);
}

void Worker::give_way() {
  Session* const going = next_to_go();
  if (going == nullptr) return;  // it has been asked for something meanwhile
  stirs(*going);
  going->give_way();
}

Session* Worker::next_to_go() const {
  IdleLink* const fresh = new_.longest();
  IdleLink* const served = served_.longest();
  if (fresh == nullptr || served == nullptr) return static_cast<Session*>(fresh != nullptr ? fresh : served);
  const bool fresh_first = after(fresh->since(), kLimits.head) <= after(served->since(), kLimits.keep_alive);
  return static_cast<Session*>(fresh_first ? fresh : served);
}

void Worker::waits(Session& session, Acquaintance acquaintance) {
  (acquaintance == Acquaintance::New ? new_ : served_).join(session, loop_.now());
  note_next_to_go();
}

void Worker::stirs(Session& session) {
  session.leave();
  note_next_to_go();
}

void Worker::note_next_to_go() {
  const IdleLink* const fresh = new_.longest();
  const IdleLink* const served = served_.longest();
  const Instant soonest = std::min(fresh != nullptr ? after(fresh->since(), kLimits.head) : kNever,
                                   served != nullptr ? after(served->since(), kLimits.keep_alive) : kNever);
  if (soonest != next_to_go_at()) next_to_go_at_.store(soonest, std::memory_order_relaxed);
}

void Worker::use(std::shared_ptr<const Snapshot> snapshot) {
  stored_clients_.forget();
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

void Worker::joined(Session& session) {
  sessions_.insert(&session);
  shared_.admission.shares.connections_of_peer(session.peer()).fetch_add(1, std::memory_order_relaxed);
}

void Worker::left(Session& session) {
  shared_.admission.shares.connections_of_peer(session.peer()).fetch_sub(1, std::memory_order_relaxed);
  stirs(session);
  sessions_.erase(&session);
  if (sessions_.empty() && drained_) std::exchange(drained_, nullptr)();
}

}  // namespace drover::gateway
