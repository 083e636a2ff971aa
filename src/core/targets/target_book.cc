#include "core/targets/target_book.h"

#include <algorithm>

namespace drover::core {
namespace {

/// A second attempt needs room in a target's limits for this many requests like it.
constexpr std::int64_t kRoomForSecond = 5;

}  // namespace

bool TargetBook::free_for_a_second(TargetId target, const PickRequest& request, Instant now) {
  const TargetState& state = targets_[target.index()];
  const LaneLimit& lane = lanes_[state.lane];
  if (!nodes_.clear(state.path, now) || state.silence.suspected() || lane.learned_per_second() > 0) return false;
  PickRequest several = request;
  several.estimate.requests.value *= kRoomForSecond;
  several.estimate.input_tokens.value *= kRoomForSecond;
  several.estimate.output_tokens.value *= kRoomForSecond;
  if (!lane.unknown() && lane.admits_at(several.estimate, now) > now) return false;
  return limits_.target_admits_at(target, several, now) <= now;
}

bool TargetBook::another_usable(TargetId taken, const PickRequest& request, Instant now) {
  if (request.again) return false;
  for (const PoolId pool : request.route->pools) {
    for (const TargetId other : plan_->pools[pool.index()].targets) {
      if (!(other == taken) && usable(other, request, now)) return true;
    }
  }
  return false;
}

Standing TargetBook::standing(TargetId target, const PickRequest& request, Instant now) {
  TargetState& state = targets_[target.index()];
  Standing worst{.until = now};
  for (const std::uint32_t at : state.path) {
    const HealthNode& node = nodes_[at];
    if (node.clear(now)) continue;
    const Access access = node.access(now);
    if (access > worst.access) {
      worst.access = access;
      worst.why = node.why();
    }
    if (access > Access::Trial) worst.until = std::max(worst.until, node.until(now));
  }
  if (worst.access == Access::Resting) return worst;
  // A silent or doubted target counts as ejected: it may still be the last resort.
  if (worst.access < Access::Ejected && (state.doubt.barred(now) || silent(state, now))) {
    worst = {.access = Access::Ejected, .until = now + kCapacityPoll, .why = ErrorKind::HeadTimeout};
  }
  const Instant room =
      std::max({limits_.target_admits_at(target, request, now), lanes_[state.lane].admits_at(request.estimate, now),
                rushed(state, now) ? now + kCapacityPoll : now});
  if (room <= now) return worst;
  return {
      .access = Access::Cooling, .until = std::max(worst.until, room), .why = ErrorKind::RateLimited, .limited = true};
}

bool TargetBook::reset_ejected(const PickRequest& request, Instant now) {
  bool any = false;
  for (const PoolId pool : request.route->pools) {
    for (const TargetId target : plan_->pools[pool.index()].targets) {
      if (!candidate(target, request)) continue;
      for (const std::uint32_t at : targets_[target.index()].path) {
        if (nodes_[at].clear(now) || nodes_[at].access(now) != Access::Ejected) continue;
        nodes_[at].reset();
        nodes_.tell(StateChange::What::Recovered, at, now);
        any = true;
      }
    }
  }
  return any;
}

void TargetBook::well(const TargetState& target, Level level, Instant began, Instant now) {
  const std::uint32_t at = target.path[static_cast<std::size_t>(level)];
  if (at == kAlwaysOpen) return;
  if (nodes_.succeed(at, plan_->health, began, now)) nodes_.tell(StateChange::What::Recovered, at, now);
}

void TargetBook::well_throughout(const TargetState& target, Instant began, Instant now) {
  for (std::size_t level = 0; level < kLevels; ++level) well(target, static_cast<Level>(level), began, now);
}

std::uint64_t TargetBook::in_flight() const {
  std::uint64_t sum = 0;
  for (const TargetState& target : targets_) sum += target.in_flight;
  return sum;
}

}  // namespace drover::core
