// How long answers took lately, as shares: "95 of 100 took less than this". Fixed memory; old answers fade.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/instant.h"

namespace drover::core {

/// Fewer answers than this say nothing about the slowest of a hundred.
inline constexpr std::uint32_t kSketchLeast = 50;
/// At so many all counts are halved, so that the last few thousand answers rule.
inline constexpr std::uint32_t kSketchMost = 2000;

class LatencySketch {
 public:
  void add(double seconds) {
    ++counts_[slot_of(seconds)];
    if (++total_ < kSketchMost) return;
    total_ = 0;
    for (std::uint32_t& count : counts_) total_ += count /= 2;
  }

  /// As if the answers of both had been added to this one.
  void add(const LatencySketch& other) {
    for (std::size_t slot = 0; slot < kSlots; ++slot) counts_[slot] += other.counts_[slot];
    total_ += other.total_;
  }

  /// The time within which this share of answers came, at most a fifth too long; nothing before kSketchLeast answers.
  [[nodiscard]] std::optional<Duration> within(double share) const {
    if (total_ < kSketchLeast) return std::nullopt;
    const double wanted = share * static_cast<double>(total_);
    double seen = 0;
    for (std::size_t slot = 0; slot < kSlots; ++slot) {
      seen += counts_[slot];
      if (seen >= wanted) return upper_end(slot);
    }
    return upper_end(kSlots - 1);
  }

 private:
  /// 1 ms, then 20 % more each: the last slot ends above 20 minutes.
  static constexpr std::size_t kSlots = 78;
  static constexpr double kFirst = 0.001;
  static constexpr double kGrowth = 1.2;

  static std::size_t slot_of(double seconds) {
    if (!(seconds > kFirst)) return 0;
    const double steps = std::ceil(std::log(seconds / kFirst) / std::log(kGrowth) - 1e-9);
    return std::min(static_cast<std::size_t>(steps), kSlots - 1);
  }
  static Duration upper_end(std::size_t slot) {
    return Duration(static_cast<Duration::rep>(kFirst * std::pow(kGrowth, static_cast<double>(slot)) * 1e9));
  }

  std::array<std::uint32_t, kSlots> counts_{};
  std::uint32_t total_ = 0;
};

}  // namespace drover::core
