#include "directory/counter.h"

#include <algorithm>
#include <utility>

#include "base/glob.h"
#include "money/nano_usd.h"

namespace drover::directory {

using money::add_capped;

CounterKey CounterKey::of(const Limit& limit) {
  CounterKey key{.unit = limit.unit, .window = limit.window, .models = limit.models};
  if (limit.unit == Unit::Concurrent) key.window = {.kind = money::WindowKind::Total};
  // What does not matter to a window's kind does not tell two windows apart.
  if (key.window.kind == money::WindowKind::Rolling || key.window.kind == money::WindowKind::Total) {
    key.window.zone = money::WindowSpec{}.zone;
  }
  if (key.window.kind != money::WindowKind::Rolling) key.window.span = {};
  std::ranges::sort(key.models);
  return key;
}

Counter::Counter(CounterKey key, money::Window window, std::shared_ptr<const std::string> scope)
    : key_(std::move(key)), window_(std::move(window)), scope_(std::move(scope)) {
  if (window_.rolling()) rolling_ = std::make_unique<Rolling>(window_.spec().span);
}

bool Counter::counts(std::string_view model) const {
  if (key_.models.empty()) return true;
  return std::ranges::any_of(key_.models, [&](const std::string& each) { return takes_name(each, model); });
}

std::int64_t Counter::Calendar::sum() const {
  return std::min(add_capped(counted, restored), kMostCounted);
}

/// The window of `now`. A new one takes the place of the one that was not used for the longest time.
Counter::Calendar& Counter::open_calendar(WallTime now) {
  now = std::clamp(now, money::kEarliestTime, money::kLatestTime);
  const auto has = [&](const Calendar& each) { return each.begin <= now && now < each.end; };
  if (has(calendars_[current_])) return calendars_[current_];
  auto found = std::ranges::find_if(calendars_, has);
  if (found == calendars_.end()) {
    found = std::ranges::min_element(calendars_, {}, &Calendar::used);
    const money::Window::Bounds bounds = window_.bounds_of(now);
    *found = {.begin = bounds.begin, .end = bounds.end};
  }
  found->used = ++uses_;
  current_ = static_cast<std::size_t>(found - calendars_.begin());
  return *found;
}

const Counter::Calendar* Counter::calendar_at(CountPlace place) const {
  const Calendar& current = calendars_[current_];
  if (current.begin.time_since_epoch().count() == place) return &current;
  for (const Calendar& each : calendars_) {
    if (each.begin.time_since_epoch().count() == place) return &each;
  }
  return nullptr;
}

Counter::Calendar* Counter::calendar_at(CountPlace place) {
  return const_cast<Calendar*>(std::as_const(*this).calendar_at(place));
}

CountPlace Counter::place_of(const Moment& now) {
  if (concurrent()) return 0;
  if (rolling_) return now.instant.time_since_epoch().count();
  return open_calendar(now.wall).begin.time_since_epoch().count();
}

std::int64_t Counter::sum(CountPlace place, const Moment& now) {
  if (concurrent()) return running_;
  if (rolling_) return rolling_->count.total(now.instant);
  const Calendar* const window = calendar_at(place);
  return window == nullptr ? 0 : window->sum();
}

std::int64_t Counter::reserved(CountPlace place, const Moment& now) {
  if (concurrent()) return running_;
  if (rolling_) return std::min(rolling_->reserved, rolling_->count.total(now.instant));
  const Calendar* const window = calendar_at(place);
  return window == nullptr ? 0 : window->reserved;
}

WallTime Counter::falls_to(std::int64_t room_for, CountPlace place, const Moment& now) {
  if (room_for < 0 || concurrent()) return kNeverExpires;
  if (!rolling_) {
    const Calendar* const window = calendar_at(place);
    return window == nullptr ? now.wall : window->end;
  }
  const Instant at = rolling_->count.falls_to(room_for, now.instant);
  if (at == kNever) return kNeverExpires;
  return now.wall + std::chrono::ceil<std::chrono::microseconds>(at - now.instant);
}

std::int64_t Counter::take(CountPlace place, std::int64_t amount, const Moment& now) {
  if (concurrent()) {
    running_ += amount;
    return amount;
  }
  amount = std::min(amount, std::max<std::int64_t>(kMostCounted - sum(place, now), 0));
  if (rolling_) {
    rolling_->count.add(Instant(Duration(place)), amount);
    rolling_->reserved += amount;
  } else if (Calendar* const window = calendar_at(place)) {
    window->counted += amount;
    window->reserved += amount;
  }
  return amount;
}

void Counter::settle(CountPlace place, std::int64_t taken, std::int64_t change) {
  if (concurrent()) {
    running_ -= taken;
    return;
  }
  if (rolling_) {
    rolling_->reserved -= taken;
    const Instant at{Duration(place)};
    const std::int64_t room = kMostCounted - rolling_->count.total_at(at);
    rolling_->count.add(at, std::min(change, std::max<std::int64_t>(room, 0)));
  } else if (Calendar* const window = calendar_at(place)) {
    window->reserved -= taken;
    window->counted = std::clamp<std::int64_t>(add_capped(window->counted, change), 0, kMostCounted);
  }
}

void Counter::restore(std::span<const Restored> sums, const Moment& now) {
  for (Calendar& each : calendars_) each.restored = 0;
  if (rolling_) {
    for (const auto& [at, sum] : std::exchange(rolling_->restored, {})) rolling_->count.add(at, -sum);
  }
  for (const Restored& each : sums) restore(each.at, each.sum, now);
}

void Counter::restore(WallTime at, std::int64_t sum, const Moment& now) {
  sum = std::clamp<std::int64_t>(sum, 0, kMostCounted);
  if (concurrent()) return;
  if (!rolling_) {
    // However many windows of the past are restored, the one that counts now stays in memory.
    const std::size_t current = current_;
    open_calendar(at).restored = sum;
    if (calendars_[current].begin < calendars_[current].end) {
      current_ = current;
      calendars_[current].used = ++uses_;
    }
    return;
  }
  // A step of the past, on the clock that cannot be set. What is later than now, by a clock that was set back, is of
  // now.
  const auto age = std::max(now.wall - std::max(at, money::kEarliestTime), WallTime::duration{});
  if (age > window_.spec().span) return;
  const Instant step = now.instant - age;
  const std::int64_t room = kMostCounted - rolling_->count.total(now.instant);
  sum = std::min(sum, std::max<std::int64_t>(room, 0));
  rolling_->count.add(step, sum);
  rolling_->restored.emplace_back(step, sum);
}

std::vector<Counter::WindowSum> Counter::windows(const Moment& now) {
  if (concurrent()) return {{.begin = now.wall, .reserved = running_}};
  if (rolling_) {
    const std::int64_t total = rolling_->count.total(now.instant);
    const std::int64_t running = std::min(rolling_->reserved, total);
    return {{.begin = window_.begin_of(now.wall), .settled = total - running, .reserved = running}};
  }
  std::vector<WindowSum> sums;
  for (const Calendar& each : calendars_) {
    if (each.begin >= each.end) continue;
    sums.push_back({.begin = each.begin, .settled = each.sum() - each.reserved, .reserved = each.reserved});
  }
  return sums;
}

}  // namespace drover::directory
