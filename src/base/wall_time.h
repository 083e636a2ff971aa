// The time of day, for what outlives the process: keys that expire, calendar windows, rows of the ledger. Decisions
// about failover use Instant (instant.h), which no one can set.
#pragma once

#include <chrono>

namespace drover {

/// UTC without leap seconds, in microseconds. Like Instant, it is an argument: nothing here can read a clock.
using WallTime = std::chrono::sys_time<std::chrono::microseconds>;

/// Later than every event: what never expires.
inline constexpr WallTime kNeverExpires = WallTime::max();

}  // namespace drover
