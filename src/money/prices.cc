#include "money/prices.h"

#include <algorithm>

namespace drover::money {
namespace {

__extension__ using Wide = __int128;

constexpr std::array<std::string_view, kRates> kRateNames{"in",    "out", "read", "write", "write1h",
                                                          "think", "ain", "aout", "image"};
constexpr std::array<std::string_view, 4> kTierNames{"standard", "priority", "flex", "batch"};

constexpr std::int64_t kMostTokens = 1'000'000'000'000;
constexpr std::int64_t kMillion = 1'000'000;

std::int64_t in_range(std::int64_t count) {
  return std::clamp<std::int64_t>(count, 0, kMostTokens);
}

/// `price` times `by` / `of`, rounded up.
NanoUsd scaled(NanoUsd price, NanoUsd by, NanoUsd of) {
  const Wide product = Wide{price.value} * by.value + of.value - 1;
  return {static_cast<std::int64_t>(std::min<Wide>(product / of.value, kMostMoney.value))};
}

/// The price of the longest step of a tier that the input has passed. `above`: least step that counts.
std::optional<NanoUsd> stepped(const ModelPrices& model, Tier tier, Rate rate, std::int64_t input, std::int64_t above) {
  std::optional<NanoUsd> price;
  std::int64_t longest = above;
  for (const ModelPrices::Part& part : model.parts) {
    if (part.tier != tier || part.above < longest || (part.above > 0 && input <= part.above)) continue;
    if (const std::optional<NanoUsd> known = part.rates.get(rate)) {
      price = known;
      longest = part.above;
    }
  }
  return price;
}

std::optional<NanoUsd> rate_for(const ModelPrices& model, Tier tier, Rate rate, std::int64_t input) {
  const std::optional<NanoUsd> standard = stepped(model, Tier::Standard, rate, input, 0);
  if (tier == Tier::Standard) return standard;
  if (const std::optional<NanoUsd> long_price = stepped(model, tier, rate, input, 1)) return long_price;
  const std::optional<NanoUsd> own = stepped(model, tier, rate, 0, 0);
  const std::optional<NanoUsd> short_standard = stepped(model, Tier::Standard, rate, 0, 0);
  if (own && standard && short_standard && short_standard->value > 0) return scaled(*own, *standard, *short_standard);
  if (own) return own;
  if (standard && tier == Tier::Batch) return scaled(*standard, {1}, {2});
  return standard;
}

/// Adds up parts of a cost, in nano-USD for a million tokens.
class Sum {
 public:
  explicit Sum(const Rates& rates) : rates_(rates) {}

  /// The first of the two prices that is known, times `factor` for the second.
  void add(std::int64_t count, Rate rate, Rate otherwise, std::int64_t factor = 1) {
    if (count == 0) return;
    if (const auto price = rates_.get(rate)) {
      total_ += Wide{count} * price->value;
    } else if (const auto other = rates_.get(otherwise)) {
      total_ += Wide{count} * other->value * factor;
    } else {
      known_ = false;
    }
  }
  [[nodiscard]] std::optional<NanoUsd> cost() const {
    if (!known_) return std::nullopt;
    return NanoUsd{static_cast<std::int64_t>(std::min<Wide>((total_ + kMillion / 2) / kMillion, kMostMoney.value))};
  }

 private:
  const Rates& rates_;
  Wide total_ = 0;
  bool known_ = true;
};

}  // namespace

std::string_view to_string(Rate rate) {
  return kRateNames[static_cast<std::size_t>(rate)];
}

std::string_view to_string(Tier tier) {
  return kTierNames[static_cast<std::size_t>(tier)];
}

std::optional<Tier> tier_of(std::string_view word) {
  if (word.empty() || word == "default" || word == "auto" || word == "standard" || word == "on_demand") {
    return Tier::Standard;
  }
  if (word == "batches") return Tier::Batch;
  const auto* const found = std::ranges::find(kTierNames, word);
  if (found == kTierNames.end()) return std::nullopt;
  return static_cast<Tier>(found - kTierNames.begin());
}

bool Rates::empty() const {
  return std::ranges::all_of(prices_, [](std::int64_t each) { return each < 0; });
}

const ModelPrices::Part* ModelPrices::find(Tier tier, std::int64_t above) const {
  const auto found =
      std::ranges::find_if(parts, [&](const Part& each) { return each.tier == tier && each.above == above; });
  return found == parts.end() ? nullptr : &*found;
}

ModelPrices::Part& ModelPrices::part(Tier tier, std::int64_t above) {
  for (Part& each : parts) {
    if (each.tier == tier && each.above == above) return each;
  }
  return parts.emplace_back(Part{.tier = tier, .above = above});
}

Rates rates_for(const ModelPrices& model, Tier tier, std::int64_t input_tokens) {
  Rates rates;
  for (std::size_t at = 0; at < kRates; ++at) {
    rates.set(static_cast<Rate>(at), rate_for(model, tier, static_cast<Rate>(at), input_tokens));
  }
  return rates;
}

std::optional<NanoUsd> cost_at(const Rates& rates, const Usage& usage) {
  const TokenCounts& tokens = usage.tokens;
  const std::int64_t input = in_range(tokens.input_uncached);
  const std::int64_t audio_in = std::min(in_range(tokens.audio_in), input);
  const std::int64_t output = in_range(tokens.output);
  const std::int64_t audio_out = std::min(in_range(tokens.audio_out), output);
  const std::int64_t reasoning = std::min(in_range(tokens.reasoning), output - audio_out);

  Sum sum(rates);
  sum.add(input - audio_in, Rate::Input, Rate::Input);
  sum.add(audio_in, Rate::AudioIn, Rate::Input);
  sum.add(in_range(tokens.cache_read), Rate::CacheRead, Rate::Input);
  sum.add(in_range(tokens.cache_write_5m), Rate::CacheWrite5m, Rate::Input);
  sum.add(in_range(tokens.cache_write_1h), Rate::CacheWrite1h, Rate::Input, 2);
  sum.add(output - audio_out - reasoning, Rate::Output, Rate::Output);
  sum.add(reasoning, Rate::Reasoning, Rate::Output);
  sum.add(audio_out, Rate::AudioOut, Rate::Output);
  sum.add(in_range(usage.images) * kMillion, Rate::Image, Rate::Image);
  return sum.cost();
}

std::optional<Cost> cost_of(const ModelPrices& model, const Usage& usage, Tier tier) {
  const TokenCounts& tokens = usage.tokens;
  const std::int64_t input = in_range(tokens.input_uncached) + in_range(tokens.cache_read) +
                             in_range(tokens.cache_write_5m) + in_range(tokens.cache_write_1h);
  Cost cost{.rates = rates_for(model, tier, input)};
  const std::optional<NanoUsd> amount = cost_at(cost.rates, usage);
  if (!amount) return std::nullopt;
  cost.amount = *amount;
  return cost;
}

}  // namespace drover::money
