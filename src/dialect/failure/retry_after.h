// How long a provider asks to be left alone, in all the forms providers use. Hints from hostile bytes: capped, and what
// cannot be read is nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/instant.h"
#include "http/head/head.h"

namespace drover::dialect {

/// Longest wait believed; quotas of a day are the longest real ones. Who uses it may clamp it further.
inline constexpr Duration kMaxRetryAfter = std::chrono::hours{24};

/// From an answer's head, most specific first: retry-after-ms and x-ms-retry-after-ms; Retry-After; the reset times of
/// rate limits that have nothing remaining or say that they rejected, RateLimit's `t` among them. Of two of one rank
/// the longer. A time that has passed is 0.
/// `now_unix`: seconds since 1970, for dates.
[[nodiscard]] std::optional<Duration> retry_after(const http::Fields& fields, std::int64_t now_unix);

/// One Retry-After value: seconds (whole or decimal), an HTTP date in any of the three forms of RFC 9110 section 5.6.7,
/// or seconds since 1970.
[[nodiscard]] std::optional<Duration> parse_retry_after(std::string_view value, std::int64_t now_unix);

/// One reset value: a Go duration ("6m0s", "120ms", "1m26.4s"), seconds, seconds since 1970, or RFC 3339.
[[nodiscard]] std::optional<Duration> parse_reset(std::string_view value, std::int64_t now_unix);

/// From the sentence of an error: "try again in 1m26.4s", "Please retry after 37 seconds".
[[nodiscard]] std::optional<Duration> retry_hint(std::string_view message);

/// From the same: "your limit will reset at 2025-12-05 17:30:33", "regain access on 2025-09-01 at 00:00 UTC". A date
/// without a zone is taken for UTC. One that has passed is nothing.
[[nodiscard]] std::optional<Duration> reset_hint(std::string_view message, std::int64_t now_unix);

}  // namespace drover::dialect
