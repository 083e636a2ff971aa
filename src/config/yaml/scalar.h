// The meaning of each scalar in a configuration: whole numbers, decimals, durations, sizes, percentages. Strict: the
// whole text must match, and nothing is guessed. Places and messages are in value.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/instant.h"

namespace drover::config {

/// Decimal digits without sign or leading zero: "0", "42".
[[nodiscard]] std::optional<std::uint64_t> parse_whole(std::string_view text);
/// Digits, optionally with a point and up to six decimals: "2", "1.5".
[[nodiscard]] std::optional<double> parse_decimal(std::string_view text);
/// "500ms", "3s", "1.5s", "10m", "1h"; at most 1,000 hours. Units: ms, s, m, h.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);
/// "4096" (bytes), "64KiB", "64MiB", "1GiB".
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);
/// "20%" as 0.2; from 0% to 100%.
[[nodiscard]] std::optional<double> parse_share(std::string_view text, double most = 1);

/// The shortest form that parse_duration() reads: "500ms", "1.5s", "10m", "off" for kNoLimit.
[[nodiscard]] std::string format_duration(Duration span);
/// "64MiB", "1000 bytes".
[[nodiscard]] std::string format_size(std::uint64_t bytes);
/// "2", "1.5".
[[nodiscard]] std::string format_decimal(double number);
/// "20%", "0.5%".
[[nodiscard]] std::string format_share(double share);

}  // namespace drover::config
