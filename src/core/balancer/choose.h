// What the policies share: a pick among the eligible by weight, without allocation, usually without looking at all.
#pragma once

#include <cstddef>
#include <optional>

#include "base/random.h"
#include "core/balancer/weighted_draw.h"

namespace drover::core::balancer {

/// Draws made before all positions are looked at: enough when most are eligible, cheap when they are not.
inline constexpr int kDraws = 4;

/// One eligible position by weight, or nothing. `eligible(position)` answers for one; `weight(position)` is its share.
template <class Eligible, class Weight>
std::optional<std::size_t> draw_eligible(const WeightedDraw& draw, Random& random, Eligible&& eligible,
                                         Weight&& weight) {
  if (draw.size() == 0) return std::nullopt;
  for (int round = 0; round < kDraws; ++round) {
    const std::size_t at = draw(random);
    if (eligible(at)) return at;
  }
  // Reservoir sampling by weight: one pass, each eligible position with the chance that its weight gives it.
  std::optional<std::size_t> chosen;
  double sum = 0;
  for (std::size_t at = 0; at < draw.size(); ++at) {
    if (!eligible(at)) continue;
    const double share = static_cast<double>(weight(at));
    sum += share;
    if (!chosen || random.unit() * sum < share) chosen = at;
  }
  return chosen;
}

/// The eligible position with the least `cost`, ties broken evenly at random: each draws a lot. Whether one is eligible
/// costs more than its cost, and is asked only where it would be chosen: of n positions, about ln n times.
template <class Eligible, class Cost>
std::optional<std::size_t> least(std::size_t size, Random& random, Eligible&& eligible, Cost&& cost) {
  std::optional<std::size_t> best;
  double least_cost = 0;
  std::uint64_t best_lot = 0;
  for (std::size_t at = 0; at < size; ++at) {
    const double own = cost(at);
    if (best && own > least_cost) continue;
    const std::uint64_t lot = random();
    if (best && own == least_cost && lot <= best_lot) continue;
    if (!eligible(at)) continue;
    best = at;
    least_cost = own;
    best_lot = lot;
  }
  return best;
}

}  // namespace drover::core::balancer
