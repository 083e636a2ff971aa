#include "net/loop/ticker.h"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <utility>

#include "net/loop/clock.h"

namespace drover::net {
namespace {

constexpr Duration::rep kTickLength = Ticker::kTick.count();

/// The tick at whose end `at` has passed.
std::int64_t tick_of(Instant at) {
  const Duration::rep time = at.time_since_epoch().count();
  return time / kTickLength + (time % kTickLength > 0 ? 1 : 0);
}

}  // namespace

void Deadline::arm(Instant at) {
  if (at == kNever) return disarm();
  if (!armed()) ++ticker_.armed_;
  at_ = at;
  if (link_ != nullptr && filed_ <= at) return;
  unlink();
  ticker_.file(*this);
  if (at < ticker_.next_due_) ticker_.wake_no_later_than(at);
}

void Deadline::disarm() {
  if (!armed()) return;
  at_ = kNever;
  --ticker_.armed_;
  unlink();
}

void Deadline::unlink() {
  if (link_ == nullptr) return;
  *link_ = next_;
  if (next_ != nullptr) next_->link_ = link_;
  link_ = nullptr;
}

struct Ticker::Tick {
  Ticker* ticker;
  void operator()(const boost::system::error_code& error) const {
    // Aborted: an earlier wait replaced this one, or the ticker is being destroyed.
    if (!error) ticker->ticked();
  }
};

Ticker::Ticker(asio::io_context& context) : timer_(context.get_executor()) {}

Ticker::~Ticker() = default;

void Ticker::file(Deadline& deadline) {
  const std::int64_t tick = std::max(tick_of(deadline.at_), first_);
  Deadline*& list = tick < horizon_ ? list_of(tick) : later_;
  deadline.filed_ = deadline.at_;
  put(list, deadline);
}

void Ticker::put(Deadline*& list, Deadline& deadline) {
  deadline.next_ = list;
  deadline.link_ = &list;
  if (list != nullptr) list->link_ = &deadline.next_;
  list = &deadline;
}

void Ticker::wake_no_later_than(Instant at) {
  next_due_ = at;
  if (at < wakes_at_) sleep_until(std::max(at, monotonic_now() + kTick));
}

void Ticker::sleep_until(Instant at) {
  // A wake may be one tick early: an earlier wake that is set is kept.
  if (wakes_at_ != kNever && wakes_at_ <= at) return;
  wakes_at_ = at;
  timer_.expires_at(std::chrono::steady_clock::time_point(at.time_since_epoch()));
  timer_.async_wait(Tick{this});
}

void Ticker::ticked() {
  Instant now = monotonic_now();
  wakes_at_ = kNever;
  expire(now);
  if (next_due_ != kNever) sleep_until(std::max(next_due_, now + kTick));
}

void Ticker::expire(Instant now) {
  if (now < next_due_) return;
  const std::int64_t from = first_;
  first_ = std::max(first_, now.time_since_epoch().count() / kTickLength + 1);
  const bool far = first_ >= horizon_;
  if (far) horizon_ = first_ + kSoon;
  for (std::int64_t tick = from; tick < std::min(first_, from + kSoon); ++tick) sort_out(list_of(tick), now);
  if (far) sort_out(later_, now);
  sort_out(list_of(first_), now);  // the tick that has begun
  next_due_ = earliest();
  call_due();
}

/// Moves due deadlines to the list of those to call, and the others to the list that they belong to now.
void Ticker::sort_out(Deadline*& list, Instant now) {
  Deadline* next = std::exchange(list, nullptr);
  while (next != nullptr) {
    Deadline& deadline = *std::exchange(next, next->next_);
    ++looks_;
    if (deadline.at_ > now) {
      file(deadline);
    } else {
      deadline.filed_ = kNever;
      put(due_, deadline);
    }
  }
}

void Ticker::call_due() {
  while (due_ != nullptr) {
    Deadline& deadline = *due_;
    deadline.disarm();
    deadline.expired_(deadline.context_);
  }
}

/// Finds the earliest deadline, and moves postponed ones to the list that they belong to.
Instant Ticker::earliest() {
  for (std::int64_t tick = first_; tick < horizon_; ++tick) {
    if (list_of(tick) == nullptr) continue;
    sort_out(list_of(tick), Instant::min());
    Instant found = kNever;
    for (const Deadline* deadline = list_of(tick); deadline != nullptr; deadline = deadline->next_) {
      found = std::min(found, deadline->at_);
    }
    if (found != kNever) return found;
  }
  return later_ == nullptr ? kNever : Instant(horizon_ * kTick);
}

}  // namespace drover::net
