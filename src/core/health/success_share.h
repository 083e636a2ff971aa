// What part of a target's latest outcomes were answers. A target that fails quickly never has anything in flight and
// looks idle: policies that compare load or latency divide by this share, so that a failure never attracts.
#pragma once

#include <algorithm>

#include "base/instant.h"

namespace drover::core {

/// Each outcome counts this much against all before it.
inline constexpr float kOutcomeWeight = 0.2F;
/// The share counts as this at least; a share of 0 could never recover.
inline constexpr double kLeastSuccess = 0.02;
/// A bad share is forgiven by half in this time without outcomes.
inline constexpr Duration kOutcomesForgiven = std::chrono::seconds(10);

class SuccessShare {
 public:
  void succeeded(Instant now) {
    if (share_ < 1) share_ = share_ > kWhole ? 1 : share_ + kOutcomeWeight * (1 - share_);
    at_ = now;
    succeeded_at_ = now;
  }
  void failed(Instant now) {
    share_ *= 1 - kOutcomeWeight;
    at_ = now;
  }
  /// Takes back the last failure, because it was not the target's fault.
  void take_back_failure() { share_ = std::min(1.0F, share_ / (1 - kOutcomeWeight)); }

  [[nodiscard]] bool whole() const { return share_ >= 1; }
  [[nodiscard]] double at(Instant now) const {
    if (whole()) return 1;
    const double passed = static_cast<double>((now - at_).count()) / static_cast<double>(kOutcomesForgiven.count());
    const double missing = (1 - static_cast<double>(share_)) / (1 + std::max(passed, 0.0));
    return std::max(1 - missing, kLeastSuccess);
  }
  /// Whether the target mostly answers, and has answered within `span`.
  [[nodiscard]] bool answers(Duration span, Instant now) const {
    return share_ >= 0.5F && succeeded_at_ != Instant::min() && now - succeeded_at_ <= span;
  }

 private:
  static constexpr float kWhole = 0.999F;

  float share_ = 1;
  Instant at_{};
  Instant succeeded_at_ = Instant::min();
};

}  // namespace drover::core
