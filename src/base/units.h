// The amounts that limits count, with the unit in the type.
#pragma once

#include <compare>
#include <cstdint>

namespace drover {

template <class Tag>
struct Quantity {
  std::int64_t value = 0;

  friend constexpr auto operator<=>(Quantity, Quantity) = default;
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return {a.value + b.value}; }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return {a.value - b.value}; }
};

using Requests = Quantity<struct RequestsTag>;
using Tokens = Quantity<struct TokensTag>;
using MicroUsd = Quantity<struct MicroUsdTag>;

/// What one request takes from a limit: an estimate is reserved, and what was used is settled.
struct Amount {
  Requests requests{1};
  Tokens input_tokens{};
  Tokens output_tokens{};
  MicroUsd cost{};
  Tokens cached_tokens{};  ///< part of the input: read from the provider's prompt cache
  bool reported = false;   ///< the answer said so; else the tokens are an estimate
};

}  // namespace drover
