#include "core/targets/survey.h"

#include <algorithm>

namespace drover::core {
namespace {

void look_at(TargetBook& targets, TargetId target, std::uint32_t fallback, const PickRequest& request, Instant now,
             Survey& found) {
  if (targets[target].lacks.has(request.api, now)) {
    targets.note(target, request, now);
    if (!found.lacking) found.lacking = target, found.lacking_fallback = fallback;
    return;
  }
  const Standing own = targets.standing(target, request, now);
  found.any = true;
  if (own.access <= Access::Trial) {
    if (!found.open) found.open = target, found.open_fallback = fallback;
    return;
  }
  targets.note(target, request, now);
  if (own.access != Access::Cooling) found.all_limited = false;
  const Instant until = own.until == kNever ? now + kCapacityPoll : own.until;  // kNever: its trial ends soon
  if (own.access == Access::Ejected) {
    const bool first_counts = targets.plan().health.when_all_out == WhenAllOut::First;
    if (targets.plan().health.when_all_out == WhenAllOut::Fail) return;
    const bool sooner = !found.last_resort || (!first_counts && until < found.last_resort_until);
    if (sooner) found.last_resort = target, found.last_resort_fallback = fallback, found.last_resort_until = until;
  }
  if (until < found.soonest) found.soonest = until, found.why = own.why;
}

}  // namespace

Survey survey(TargetBook& targets, const PickRequest& request, Instant now) {
  Survey found;
  if (request.again) {
    for (const TargetId target : request.tried) {
      const std::vector<PoolId>& pools = request.route->pools;
      const auto pool = std::ranges::find(pools, PoolId{targets[target].pool});
      look_at(targets, target, pool == pools.end() ? 0 : static_cast<std::uint32_t>(pool - pools.begin()), request, now,
              found);
    }
    return found;
  }
  for (std::uint32_t fallback = 0; fallback < request.route->pools.size(); ++fallback) {
    for (const TargetId target : targets.plan().pools[request.route->pools[fallback].index()].targets) {
      if (targets.candidate(target, request)) look_at(targets, target, fallback, request, now, found);
    }
  }
  return found;
}

}  // namespace drover::core
