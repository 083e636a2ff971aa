// How long answers took lately, as shares: "95 of 100 took less than this". Fixed memory; old answers fade.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/instant.h"

namespace drover::core {

/// Fewer answers than this say nothing about the slowest of a hundred.
inline constexpr std::uint32_t kSketchLeast = 50;
/// At this many answers all counts are halved, so that the last few thousand answers decide.
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

  /// The time within which this share of answers came, at most an eighth too long; nothing before kSketchLeast answers.
  [[nodiscard]] std::optional<Duration> within(double share) const {
    if (total_ < kSketchLeast) return std::nullopt;
    const auto wanted = static_cast<std::uint32_t>(std::ceil(share * static_cast<double>(total_) - 1e-9));
    std::uint32_t seen = 0;
    for (std::size_t slot = 0; slot < kSlots; ++slot) {
      seen += counts_[slot];
      if (seen >= wanted) return upper_end(slot);
    }
    return upper_end(kSlots - 1);
  }

  /// For several shares, in rising order, in one pass; as if answers were spread evenly over an eighth.
  template <std::size_t N>
  [[nodiscard]] std::optional<std::array<Duration, N>> within(const std::array<double, N>& shares) const {
    if (total_ < kSketchLeast) return std::nullopt;
    std::array<Duration, N> times;
    std::uint32_t seen = 0;
    std::size_t slot = 0;
    for (std::size_t at = 0; at < N; ++at) {
      const auto wanted = static_cast<std::uint32_t>(std::ceil(shares[at] * static_cast<double>(total_) - 1e-9));
      for (; slot + 1 < kSlots && seen + counts_[slot] < wanted; ++slot) seen += counts_[slot];
      const Duration from = slot == 0 ? Duration::zero() : upper_end(slot - 1);
      const double part = counts_[slot] == 0 ? 1 : (static_cast<double>(wanted) - seen) / counts_[slot];
      times[at] =
          from + Duration(static_cast<Duration::rep>(static_cast<double>((upper_end(slot) - from).count()) * part));
    }
    return times;
  }

 private:
  /// Up to 1 ms, then eight to each doubling: the last ends above half an hour.
  static constexpr double kFirst = 0.001;
  static constexpr int kPerDoubling = 8;
  static constexpr std::size_t kSlots = 1 + 21 * kPerDoubling;

  /// The exponent of a number, and the first three bits behind it, stand side by side: no logarithm is needed.
  static std::size_t slot_of(double seconds) {
    const double ratio = seconds * (1 / kFirst);
    if (!(ratio > 1)) return 0;
    constexpr int kBitsBehind = 52 - 3;
    constexpr std::uint64_t kOne = std::bit_cast<std::uint64_t>(1.0) >> kBitsBehind;
    const std::uint64_t steps = (std::bit_cast<std::uint64_t>(ratio) >> kBitsBehind) - kOne;
    return static_cast<std::size_t>(std::min<std::uint64_t>(steps + 1, kSlots - 1));
  }
  static Duration upper_end(std::size_t slot) {
    const auto at = static_cast<int>(slot);
    const double ratio = std::ldexp(1 + (at % kPerDoubling) / static_cast<double>(kPerDoubling), at / kPerDoubling);
    return Duration(static_cast<Duration::rep>(kFirst * ratio * 1e9));
  }

  std::array<std::uint32_t, kSlots> counts_{};
  std::uint32_t total_ = 0;
};

}  // namespace drover::core
