// Moments and spans as the admin API writes them: RFC 3339 in UTC, and "30s", "24h", "30d".
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/wall_time.h"

namespace drover::gateway::admin {

/// "2026-09-01T12:00:00Z", with six decimals where the moment has a fraction.
[[nodiscard]] std::string time_text(WallTime time);

/// Reads RFC 3339 with "Z" or an offset, from 1970 to 2399. Fractions beyond a microsecond are cut.
[[nodiscard]] std::optional<WallTime> parse_time(std::string_view text);

/// Reads a number and one of s, m, h, d, w: "0s" to "400d".
[[nodiscard]] std::optional<std::chrono::seconds> parse_span(std::string_view text);

}  // namespace drover::gateway::admin
