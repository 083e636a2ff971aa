// The words of status pages and state lines: marks and reasons.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "core/fleet/fleet.h"

namespace drover::telemetry {

/// Green: it serves. Yellow: it failed lately, cools down, or is on trial. Red: it is out.
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

/// "429 rate_limit_exceeded", "unexpected_content_type in a 200 answer", or, without an answer, "connect".
[[nodiscard]] std::string reason(ErrorKind why, int status, std::string_view code = {});

/// The same with the details: "429 rate_limit_exceeded, retry-after 30 s, request req_0a1b".
[[nodiscard]] std::string cause_text(const core::Cause& cause);

/// The same after the state that it caused: "cooling until 12:03:07Z: 429 ...". `until`: milliseconds since 1970,
/// nothing: not known. Empty for a target that is well.
[[nodiscard]] std::string why_text(const core::TargetView& view, std::optional<std::int64_t> until);

/// "30 s", "1.5 s", "250 ms".
[[nodiscard]] std::string span_text(Duration span);

}  // namespace drover::telemetry
