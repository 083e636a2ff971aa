// A moment as people write it: a date, a time, or how long ago.
#pragma once

#include <optional>
#include <string_view>

#include "base/wall_time.h"

namespace drover::cli {

/// "2026-11-30", "2026-11-30T12:00", "2026-11-30T12:00:30Z" (UTC), or "30m", "24h", "7d" before `now`. Nothing: it is
/// none.
[[nodiscard]] std::optional<WallTime> parse_moment(std::string_view text, WallTime now);

}  // namespace drover::cli
