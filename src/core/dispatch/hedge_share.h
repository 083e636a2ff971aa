// How many requests may be hedged: a share of them, so that a second attempt for the slowest few never becomes a second
// one for all when everything is slow. What a hedge costs besides is the retry budget's: retry_budget.h.
#pragma once

#include <cstdint>

#include "base/instant.h"
#include "base/window_count.h"

namespace drover::core {

/// Requests and hedges are compared over this window: long enough that a quiet gateway's few per cent allow a hedge now
/// and then.
inline constexpr Duration kHedgeWindow = std::chrono::seconds(60);
/// An answer is late when this share of those of its kind came sooner.
inline constexpr double kLateAfter = 0.95;
/// And never sooner than this: less is the noise of a busy machine, and nobody notices it in a model's answer.
inline constexpr Duration kSoonestSecond = std::chrono::milliseconds(100);

class HedgeShare {
 public:
  explicit HedgeShare(double share) : share_(share) {}

  /// Whether any request may be hedged at all.
  [[nodiscard]] bool any() const { return share_ > 0; }
  void count_request(Instant now) {
    if (any()) requests_.add(now, 1);
  }
  /// Takes over the counts of another share, and keeps this one's limit.
  void take_counts(const HedgeShare& other) {
    requests_ = other.requests_;
    hedges_ = other.hedges_;
  }
  [[nodiscard]] bool left(Instant now) {
    return any() && static_cast<double>(hedges_.total(now) + 1) <= share_ * static_cast<double>(requests_.total(now));
  }
  /// Takes one hedge, which left() has granted.
  void take(Instant now) { hedges_.add(now, 1); }

 private:
  double share_;
  WindowCount<12> requests_{kHedgeWindow};
  WindowCount<12> hedges_{kHedgeWindow};
};

}  // namespace drover::core
