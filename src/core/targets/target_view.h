// What a status page shows of a target.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/instant.h"
#include "core/health/cause.h"
#include "core/health/check_points.h"
#include "core/plan/plan.h"
#include "core/targets/target_book.h"

namespace drover::core {

/// The condition of a target, as a status page shows it.
enum class TargetCondition : std::uint8_t { Ok, Suspect, HalfOpen, Ejected, Cooling, Resting };
[[nodiscard]] std::string_view to_string(TargetCondition condition);

struct TargetView {
  TargetId target;
  TargetCondition condition = TargetCondition::Ok;  ///< Suspect: its last answers failed, but it is still used
  Instant until{};                                  ///< of Ejected, Cooling, Resting; kNever: a trial is running
  Cause cause{};                                    ///< what took it out or made it suspect
  std::uint32_t in_flight = 0;
  std::uint32_t consecutive_failures = 0;
  std::uint32_t score = 0;
  double first_content_seconds = 0;     ///< 0: unknown
  double seconds_per_output_token = 0;  ///< 0: unknown
  std::uint64_t requests = 0;
  std::uint64_t failures = 0;
  std::optional<Instant> last_used;
  double probe_seconds = 0;                            ///< average time of probes; 0: unknown
  std::uint64_t input_tokens = 0;                      ///< that answers reported
  std::uint64_t cached_tokens = 0;                     ///< of these: read from the provider's prompt cache
  std::optional<LastCheck> last_check = std::nullopt;  ///< by a probe; nothing: there was none yet, or probes are off
};

/// `checks`: the fleet's own.
[[nodiscard]] TargetView view_of(const TargetBook& targets, const CheckPoints& checks, TargetId target, Instant now);

}  // namespace drover::core
