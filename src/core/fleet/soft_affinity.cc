#include "core/fleet/soft_affinity.h"

#include <algorithm>

#include "core/balancer/sticky.h"
#include "core/targets/comparison.h"

namespace drover::core {
namespace {

/// Whether a target of the pool belongs to this tier: a reload may have moved it to another.
bool stands_in(const Tier& tier, TargetId target, const std::vector<TargetId>& pool) {
  const auto begin = pool.begin() + tier.begin;
  const auto end = begin + static_cast<std::ptrdiff_t>(tier.draw.size());
  return std::find(begin, end, target) != end;
}

}  // namespace

Duration SoftAffinity::span() const {
  return targets_.plan().pools[pool_.index()].affinity;
}

std::uint64_t SoftAffinity::conversation() const {
  return std::max<std::uint64_t>(balancer::mix(request_.affinity, targets_.pool(pool_.index()).hash), 1);
}

std::optional<TargetId> SoftAffinity::home(const Tier& tier) const {
  if (request_.affinity == 0 || span() <= Duration::zero() || tier.draw.size() < 2) return std::nullopt;
  const PoolState& known = targets_.pool(pool_.index());
  const std::vector<TargetId>& targets = targets_.plan().pools[pool_.index()].targets;
  const std::uint64_t key = conversation();
  AffinityTable::Entry* const entry = conversations_.find(key, span(), now_);
  if (entry == nullptr) return std::nullopt;
  if (!request_.look) conversations_.asked();
  const double bound = load_bound(targets_.all(), targets, known.borrows, tier, request_.estimate);
  const auto takes = [&](std::uint32_t at) {
    if (at == AffinityTable::kNobody) return false;
    const TargetState& state = targets_[TargetId{at}];
    const bool here =
        state.pool == pool_.value ? &known.tiers[state.tier] == &tier : stands_in(tier, TargetId{at}, targets);
    return here && targets_.usable(TargetId{at}, request_, now_) && state.load_per_weight() <= bound;
  };
  // A home that has just come back takes its conversations again as its share grows, not all at once.
  const bool home_again = takes(entry->home) && targets_.nodes().share(targets_[TargetId{entry->home}].path, now_) >=
                                                    balancer::attraction(key, 0);
  const std::uint32_t chosen = home_again ? entry->home : entry->stand_in;
  if (!home_again && !takes(chosen)) return std::nullopt;
  if (!request_.look) conversations_.stayed(*entry, home_again, now_);
  return TargetId{chosen};
}

void SoftAffinity::remember(TargetId target) const {
  if (request_.affinity == 0 || request_.look || span() <= Duration::zero() || !conversations_.is_open()) return;
  conversations_.sent(conversation(), target.value, span(), now_);
}

}  // namespace drover::core
