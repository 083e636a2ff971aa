// Smooth weighted round robin (nginx's algorithm): shares by weight, spread as evenly over time as the weights allow,
// so that weights 5:1:1 give A A B A C A A and not A A A A A B C.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace drover::core::balancer {

class RoundRobin {
 public:
  RoundRobin() = default;
  explicit RoundRobin(std::size_t size) : current_(size, 0) {}

  /// The next in turn, all weights being equal: the same order without a look at everyone.
  template <class Eligible>
  std::optional<std::size_t> next(Eligible&& eligible) {
    for (std::size_t step = 0; step < current_.size(); ++step) {
      const std::size_t at = turn_;
      turn_ = turn_ + 1 == current_.size() ? 0 : turn_ + 1;
      if (eligible(at)) return at;
    }
    return std::nullopt;
  }

  template <class Eligible, class Weight>
  std::optional<std::size_t> operator()(Eligible&& eligible, Weight&& weight) {
    std::optional<std::size_t> best;
    std::int64_t sum = 0;
    for (std::size_t at = 0; at < current_.size(); ++at) {
      if (!eligible(at)) continue;
      const auto share = static_cast<std::int64_t>(weight(at));
      sum += share;
      current_[at] += share;
      if (!best || current_[at] > current_[*best]) best = at;
    }
    if (best) current_[*best] -= sum;
    return best;
  }

 private:
  std::vector<std::int64_t> current_;
  std::size_t turn_ = 0;  ///< of next()
};

}  // namespace drover::core::balancer
