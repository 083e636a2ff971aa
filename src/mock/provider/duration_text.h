// Times as people write them in settings and faults: "200ms", "1.5s", "2m", "-10s".
#pragma once

#include <string>
#include <string_view>

#include "base/instant.h"
#include "base/result.h"

namespace drover::mock {

/// Longest time that is accepted: a longer wait of a mock is a typing mistake.
inline constexpr Duration kLongestSpan = std::chrono::hours(24);

/// A decimal number and a unit (ns, us, ms, s, m, h); a bare 0 needs no unit. Negative times are for dates in the past.
/// Errors: BadConfig with a sentence.
[[nodiscard]] Result<Duration> parse_span(std::string_view text);
/// The whole text as a number. Errors: BadConfig with a sentence.
[[nodiscard]] Result<double> parse_number(std::string_view text);
[[nodiscard]] Result<std::int64_t> parse_integer(std::string_view text);

/// "1.5s", "200ms": the shortest form that parse_span reads, exact to the microsecond.
[[nodiscard]] std::string span_text(Duration span);

[[nodiscard]] Error bad_setting(std::string message);

}  // namespace drover::mock
