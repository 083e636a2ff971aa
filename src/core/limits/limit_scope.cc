#include "core/limits/limit_scope.h"

#include <algorithm>
#include <utility>

namespace drover::core {
namespace {

/// An upstream may claim to have used any number; more than this moves nothing else (2^63 would overflow the sums).
constexpr std::int64_t kMostBelieved = 1'000'000'000;

std::int64_t believed(std::int64_t amount) {
  return std::clamp<std::int64_t>(amount, 0, kMostBelieved);
}

}  // namespace

LimitScope::LimitScope(const ModelLimits& limits) {
  hold_to(limits);
}

void LimitScope::hold_to(const ModelLimits& limits) {
  using std::chrono::hours;
  using std::chrono::minutes;
  concurrent_ = limits.concurrent;
  const std::vector<Window> before = std::exchange(windows_, {});
  const auto add = [&](const std::optional<std::int64_t>& limit, Unit unit, Duration span) {
    if (!limit) return;
    windows_.push_back({.unit = unit, .span = span, .limit = *limit, .not_before = latest_taken_});
    const auto same =
        std::ranges::find_if(before, [&](const Window& known) { return known.unit == unit && known.span == span; });
    if (same == before.end()) return;
    windows_.back() = *same;
    windows_.back().limit = *limit;
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

QuotaDimension LimitScope::dimension_of(Unit unit) {
  switch (unit) {
    case Unit::Requests: return QuotaDimension::AllRequests;
    case Unit::InputTokens: return QuotaDimension::InputTokens;
    case Unit::OutputTokens: return QuotaDimension::OutputTokens;
  }
  return QuotaDimension::AllRequests;
}

void LimitScope::lower(QuotaHints& left, Instant now) const {
  for (const Window& window : windows_) {
    const std::int64_t counted = window.count.total_at(now);
    keep_least(left.of(dimension_of(window.unit)),
               {.limit = window.limit,
                .remaining = std::clamp<std::int64_t>(window.limit - counted, 0, window.limit),
                .reset = window.count.empties_at(now) - now});
  }
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
  latest_taken_ = std::max(latest_taken_, now);
  for (Window& window : windows_) window.count.add(now, part_of(estimate, window.unit));
}

void LimitScope::settle(const Amount& reserved, const Amount& used, Instant taken) {
  --running_;
  for (Window& window : windows_) {
    if (taken <= window.not_before) continue;
    window.count.add(taken, part_of(used, window.unit) - part_of(reserved, window.unit));
  }
}

}  // namespace drover::core
