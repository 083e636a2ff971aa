#include "net/ticker.h"

#include <algorithm>
#include <boost/asio/error.hpp>

#include "net/clock.h"

namespace drover::net {

void Deadline::arm(Instant at) {
  if (at == kNever) return disarm();
  bool was_waiting = armed() && !due_;
  if (due_) ticker_.remove(*this);
  at_ = at;
  if (!was_waiting) ticker_.add(*this);
  if (at < ticker_.next_due_) ticker_.wake_no_later_than(at);
}

void Deadline::disarm() {
  if (!armed()) return;
  ticker_.remove(*this);
  at_ = kNever;
}

struct Ticker::Tick {
  Ticker* ticker;
  void operator()(const boost::system::error_code& error) const {
    // Aborted: replaced by an earlier wait, or the ticker is being destroyed.
    if (!error) ticker->ticked();
  }
};

Ticker::Ticker(asio::io_context& context) : timer_(context.get_executor()) {}

Ticker::~Ticker() = default;

void Ticker::add(Deadline& deadline) {
  deadline.slot_ = armed_.size();
  armed_.push_back(&deadline);
}

void Ticker::remove(Deadline& deadline) {
  if (deadline.due_) {
    due_[deadline.slot_] = nullptr;
    deadline.due_ = false;
    return;
  }
  Deadline* last = armed_.back();
  armed_[deadline.slot_] = last;
  last->slot_ = deadline.slot_;
  armed_.pop_back();
}

void Ticker::wake_no_later_than(Instant at) {
  next_due_ = at;
  if (at < wakes_at_) sleep_until(std::max(at, monotonic_now() + kTick));
}

void Ticker::sleep_until(Instant at) {
  // Two wakes may be at most one tick apart from what was asked for: an earlier wake already set is kept.
  if (wakes_at_ != kNever && wakes_at_ <= at) return;
  wakes_at_ = at;
  timer_.expires_at(std::chrono::steady_clock::time_point(at.time_since_epoch()));
  timer_.async_wait(Tick{this});
}

void Ticker::ticked() {
  Instant now = monotonic_now();
  wakes_at_ = kNever;
  expire(now);
  if (!armed_.empty()) sleep_until(std::max(next_due_, now + kTick));
}

void Ticker::expire(Instant now) {
  if (now < next_due_) return;
  next_due_ = kNever;
  for (std::size_t at = 0; at < armed_.size();) {
    Deadline* deadline = armed_[at];
    if (deadline->at_ > now) {
      next_due_ = std::min(next_due_, deadline->at_);
      ++at;
      continue;
    }
    remove(*deadline);
    deadline->due_ = true;
    deadline->slot_ = due_.size();
    due_.push_back(deadline);
  }
  // A callback can only shrink this list's live entries (to null), never lengthen it: expire() does not call itself.
  for (std::size_t at = 0; at < due_.size(); ++at) {
    Deadline* deadline = due_[at];
    if (deadline == nullptr) continue;
    due_[at] = nullptr;
    deadline->due_ = false;
    deadline->at_ = kNever;
    deadline->expired_(deadline->context_);
  }
  due_.clear();
}

}  // namespace drover::net
