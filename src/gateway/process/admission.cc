#include "gateway/process/admission.h"

#include <string>

#include "base/printable.h"
#include "telemetry/log/log.h"

namespace drover::gateway {
namespace {

/// A budget that is spent refuses many a second: one line tells of all.
constexpr Duration kQuiet = std::chrono::minutes(1);
/// Of a path that a client made up.
constexpr std::size_t kPathShown = 100;

}  // namespace

bool Admission::Seldom::due(Instant now) {
  const Instant::rep at = now.time_since_epoch().count();
  Instant::rep quiet = quiet_until_.load(std::memory_order_relaxed);
  return at >= quiet && quiet_until_.compare_exchange_strong(quiet, (now + kQuiet).time_since_epoch().count());
}

void Admission::say_websocket_refused(Instant now, std::string_view path) {
  const std::uint64_t refused = websockets_refused_.fetch_add(1, std::memory_order_relaxed) + 1;
  if (!websocket_line_.due(now)) return;
  telemetry::log(telemetry::Level::Warning,
                 "a WebSocket to " + printable(path.substr(0, kPathShown)) +
                     " was refused with status 426: drover serves HTTP only; clients that can go on over HTTP do so "
                     "now, others need a setting; refused so far: " +
                     std::to_string(refused));
}

void Admission::say_memory_full(Instant now) {
  if (!memory_line_.due(now)) return;
  telemetry::log(telemetry::Level::Warning,
                 "a request body was refused: " + std::to_string(replay_memory.used()) + " of " +
                     std::to_string(replay_memory.limit()) + " bytes of 'limits.replay_memory' are in use, " +
                     std::to_string(replay_memory.receiving()) +
                     " of them by bodies still being received, and one client may hold half; refused so far: " +
                     std::to_string(replay_memory.refusals()));
}

}  // namespace drover::gateway
