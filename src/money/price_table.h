// Prices of models by vendor and name: the table that is built in, or one that was read from a file, with what the
// configuration overrides. What a price means is in prices.h.
//
// As text it has one line for all models with the same prices, in dollars for a million tokens (image: for one):
//
//   version 2026-11-30 litellm-1.110.2
//   openai gpt-4o gpt-4o-2024-11-20; in=2.5 out=10 read=1.25; batch in=1.25 out=5; >200000 in=5; batch>200000 in=2.5
//
// After the vendor and the names comes a part for each tier and size: first the standard prices, then "priority",
// "flex" or "batch", "above so many tokens of input", or both. Lines that begin with # are comments.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "money/prices.h"

namespace drover::money {

/// A list longer than this is none of prices: the longest public one has 4 MiB and 5,000 models.
inline constexpr std::size_t kMostPriceBytes = 32U << 20U;
inline constexpr std::size_t kMostModels = 100'000;

class PriceTable {
 public:
  /// Reads the text above. Errors: prices_too_large, prices_line (its number and what is wrong).
  [[nodiscard]] static Result<PriceTable> parse(std::string_view text);
  /// The table of the day that this program's source was made (scripts/make-prices): 90 KB of text, read when this is
  /// called, in some milliseconds.
  [[nodiscard]] static PriceTable builtin();

  /// Which list this is, and since when; with "+own" when something is overridden.
  [[nodiscard]] std::string version() const { return overridden_ ? version_ + "+own" : version_; }
  void set_version(std::string version) { version_ = std::move(version); }

  struct Found {
    std::string vendor;
    std::string model;  ///< the name in the table
    const ModelPrices* prices = nullptr;
  };
  /// The prices of a model: of this vendor, or of an empty `vendor` the first maker that has it. The names that are
  /// tried are those of price_names(). Nothing: unknown. It allocates: ask once for a target, not for a request.
  [[nodiscard]] std::optional<Found> find(std::string_view vendor, std::string_view model) const;

  /// Makes these the prices of a model, instead of those it had.
  void put(std::string vendor, std::string model, ModelPrices prices);
  /// Changes one price and leaves the others; nothing makes it unknown. A model that is not there begins without
  /// prices.
  void override_price(std::string_view vendor, std::string_view model, Tier tier, std::int64_t above, Rate rate,
                      std::optional<NanoUsd> price);

  [[nodiscard]] std::size_t size() const;
  /// The text that parse() reads.
  [[nodiscard]] std::string to_text() const;
  /// All models of all vendors, in order.
  using Models = std::map<std::string, ModelPrices, std::less<>>;
  [[nodiscard]] const std::map<std::string, Models, std::less<>>& vendors() const { return vendors_; }

 private:
  std::string version_;
  bool overridden_ = false;
  std::map<std::string, Models, std::less<>> vendors_;
};

/// The names under which a model may be in the table, the best first; all in lower case:
/// 1. as it is named, then without "models/" or "publishers/…/models/" or "<vendor>/" before it;
/// 2. without a date behind it: "-2025-04-14", "-20250514", "@20250514", and "-latest", "@default";
/// 3. of Bedrock: without the region ("us.", "eu.", "global." …), then without the revision ("-v1:0", ":0");
/// 4. of a tuned model ("ft:gpt-4o:acme::id"): "ft:gpt-4o".
/// Another word in a name ("-mini", "-preview") is never dropped: that is another model.
[[nodiscard]] std::vector<std::string> price_names(std::string_view vendor, std::string_view model);

/// One price that two tables do not agree on.
struct PriceChange {
  std::string vendor;
  std::string model;
  Tier tier = Tier::Standard;
  std::int64_t above = 0;
  Rate rate = Rate::Input;
  std::optional<NanoUsd> before{};  ///< nothing: unknown
  std::optional<NanoUsd> after{};

  friend bool operator==(const PriceChange&, const PriceChange&) = default;
};

/// All differences, in the order of the models' names. A model that only one of the two has differs in each of its
/// prices.
[[nodiscard]] std::vector<PriceChange> price_changes(const PriceTable& before, const PriceTable& after);

}  // namespace drover::money
