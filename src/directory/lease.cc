// Reserving, extending and settling: the part of AskerBook that each request runs.
#include "directory/lease.h"

#include <algorithm>
#include <utility>

#include "directory/asker_book.h"
#include "directory/each_counter.h"
#include "money/nano_usd.h"

namespace drover::directory {
namespace {

/// How soon a request is asked to come again that only running requests keep out. Most requests end within seconds.
constexpr std::chrono::seconds kHeldFor{1};

/// Counted, but never taken twice from one request that goes on.
bool extends(Unit unit) {
  return unit != Unit::Requests && unit != Unit::Concurrent;
}

bool has_room(std::int64_t sum, std::int64_t needed, std::int64_t amount, Overdraft overdraft) {
  return sum < amount && (overdraft == Overdraft::One || needed <= amount - sum);
}

/// What one request is checked against, counter by counter.
class Check {
 public:
  Check(const Spend& estimate, const Moment& now, Overdraft overdraft)
      : estimate_(estimate), now_(now), overdraft_(overdraft) {}

  /// Judges the hard limits of a counter. The refusal that lasts longest is the one that is told.
  void judge(Counter& counter, CountPlace place) {
    for (const Counter::Threshold& limit : counter.thresholds) {
      if (limit.action != Action::Refuse) continue;
      const std::int64_t amount = limit.amount_at(now_.wall);
      const std::int64_t sum = counter.sum(place, now_);
      if (!has_room(sum, counted(estimate_, counter.key().unit), amount, overdraft_)) {
        refuse(counter, place, sum, amount);
      }
    }
  }
  [[nodiscard]] std::optional<Refusal>& refusal() { return refusal_; }

 private:
  [[gnu::cold, gnu::noinline]] void refuse(Counter& counter, CountPlace place, std::int64_t sum, std::int64_t amount) {
    const std::int64_t needed =
        overdraft_ == Overdraft::One ? 1 : std::max<std::int64_t>(counted(estimate_, counter.key().unit), 1);
    const std::int64_t settled = sum - counter.reserved(place, now_);
    const bool held = needed <= amount && has_room(settled, needed, amount, overdraft_);
    const WallTime retry = held              ? now_.wall + kHeldFor
                           : needed > amount ? kNeverExpires
                                             : counter.falls_to(amount - needed, place, now_);
    if (refusal_ && refusal_->retry_at >= retry) return;
    refusal_ = {.scope = *counter.scope(),
                .unit = counter.key().unit,
                .window = counter.key().window,
                .amount = amount,
                .used = sum,
                .held_by_running = held,
                .retry_at = retry};
  }

  const Spend& estimate_;
  const Moment& now_;
  Overdraft overdraft_;
  std::optional<Refusal> refusal_{};
};

/// Lists the soft limits that the sum has reached, which it was `before`.
void note_crossed(const Counter& counter, std::int64_t before, std::int64_t taken, WallTime now,
                  FixedVector<Crossed, kMostCrossed>& crossed) {
  for (const Counter::Threshold& limit : counter.thresholds) {
    if (limit.action != Action::Tell) continue;
    const std::int64_t amount = limit.amount_at(now);
    if (before + taken < amount) continue;
    if (!crossed.push_back(Crossed{
            .scope = counter.scope(), .unit = counter.key().unit, .amount = amount, .first = before < amount})) {
      return;
    }
  }
}

}  // namespace

Reservation AskerBook::reserve(const Asking& asking, const Spend& estimate, const Moment& now, Overdraft overdraft) {
  Lease lease;
  Check check(estimate, now, overdraft);
  bool too_many = false;
  const std::lock_guard lock(mutex_);
  each_counter(asking, [&](Counter& counter) {
    const CountPlace place = counter.place_of(now);
    check.judge(counter, place);
    too_many = !lease.holds_.push_back({.counter = &counter, .place = place});
    return !too_many;
  });
  if (too_many) return std::unexpected(Refusal{.why = Refusal::Why::TooManyLimits, .retry_at = kNeverExpires});
  if (check.refusal()) return std::unexpected(*std::move(check.refusal()));

  for (Lease::Hold& hold : lease.holds_) {
    const std::int64_t before = hold.counter->sum(hold.place, now);
    hold.taken = hold.counter->take(hold.place, counted(estimate, hold.counter->key().unit), now);
    ++hold.counter->leases;
    note_crossed(*hold.counter, before, hold.taken, now.wall, lease.crossed_);
  }
  lease.book_ = this;
  open_leases_.fetch_add(1, std::memory_order_relaxed);
  return lease;
}

std::optional<Refusal> AskerBook::extend(Lease& lease, const Spend& more, const Moment& now) {
  Check check(more, now, Overdraft::One);
  const std::lock_guard lock(mutex_);
  // A calendar window is that of the reservation, a rolling one that of now.
  const auto place_of = [&](Lease::Hold& hold) {
    return hold.counter->key().window.kind == money::WindowKind::Rolling ? hold.counter->place_of(now) : hold.place;
  };
  for (Lease::Hold& hold : lease.holds_) {
    if (extends(hold.counter->key().unit)) check.judge(*hold.counter, place_of(hold));
  }
  if (check.refusal()) return std::move(check.refusal());
  for (Lease::Hold& hold : lease.holds_) {
    if (!extends(hold.counter->key().unit)) continue;
    const CountPlace place = place_of(hold);
    const std::int64_t before = hold.counter->sum(place, now);
    const std::int64_t taken = hold.counter->take(place, counted(more, hold.counter->key().unit), now);
    note_crossed(*hold.counter, before, taken, now.wall, lease.crossed_);
    if (place == hold.place) {
      hold.taken += taken;
      continue;
    }
    // Of several earlier reservations the first place stands for all: what is given back there leaves the window early
    // by less than the stream has lasted.
    if (hold.first_taken == 0) hold.first_place = hold.place;
    hold.first_taken += hold.taken;
    hold.place = place;
    hold.taken = taken;
  }
  return std::nullopt;
}

void AskerBook::settle(Lease& lease, const Spend& used) {
  {
    const std::lock_guard lock(mutex_);
    for (const Lease::Hold& hold : lease.holds_) {
      const std::int64_t change = counted(used, hold.counter->key().unit) - hold.taken - hold.first_taken;
      // What is given back is taken from the last reservation first.
      const std::int64_t last = std::max(change, -hold.taken);
      hold.counter->settle(hold.place, hold.taken, last);
      if (hold.first_taken != 0) hold.counter->settle(hold.first_place, hold.first_taken, change - last);
      --hold.counter->leases;
    }
  }
  lease.holds_.clear();
  lease.book_ = nullptr;
  open_leases_.fetch_sub(1, std::memory_order_relaxed);
}

void AskerBook::settle_as_reserved(Lease& lease) {
  {
    const std::lock_guard lock(mutex_);
    for (const Lease::Hold& hold : lease.holds_) {
      hold.counter->settle(hold.place, hold.taken, 0);
      if (hold.first_taken != 0) hold.counter->settle(hold.first_place, hold.first_taken, 0);
      --hold.counter->leases;
    }
  }
  lease.holds_.clear();
  lease.book_ = nullptr;
  open_leases_.fetch_sub(1, std::memory_order_relaxed);
}

Lease::Lease(Lease&& from) noexcept
    : book_(std::exchange(from.book_, nullptr)), holds_(std::move(from.holds_)), crossed_(std::move(from.crossed_)) {}

Lease& Lease::operator=(Lease&& from) noexcept {
  if (this == &from) return *this;
  settle_as_reserved();
  book_ = std::exchange(from.book_, nullptr);
  holds_ = std::move(from.holds_);
  crossed_ = std::move(from.crossed_);
  return *this;
}

Lease::~Lease() {
  settle_as_reserved();
}

std::optional<Refusal> Lease::extend(const Spend& more, const Moment& now) {
  return book_ == nullptr ? std::nullopt : book_->extend(*this, more, now);
}

bool Lease::settle(const Spend& used) {
  if (book_ == nullptr) return false;
  book_->settle(*this, used);
  return true;
}

bool Lease::give_back() {
  return settle(Spend{.amount = {.requests = {0}}});
}

bool Lease::settle_as_reserved() {
  if (book_ == nullptr) return false;
  book_->settle_as_reserved(*this);
  return true;
}

}  // namespace drover::directory
