// How long probes take, as a plain moving average: 0.7 of the old and 0.3 of the new. Not the latency of requests
// (peak_ewma.h).
#pragma once

#include "base/instant.h"

namespace drover::core {

class ProbeEwma {
 public:
  static constexpr double kOld = 0.7;
  static constexpr double kNew = 0.3;

  /// The first sample is the average: one that began at 0 would make a key look quick that nobody has asked.
  void observe(Duration taken) {
    const double seconds = std::chrono::duration<double>(taken).count();
    seconds_ = known_ ? kOld * seconds_ + kNew * seconds : seconds;
    known_ = true;
  }

  [[nodiscard]] bool known() const { return known_; }
  [[nodiscard]] double seconds() const { return seconds_; }

 private:
  double seconds_ = 0;
  bool known_ = false;
};

}  // namespace drover::core
