// Soft affinity: a conversation goes to the target that it went to last, because the provider's prompt cache is there.
// Affinity is a preference: while the home is limited, out or overloaded, a stand-in takes the conversation's requests,
// and the home takes them again when it is well.
#include <algorithm>

#include "core/balancer/sticky.h"
#include "core/fleet/fleet.h"

namespace drover::core {

std::uint64_t Fleet::conversation(PoolId pool, const PickRequest& request) const {
  return std::max<std::uint64_t>(balancer::mix(request.affinity, pools_[pool.index()].hash), 1);
}

/// Whether `target` belongs to this tier: a reload may have moved it to another.
bool Fleet::stands_in(TargetId target, PoolId pool, const Tier& tier) const {
  const TargetState& state = targets_[target.index()];
  if (state.pool == pool.value) return &pools_[pool.index()].tiers[state.tier] == &tier;
  const auto begin = plan_->pools[pool.index()].targets.begin() + tier.begin;
  return std::find(begin, begin + static_cast<std::ptrdiff_t>(tier.draw.size()), target) !=
         begin + static_cast<std::ptrdiff_t>(tier.draw.size());
}

std::optional<TargetId> Fleet::kept(PoolId pool, const Tier& tier, const PickRequest& request, Instant now) {
  const Duration span = plan_->pools[pool.index()].affinity;
  if (request.affinity == 0 || span <= Duration::zero() || tier.draw.size() < 2) return std::nullopt;
  const std::uint64_t key = conversation(pool, request);
  AffinityTable::Entry* const entry = conversations_.find(key, span, now);
  if (entry == nullptr) return std::nullopt;
  if (!request.look) conversations_.asked();
  const double bound = load_bound(pool, tier, request);
  const auto takes = [&](std::uint32_t at) {
    if (at == AffinityTable::kNobody || !stands_in(TargetId{at}, pool, tier)) return false;
    return usable(TargetId{at}, request, now) && load_per_weight(targets_[at]) <= bound;
  };
  // A home that has just come back takes its conversations again as its share grows, not all at once.
  const bool home_again = takes(entry->home) && share(targets_[entry->home], now) >= balancer::attraction(key, 0);
  const std::uint32_t chosen = home_again ? entry->home : entry->stand_in;
  if (!home_again && !takes(chosen)) return std::nullopt;
  if (!request.look) conversations_.stayed(*entry, home_again, now);
  return TargetId{chosen};
}

void Fleet::keep(PoolId pool, TargetId target, const PickRequest& request, Instant now) {
  const Duration span = plan_->pools[pool.index()].affinity;
  if (request.affinity == 0 || request.look || span <= Duration::zero() || !conversations_.is_open()) return;
  conversations_.sent(conversation(pool, request), target.value, span, now);
}

}  // namespace drover::core
