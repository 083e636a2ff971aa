#include "gateway/admission.h"

#include <string>

#include "telemetry/log.h"

namespace drover::gateway {
namespace {

/// A budget that is spent refuses many a second: one line tells of all.
constexpr Duration kQuiet = std::chrono::minutes(1);

}  // namespace

void Admission::say_memory_full(Instant now) {
  const Instant::rep at = now.time_since_epoch().count();
  Instant::rep quiet = quiet_until_.load(std::memory_order_relaxed);
  if (at < quiet || !quiet_until_.compare_exchange_strong(quiet, (now + kQuiet).time_since_epoch().count())) return;
  telemetry::log(telemetry::Level::Warning,
                 "a request body was refused: " + std::to_string(replay_memory.used()) + " of " +
                     std::to_string(replay_memory.limit()) + " bytes of 'limits.replay_memory' are in use, " +
                     std::to_string(replay_memory.receiving()) +
                     " of them by bodies still being received, and one client may hold half; refused so far: " +
                     std::to_string(replay_memory.refusals()));
}

}  // namespace drover::gateway
