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

Instant LimitScope::room_at(Window& window, std::int64_t amount, Instant now) {
  if (!window.limit) return now;
  return window.count.falls_to(*window.limit - std::min(believed(amount), *window.limit), now);
}

Instant LimitScope::admits_at(const Amount& estimate, Instant now) {
  Instant at = now;
  if (limits_.concurrent) {
    const std::int64_t places =
        std::clamp<std::int64_t>(estimate.requests.value, 1, std::max<std::int64_t>(*limits_.concurrent, 1));
    if (running_ + places > *limits_.concurrent) at = now + kCapacityPoll;
  }
  at = std::max(at, room_at(requests_minute_, estimate.requests.value, now));
  at = std::max(at, room_at(requests_day_, estimate.requests.value, now));
  at = std::max(at, room_at(input_minute_, estimate.input_tokens.value, now));
  at = std::max(at, room_at(output_minute_, estimate.output_tokens.value, now));
  return at;
}

void LimitScope::take(const Amount& estimate, Instant now) {
  ++running_;
  requests_minute_.count.add(now, believed(estimate.requests.value));
  requests_day_.count.add(now, believed(estimate.requests.value));
  input_minute_.count.add(now, believed(estimate.input_tokens.value));
  output_minute_.count.add(now, believed(estimate.output_tokens.value));
}

void LimitScope::settle(const Amount& reserved, const Amount& used, Instant taken) {
  --running_;
  const std::int64_t requests = believed(used.requests.value) - believed(reserved.requests.value);
  requests_minute_.count.add(taken, requests);
  requests_day_.count.add(taken, requests);
  input_minute_.count.add(taken, believed(used.input_tokens.value) - believed(reserved.input_tokens.value));
  output_minute_.count.add(taken, believed(used.output_tokens.value) - believed(reserved.output_tokens.value));
}

void LimitScope::adopt(const LimitScope& old) {
  requests_minute_.count = old.requests_minute_.count;
  requests_day_.count = old.requests_day_.count;
  input_minute_.count = old.input_minute_.count;
  output_minute_.count = old.output_minute_.count;
  // What runs is settled with the fleet that reserved it; here it would be counted for ever.
  running_ = 0;
}

}  // namespace drover::core
