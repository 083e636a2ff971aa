// What one request takes from the limits of its principals, and how much of it each unit counts.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/units.h"
#include "directory/records.h"
#include "money/nano_usd.h"

namespace drover::directory {

/// An estimate when it is reserved, what was used when it is settled.
struct Spend {
  Amount amount{};  ///< its `cost` is not looked at
  money::NanoUsd cost{};
};

/// More of anything than one request can use (a million dollars, 10^15 tokens). Larger amounts count as this, negative
/// ones as nothing, so that no answer of a provider can overflow a sum or give money back.
inline constexpr std::int64_t kMostSpent = 1'000'000'000'000'000;

inline constexpr std::size_t kUnits = 6;

/// The part of `spend` that a limit of this unit counts.
[[nodiscard]] constexpr std::int64_t counted(const Spend& spend, Unit unit) {
  const auto clamped = [](std::int64_t value) { return std::clamp<std::int64_t>(value, 0, kMostSpent); };
  switch (unit) {
    case Unit::Requests: return clamped(spend.amount.requests.value);
    case Unit::TokensIn: return clamped(spend.amount.input_tokens.value);
    case Unit::TokensOut: return clamped(spend.amount.output_tokens.value);
    case Unit::Tokens:
      return clamped(clamped(spend.amount.input_tokens.value) + clamped(spend.amount.output_tokens.value));
    case Unit::Usd: return clamped(spend.cost.value);
    case Unit::Concurrent: return 1;
  }
  return 0;
}

}  // namespace drover::directory
