// Soft affinity: a conversation goes to the target that it went to last, because the provider's prompt cache is there.
// Affinity is a preference: while the home is limited, out or overloaded, a stand-in takes the conversation's requests,
// and the home takes them again when it is well.
#include <algorithm>

#include "core/balancer/sticky.h"
#include "core/fleet/comparison.h"
#include "core/fleet/fleet.h"

namespace drover::core {
namespace {

std::uint64_t conversation(const PoolState& pool, const PickRequest& request) {
  return std::max<std::uint64_t>(balancer::mix(request.affinity, pool.hash), 1);
}

/// Whether a target of the pool belongs to this tier: a reload may have moved it to another.
bool stands_in(const Tier& tier, TargetId target, const std::vector<TargetId>& pool) {
  const auto begin = pool.begin() + tier.begin;
  const auto end = begin + static_cast<std::ptrdiff_t>(tier.draw.size());
  return std::find(begin, end, target) != end;
}

}  // namespace

std::optional<TargetId> Fleet::kept(PoolId pool, const Tier& tier, const PickRequest& request, Instant now) {
  const Duration span = plan_->pools[pool.index()].affinity;
  if (request.affinity == 0 || span <= Duration::zero() || tier.draw.size() < 2) return std::nullopt;
  const PoolState& known = pools_[pool.index()];
  const std::vector<TargetId>& targets = plan_->pools[pool.index()].targets;
  const std::uint64_t key = conversation(known, request);
  AffinityTable::Entry* const entry = conversations_.find(key, span, now);
  if (entry == nullptr) return std::nullopt;
  if (!request.look) conversations_.asked();
  const double bound = load_bound(targets_, targets, known.borrows, tier, request.estimate);
  const auto takes = [&](std::uint32_t at) {
    if (at == AffinityTable::kNobody) return false;
    const TargetState& state = targets_[at];
    const bool here =
        state.pool == pool.value ? &known.tiers[state.tier] == &tier : stands_in(tier, TargetId{at}, targets);
    return here && usable(TargetId{at}, request, now) && state.load_per_weight() <= bound;
  };
  // A home that has just come back takes its conversations again as its share grows, not all at once.
  const bool home_again =
      takes(entry->home) && nodes_.share(targets_[entry->home].path, now) >= balancer::attraction(key, 0);
  const std::uint32_t chosen = home_again ? entry->home : entry->stand_in;
  if (!home_again && !takes(chosen)) return std::nullopt;
  if (!request.look) conversations_.stayed(*entry, home_again, now);
  return TargetId{chosen};
}

void Fleet::keep(PoolId pool, TargetId target, const PickRequest& request, Instant now) {
  const Duration span = plan_->pools[pool.index()].affinity;
  if (request.affinity == 0 || request.look || span <= Duration::zero() || !conversations_.is_open()) return;
  conversations_.sent(conversation(pools_[pool.index()], request), target.value, span, now);
}

}  // namespace drover::core
