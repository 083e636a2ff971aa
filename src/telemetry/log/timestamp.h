// A wall-clock time as text. The caller reads the clock.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace drover::telemetry {

inline constexpr std::size_t kTimestampBytes = 24;

/// "2026-11-22T23:53:10.123Z" (RFC 3339, UTC) for milliseconds since 1970; years 1970 to 9999.
[[nodiscard]] std::array<char, kTimestampBytes> timestamp(std::int64_t unix_milliseconds);
[[nodiscard]] inline std::string timestamp_text(std::int64_t unix_milliseconds) {
  const auto text = timestamp(unix_milliseconds);
  return {text.data(), text.size()};
}

}  // namespace drover::telemetry
