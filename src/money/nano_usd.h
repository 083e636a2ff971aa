// Money as an integer: a billionth of a US dollar. A price per million tokens of one cent is ten of them a token.
#pragma once

#include <cstdint>

#include "base/units.h"

namespace drover::money {

using NanoUsd = Quantity<struct NanoUsdTag>;

inline constexpr std::int64_t kNanoUsdPerUsd = 1'000'000'000;

}  // namespace drover::money
