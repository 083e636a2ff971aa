// Draws positions at random by weight in constant time, however many there are (Walker's alias method, Vose 1991).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/random.h"

namespace drover::core::balancer {

class WeightedDraw {
 public:
  WeightedDraw() = default;
  /// Positions 0 .. weights.size()-1. A weight of 0 is never drawn, unless all are 0: then every one equally.
  explicit WeightedDraw(std::span<const std::uint32_t> weights);

  [[nodiscard]] std::size_t size() const { return size_; }

  /// Whether all weights are equal.
  [[nodiscard]] bool even() const { return columns_.empty(); }

  /// Not to be called on an empty one.
  [[nodiscard]] std::size_t operator()(Random& random) const {
    const std::size_t at = static_cast<std::size_t>(random.below(size_));
    if (columns_.empty()) return at;
    const Column& column = columns_[at];
    return random.unit() < column.own ? at : column.other;
  }

 private:
  struct Column {
    double own = 1;  ///< the chance that this position is meant and not `other`
    std::uint32_t other = 0;
  };
  std::size_t size_ = 0;
  std::vector<Column> columns_;  ///< empty when all weights are equal
};

}  // namespace drover::core::balancer
