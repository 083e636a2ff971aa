// Money as an integer: a billionth of a US dollar. Texts and JSON numbers become money here, and money text.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/units.h"

namespace drover::money {

using NanoUsd = Quantity<struct NanoUsdTag>;

inline constexpr std::int64_t kNanoUsdPerUsd = 1'000'000'000;

/// The largest amount that is read: a billion dollars. Nine of them can be added before 63 bits overflow.
inline constexpr NanoUsd kMostMoney{1'000'000'000 * kNanoUsdPerUsd};

/// Reads "5", "5.00", "0.25 usd" (in any case, with or without the space): exactly, at most nine decimals that count.
/// Errors: money_missing, money_not_a_number (also nan, inf and exponents), money_negative, money_too_fine,
/// money_too_large (above kMostMoney).
[[nodiscard]] Result<NanoUsd> parse_usd(std::string_view text);

/// The money of a JSON number of dollars, to the nearest billionth. Errors: as parse_usd().
[[nodiscard]] Result<NanoUsd> usd_from_number(double dollars);

/// Dollars with two to nine decimals: "5.00", "0.000025", "-1.50".
[[nodiscard]] std::string usd_text(NanoUsd money);

/// `a + b`; a sum that 63 bits cannot hold is the largest or the smallest amount there is.
[[nodiscard]] constexpr std::int64_t add_capped(std::int64_t a, std::int64_t b) {
  using Limits = std::numeric_limits<std::int64_t>;
  if (b > 0 && a > Limits::max() - b) return Limits::max();
  if (b < 0 && a < Limits::min() - b) return Limits::min();
  return a + b;
}

}  // namespace drover::money
