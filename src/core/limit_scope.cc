#include "core/limit_scope.h"

#include <algorithm>

namespace drover::core {
namespace {

/// An upstream may claim to have used any number; more than this moves nothing else (2^63 would overflow the sums).
constexpr std::int64_t kMostBelieved = 1'000'000'000;

std::int64_t believed(std::int64_t amount) {
  return std::clamp<std::int64_t>(amount, 0, kMostBelieved);
}

}  // namespace

LimitScope::LimitScope(const ModelLimits& limits) : concurrent_(limits.concurrent) {
  using std::chrono::hours;
  using std::chrono::minutes;
  const auto add = [this](const std::optional<std::int64_t>& limit, Unit unit, Duration span) {
    if (limit) windows_.push_back({.unit = unit, .span = span, .limit = *limit});
  };
  add(limits.requests_per_minute, Unit::Requests, minutes(1));
  add(limits.requests_per_day, Unit::Requests, hours(24));
  add(limits.input_tokens_per_minute, Unit::InputTokens, minutes(1));
  add(limits.output_tokens_per_minute, Unit::OutputTokens, minutes(1));
}

std::int64_t LimitScope::part_of(const Amount& amount, Unit unit) {
  switch (unit) {
    case Unit::Requests: return believed(amount.requests.value);
    case Unit::InputTokens: return believed(amount.input_tokens.value);
    case Unit::OutputTokens: return believed(amount.output_tokens.value);
  }
  return 0;
}

Instant LimitScope::admits_at(const Amount& estimate, Instant now) {
  Instant at = now;
  if (concurrent_) {
    const std::int64_t places =
        std::clamp<std::int64_t>(estimate.requests.value, 1, std::max<std::int64_t>(*concurrent_, 1));
    if (running_ + places > *concurrent_) at = now + kCapacityPoll;
  }
  for (Window& window : windows_) {
    const std::int64_t wanted = std::min(part_of(estimate, window.unit), window.limit);
    at = std::max(at, window.count.falls_to(window.limit - wanted, now));
  }
  return at;
}

void LimitScope::take(const Amount& estimate, Instant now) {
  ++running_;
  for (Window& window : windows_) window.count.add(now, part_of(estimate, window.unit));
}

void LimitScope::settle(const Amount& reserved, const Amount& used, Instant taken) {
  --running_;
  for (Window& window : windows_) {
    window.count.add(taken, part_of(used, window.unit) - part_of(reserved, window.unit));
  }
}

void LimitScope::adopt(const LimitScope& old) {
  for (Window& window : windows_) {
    const auto same = std::ranges::find_if(
        old.windows_, [&](const Window& other) { return other.unit == window.unit && other.span == window.span; });
    if (same != old.windows_.end()) window.count = same->count;
  }
  // What runs is settled with the fleet that reserved it; here it would be counted for ever.
  running_ = 0;
}

}  // namespace drover::core
