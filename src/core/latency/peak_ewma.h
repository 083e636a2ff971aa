// How long a target takes, as a moving average that jumps up with a slow answer at once and comes down over time.
#pragma once

#include <algorithm>
#include <cmath>

#include "base/instant.h"

namespace drover::core {

/// The average forgets with this time constant (Finagle's peak EWMA uses 10 s: seconds to notice, seconds to forgive).
inline constexpr Duration kEwmaDecay = std::chrono::seconds(10);
/// A sample counts as at least this, so that an average is never 0, which stands for "unknown".
inline constexpr double kLeastSeconds = 1e-6;

/// How quickly the deviation follows its samples.
inline constexpr float kDeviationGain = 0.2F;

class PeakEwma {
 public:
  void observe(double seconds, Instant now) {
    const float sample = static_cast<float>(std::max(seconds, kLeastSeconds));
    if (seconds_ <= 0) {
      deviation_ = sample / 2;  // one sample says little, as in RFC 6298
    } else {
      deviation_ += kDeviationGain * (std::abs(sample - seconds_) - deviation_);
    }
    if (seconds_ <= 0 || sample >= seconds_) {
      seconds_ = sample;
    } else {
      const auto keep = static_cast<float>(std::exp(-elapsed(now)));
      seconds_ = seconds_ * keep + sample * (1 - keep);
    }
    last_ = now;
  }

  /// The average in seconds as of its last sample; 0: none yet.
  [[nodiscard]] double last() const { return static_cast<double>(seconds_); }
  /// How far samples usually are from the average, in seconds. Averages that differ by less are equal.
  [[nodiscard]] double deviation() const { return static_cast<double>(deviation_); }

  /// The average, drawn towards `usual` while there are no samples: otherwise a target that was slow once would be
  /// avoided for ever. 0: unknown.
  [[nodiscard]] double forgiven(double usual, Instant now) const {
    return seconds_ <= 0 ? 0 : usual + (last() - usual) / (1 + elapsed(now));
  }

 private:
  [[nodiscard]] double elapsed(Instant now) const {
    constexpr double kPerDecay = 1.0 / static_cast<double>(kEwmaDecay.count());
    const double passed = static_cast<double>((now - last_).count()) * kPerDecay;
    return std::max(passed, 0.0);
  }

  float seconds_ = 0;
  float deviation_ = 0;
  Instant last_{};
};

}  // namespace drover::core
