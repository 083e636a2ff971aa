// The program's own log: one readable line per event, to standard error, written by a thread of its own so that a
// blocked pipe never blocks a request (lines are dropped and counted instead). The access log is another one.
#pragma once

#include <cstdint>
#include <string_view>

namespace drover::telemetry {

enum class Level : std::uint8_t { Info, Warning, Error };

/// Starts the writer. Call it once, before other threads. Without it nothing is written (tests, the library).
void start_log();
/// Writes what is queued and stops.
void stop_log();

/// Any thread, never waits. `line` holds no key, and client text only as escaped() gives it.
void log(Level level, std::string_view line);

/// Lines dropped because the queue was full.
[[nodiscard]] std::uint64_t dropped_log_lines();

}  // namespace drover::telemetry
