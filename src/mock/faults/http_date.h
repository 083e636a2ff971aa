// The three legal spellings of a date in an HTTP field (RFC 9110 section 5.6.7), and that of RFC 3339. Pure.
#pragma once

#include <cstdint>
#include <string>

namespace drover::mock {

[[nodiscard]] std::string imf_date(std::int64_t unix_seconds);      ///< Sun, 06 Nov 1994 08:49:37 GMT
[[nodiscard]] std::string rfc850_date(std::int64_t unix_seconds);   ///< Sunday, 06-Nov-94 08:49:37 GMT
[[nodiscard]] std::string asctime_date(std::int64_t unix_seconds);  ///< Sun Nov  6 08:49:37 1994
[[nodiscard]] std::string rfc3339(std::int64_t unix_seconds);       ///< 1994-11-06T08:49:37Z

}  // namespace drover::mock
