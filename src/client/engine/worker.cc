#include "client/engine/worker.h"

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <string>
#include <system_error>
#include <utility>

#include "client/engine/call.h"
#include "client/engine/quiet_thread.h"
#include "client/interface/errors.h"
#include "telemetry/log/log.h"

namespace drover::client {
namespace {

/// Ends a call on every way out, also by an exception (no memory), which should not come so far.
struct CallEnded {
  std::shared_ptr<Call> call;
  Worker* worker;
  void operator()(const std::exception_ptr& problem) const {
    if (!problem) return;
    v0::Error error;
    error.kind = v0::ErrorKind::LocalResource;
    error.code = "exception";
    try {
      std::rethrow_exception(problem);
    } catch (const std::exception& exception) {
      error.message = exception.what();
    }
    call->give_up(std::move(error));
    call->finish(worker);
  }
};

}  // namespace

Worker::Worker(std::uint64_t seed, unsigned threads, telemetry::DecisionStore& decisions)
    : decisions_(decisions),
      loop_(seed),
      resolver_(loop_),
      pools_(loop_, threads),
      last_words_(loop_.ticker(), &Worker::last_words_over, this) {}

Worker::~Worker() {
  close();
}

Result<void> Worker::start() {
  // A loop whose mailbox could not be made would take calls and never run them.
  if (!loop_.post([] {}))
    return fail({.kind = ErrorKind::LocalResource,
                 .code = "no_descriptors",
                 .message = "A client needs a few file descriptors and there are none left (ulimit -n)."});
  try {
    thread_ = quiet_thread([this] { loop_.run(); });
  } catch (const std::system_error& problem) {
    return fail({.kind = ErrorKind::LocalResource,
                 .code = "no_thread",
                 .message = std::string("No thread could be started: ") + problem.what()});
  }
  return {};
}

void Worker::probe(std::shared_ptr<const upstream::Catalog> catalog, std::shared_ptr<upstream::SharedFleet> fleet,
                   upstream::Prober::Say say) {
  // The second task of this loop: its mailbox has room.
  (void)loop_.post([this, catalog = std::move(catalog), fleet = std::move(fleet), say = std::move(say)] {
    prober_.emplace(tools(), say);
    prober_->use(catalog, fleet);
  });
}

bool Worker::post(Order order) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    first = orders_.empty();
    orders_.push_back(std::move(order));
  }
  // At most one such task waits in the mailbox, so there is room; it is closed only after closed_ was set.
  if (first) (void)loop_.post([this] { take_orders(); });
  return true;
}

void Worker::take_orders() {
  {
    const std::lock_guard lock(mutex_);
    taken_.swap(orders_);
  }
  for (Order& order : taken_) carry_out(order);
  taken_.clear();
}

void Worker::carry_out(Order& order) {
  switch (order.what) {
    case Order::Start:
      order.call->slot_ = running_.size();
      running_.push_back(order.call);
      if (ending_) order.call->give_up(closed_error());
      net::asio::co_spawn(loop_.executor(), Call::run(order.call, *this), CallEnded{order.call, this});
      return;
    case Order::Cancel: return order.call->give_up(cancelled_error());
    case Order::Resume:
      if (order.call->stream() != nullptr) order.call->stream()->resume();
      return;
  }
}

void Worker::left(Call& call) {
  running_.back()->slot_ = call.slot_;
  std::swap(running_[call.slot_], running_.back());
  running_.pop_back();
  if (ending_ && running_.empty()) loop_.stop();
}

void Worker::end_all() {
  ending_ = true;
  if (running_.empty()) return loop_.stop();
  last_words_.arm(loop_.now() + kLastWords);
  for (const auto& call : std::vector(running_)) call->give_up(closed_error());
}

void Worker::close() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(closed_, true)) return;
  }
  if (thread_.joinable()) {
    (void)loop_.order([this] { end_all(); });  // refused: the loop has stopped
    thread_.join();
  }
  loop_.abandon();  // destroys coroutines that did not end; they hold calls and connections
  for (const auto& call : std::exchange(running_, {})) {
    call->give_up(closed_error());
    call->finish(nullptr);
  }
  for (Order& order : std::exchange(orders_, {})) {
    if (order.what != Order::Start) continue;
    order.call->give_up(closed_error());
    order.call->finish(nullptr);
  }
}

}  // namespace drover::client
