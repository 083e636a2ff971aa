// A bucket that refills evenly: the kind of rate limit that real providers have. Pure.
#pragma once

#include <cstdint>

#include "base/instant.h"

namespace drover::mock {

/// Holds up to `capacity`, refilled at capacity / period. Starts full.
class TokenBucket {
 public:
  TokenBucket() = default;
  TokenBucket(double capacity, Duration period) : capacity_(capacity), period_(period), level_(capacity) {}

  [[nodiscard]] bool holds(double amount, Instant now) { return level_at(now) >= amount - kRounding * capacity_; }
  void take(double amount, Instant now) { level_ = level_at(now) - amount; }
  [[nodiscard]] double level_at(Instant now) {
    if (now > filled_) {
      const double share = std::chrono::duration<double>(now - filled_) / std::chrono::duration<double>(period_);
      level_ = level_ + share * capacity_ < capacity_ ? level_ + share * capacity_ : capacity_;
      filled_ = now;
    }
    return level_;
  }
  /// How long until `amount` is there; zero: it is there now.
  [[nodiscard]] Duration until(double amount, Instant now) {
    const double missing = amount - level_at(now);
    if (missing <= 0 || capacity_ <= 0) return Duration::zero();
    return std::chrono::round<Duration>(std::chrono::duration<double, Duration::period>(period_) *
                                        (missing / capacity_));
  }
  [[nodiscard]] Duration until_full(Instant now) { return until(capacity_, now); }
  [[nodiscard]] double capacity() const { return capacity_; }

 private:
  /// Share of the capacity that rounding may lose: far less than one request of any limit.
  static constexpr double kRounding = 1e-9;

  double capacity_ = 0;
  Duration period_ = std::chrono::minutes(1);
  double level_ = 0;
  Instant filled_{};
};

}  // namespace drover::mock
