// What the tokens of a model cost, and what a request that took some of them costs. Where prices come from is in
// price_table.h.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "money/nano_usd.h"
#include "money/token_counts.h"

namespace drover::money {

/// What a price is of.
enum class Rate : std::uint8_t {
  Input,
  Output,
  CacheRead,
  CacheWrite5m,
  CacheWrite1h,
  Reasoning,
  AudioIn,
  AudioOut,
  Image,  ///< one image of the answer; the others: a million tokens
};
inline constexpr std::size_t kRates = 9;

/// The name of a rate in texts: in, out, read, write, write1h, think, ain, aout, image.
[[nodiscard]] std::string_view to_string(Rate rate);

/// The service that the answer says it was given.
enum class Tier : std::uint8_t { Standard, Priority, Flex, Batch };

/// "standard", "priority", "flex", "batch".
[[nodiscard]] std::string_view to_string(Tier tier);

/// The tier that a provider's word names: "default" and "auto" and an empty word are Standard. Nothing: unknown.
[[nodiscard]] std::optional<Tier> tier_of(std::string_view word);

/// Prices in nano-USD for a million tokens or an image: to 10^-15 dollars a token. A price that is not known is no
/// price; it is never 0.
class Rates {
 public:
  [[nodiscard]] std::optional<NanoUsd> get(Rate rate) const {
    const std::int64_t price = prices_[static_cast<std::size_t>(rate)];
    return price < 0 ? std::nullopt : std::optional(NanoUsd{price});
  }
  /// Nothing, and a negative price: not known.
  void set(Rate rate, std::optional<NanoUsd> price) {
    prices_[static_cast<std::size_t>(rate)] = price ? std::max<std::int64_t>(price->value, kUnknown) : kUnknown;
  }
  [[nodiscard]] bool empty() const;
  friend bool operator==(const Rates&, const Rates&) = default;

 private:
  static constexpr std::int64_t kUnknown = -1;
  std::array<std::int64_t, kRates> prices_{kUnknown, kUnknown, kUnknown, kUnknown, kUnknown,
                                           kUnknown, kUnknown, kUnknown, kUnknown};
};

/// Tiers and sizes of one model that a list may have; the largest public entry has 12.
inline constexpr std::size_t kMostParts = 64;

/// The prices of one model. Each part holds only what differs for its tier and its size.
struct ModelPrices {
  struct Part {
    Tier tier = Tier::Standard;
    /// For requests whose whole input, cached or not, is more tokens than this: then for all of their tokens.
    std::int64_t above = 0;
    Rates rates{};

    friend bool operator==(const Part&, const Part&) = default;
  };
  std::vector<Part> parts{};

  [[nodiscard]] const Part* find(Tier tier, std::int64_t above) const;
  /// The part, made if it is not there.
  Part& part(Tier tier, std::int64_t above);
  friend bool operator==(const ModelPrices&, const ModelPrices&) = default;
};

/// What one request took.
struct Usage {
  TokenCounts tokens{};
  std::int64_t images = 0;  ///< of the answer, priced by the piece
};

/// The prices that hold for a request of this tier and this input. A price that the tier has none of for a long input
/// rises as the standard price does; a tier that does not name a price takes the standard one, a batch half of it.
[[nodiscard]] Rates rates_for(const ModelPrices& model, Tier tier, std::int64_t input_tokens);

/// The cost of `usage` at these prices, exact, and rounded once to the nearest nano-USD (half up). Prices that are not
/// known: cached input costs as input, a cache write for an hour as twice the input, one for five minutes as input,
/// reasoning as output, audio as text. Nothing: a price that is needed is not known even so. Never above kMostMoney; no
/// count is below 0 or above 10^12.
[[nodiscard]] std::optional<NanoUsd> cost_at(const Rates& rates, const Usage& usage);

struct Cost {
  NanoUsd amount{};
  Rates rates{};  ///< at which it was computed
};

/// Both in one: the cost of a request.
[[nodiscard]] std::optional<Cost> cost_of(const ModelPrices& model, const Usage& usage, Tier tier);

}  // namespace drover::money
