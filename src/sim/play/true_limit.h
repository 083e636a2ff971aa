// The true limit of a simulated key: a bucket that refills evenly. Configured limits, headers and learnt rates are
// guesses of it.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "base/instant.h"
#include "base/quota_hints.h"

namespace drover::sim {

class TrueLimit {
 public:
  TrueLimit(double per_minute, Instant start) : TrueLimit(per_minute, per_minute, start) {}
  /// `burst`: most requests at once after a pause.
  TrueLimit(double per_minute, double burst, Instant start)
      : per_minute_(per_minute), capacity_(burst), level_(burst), last_(start) {}

  /// Takes `amount` if it is there.
  bool admit(Instant now, double amount = 1) {
    refill(now);
    if (level_ < amount) return false;
    level_ -= amount;
    return true;
  }
  /// When `amount` is there if nothing else is taken; `now` when it is there already.
  [[nodiscard]] Instant admits_at(Instant now, double amount = 1) {
    refill(now);
    const double missing = std::min(amount, capacity_) - level_;
    if (missing <= 0) return now;
    return now + Duration(static_cast<Duration::rep>(missing / per_minute_ * 60e9) + 1);
  }
  /// The hint that providers send in headers.
  [[nodiscard]] QuotaHint hint(Instant now) {
    refill(now);
    return {.limit = static_cast<std::int64_t>(capacity_),
            .remaining = static_cast<std::int64_t>(level_),
            .reset = Duration(static_cast<Duration::rep>((capacity_ - level_) / per_minute_ * 60e9))};
  }
  /// The Retry-After of a refusal: the time in which one more fits.
  [[nodiscard]] Duration retry_after() const { return Duration(static_cast<Duration::rep>(60e9 / per_minute_)); }

 private:
  void refill(Instant now) {
    const double passed = std::chrono::duration<double>(now - last_).count();
    level_ = std::min(capacity_, level_ + std::max(passed, 0.0) * per_minute_ / 60);
    last_ = std::max(last_, now);
  }

  double per_minute_;
  double capacity_;
  double level_;
  Instant last_;
};

}  // namespace drover::sim
