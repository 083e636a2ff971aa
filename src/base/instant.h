// Points and spans of time as the pure rooms see them. Nothing here can read a clock.
#pragma once

#include <chrono>

namespace drover {

/// The clock of every decision: monotonic, and started by the program that drives the code. It has no now(), so a pure
/// room gets the time as an argument.
struct MonotonicClock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<MonotonicClock, duration>;
  static constexpr bool is_steady = true;
};

using Instant = MonotonicClock::time_point;
using Duration = MonotonicClock::duration;

/// Later than every event: a deadline that is switched off.
inline constexpr Instant kNever = Instant::max();

/// The duration that means "no limit" in settings.
inline constexpr Duration kNoLimit = Duration::max();

/// `start + span`, staying at kNever when the span is kNoLimit or the sum would overflow.
[[nodiscard]] constexpr Instant after(Instant start, Duration span) {
  if (start == kNever || span == kNoLimit) return kNever;
  if (start.time_since_epoch().count() > 0 && span > kNever - start) return kNever;
  return start + span;
}

}  // namespace drover
