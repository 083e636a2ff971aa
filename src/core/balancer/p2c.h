// The power of two choices (Mitzenmacher 2001): draw two by weight, take the one with less to do. Nearly as even as
// looking at everyone's load, without the herd that forms when all look at the same best.
#pragma once

#include "core/balancer/choose.h"

namespace drover::core::balancer {

/// A second draw must cost at most this part of the first: less is noise in the measured latencies, and following it
/// would even out what the weights ask for.
inline constexpr double kClearlyLess = 0.9;

/// `clearly_less(second, first)`: whether the second draw costs clearly less than the first. Nearly equal costs go to
/// the first draw, so that idle targets get their share by weight.
template <class Eligible, class Weight, class Less>
std::optional<std::size_t> p2c_where(const WeightedDraw& draw, Random& random, Eligible&& eligible, Weight&& weight,
                                     Less&& clearly_less) {
  const auto first = draw_eligible(draw, random, eligible, weight);
  if (!first || draw.size() == 1) return first;
  const auto other = [&](std::size_t at) { return at != *first && eligible(at); };
  const auto second = draw_eligible(draw, random, other, weight);
  if (!second) return first;
  return clearly_less(*second, *first) ? second : first;
}

/// `cost(position)` estimates how long the request would wait there.
template <class Eligible, class Weight, class Cost>
std::optional<std::size_t> p2c(const WeightedDraw& draw, Random& random, Eligible&& eligible, Weight&& weight,
                               Cost&& cost) {
  const auto less = [&](std::size_t second, std::size_t first) { return cost(second) < kClearlyLess * cost(first); };
  return p2c_where(draw, random, eligible, weight, less);
}

}  // namespace drover::core::balancer
