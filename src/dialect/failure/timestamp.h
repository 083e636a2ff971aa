// Dates as they stand in headers, to seconds since 1970. Pure arithmetic: no time zone data, no locale.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace drover::dialect {

/// An HTTP date: IMF-fixdate, RFC 850 or asctime (RFC 9110 section 5.6.7). `now_unix` decides the century of a
/// two-digit year: one that seems more than 50 years ahead is in the past.
[[nodiscard]] std::optional<std::int64_t> parse_http_date(std::string_view text, std::int64_t now_unix);

/// The last second of the year 9999, the last that four digits can tell.
inline constexpr std::int64_t kLatestTime = 253'402'300'799;

/// RFC 3339, with Z or an offset; fractions of a second are dropped.
[[nodiscard]] std::optional<std::int64_t> parse_rfc3339(std::string_view text);

/// "2026-12-11T09:30:00Z", from 1970 to kLatestTime.
[[nodiscard]] std::string rfc3339_text(std::int64_t unix_seconds);
/// The same behind what is in `out`.
void append_rfc3339(std::int64_t unix_seconds, std::string& out);

}  // namespace drover::dialect
