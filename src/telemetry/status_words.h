// The words of status pages and state lines: marks and reasons.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "core/fleet.h"

namespace drover::telemetry {

/// Green: serves. Yellow: to be watched - it failed lately, waits out a rate limit, or is on trial. Red: out.
enum class Mark : std::uint8_t { Green, Yellow, Red };

[[nodiscard]] constexpr Mark mark_of(core::TargetCondition condition) {
  switch (condition) {
    case core::TargetCondition::Ok: return Mark::Green;
    case core::TargetCondition::Suspect:
    case core::TargetCondition::HalfOpen:
    case core::TargetCondition::Cooling: return Mark::Yellow;
    case core::TargetCondition::Ejected:
    case core::TargetCondition::Resting: return Mark::Red;
  }
  return Mark::Red;
}

[[nodiscard]] constexpr std::string_view word(Mark mark) {
  switch (mark) {
    case Mark::Green: return "green";
    case Mark::Yellow: return "yellow";
    case Mark::Red: return "red";
  }
  return "red";
}

/// "rate_limited, status 429"
[[nodiscard]] inline std::string reason(ErrorKind why, int status) {
  std::string text(to_string(why));
  if (status != 0) text.append(", status ").append(std::to_string(status));
  return text;
}

}  // namespace drover::telemetry
