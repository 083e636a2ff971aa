#include "core/balancer/weighted_draw.h"

#include <algorithm>
#include <numeric>

namespace drover::core::balancer {

WeightedDraw::WeightedDraw(std::span<const std::uint32_t> weights) : size_(weights.size()) {
  if (std::ranges::adjacent_find(weights, std::ranges::not_equal_to{}) == weights.end()) return;
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  const double mean = sum / static_cast<double>(size_);

  columns_.resize(size_);
  std::vector<double> left(size_);
  std::vector<std::uint32_t> small;
  std::vector<std::uint32_t> large;
  for (std::uint32_t at = 0; at < size_; ++at) {
    left[at] = static_cast<double>(weights[at]) / mean;
    (left[at] < 1 ? small : large).push_back(at);
  }
  while (!small.empty() && !large.empty()) {
    const std::uint32_t poor = small.back();
    const std::uint32_t rich = large.back();
    small.pop_back();
    columns_[poor] = {left[poor], rich};
    left[rich] -= 1 - left[poor];
    if (left[rich] < 1) {
      large.pop_back();
      small.push_back(rich);
    }
  }
  // The columns that are left are full; only rounding makes them differ from 1.
  for (const std::uint32_t at : small) columns_[at] = {1, at};
  for (const std::uint32_t at : large) columns_[at] = {1, at};
}

}  // namespace drover::core::balancer
