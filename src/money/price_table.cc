#include "money/price_table.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <utility>

#include "money/input_error.h"
#include "money/lower.h"

namespace drover::money {
namespace {

constexpr std::string_view kBuiltin =
#include "money/builtin_prices.inc"
    ;

/// Where a model without a vendor is looked for: the makers of models, then those who serve the models of others.
constexpr std::array<std::string_view, 17> kMakersFirst{
    "openai",  "anthropic", "gemini",   "mistral",    "deepseek", "xai",    "cohere", "moonshot", "zai",
    "minimax", "groq",      "cerebras", "perplexity", "together", "vertex", "azure",  "bedrock"};

std::unexpected<Error> bad_line(std::size_t number, std::string_view what) {
  return fail(input_error("prices_line", "Line " + std::to_string(number) + " of the prices: " + std::string(what)));
}

/// Takes the first word off `text`; empty: there is none.
std::string_view next_word(std::string_view& text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  return word;
}

/// Takes what stands before `separator` off `text`.
std::string_view next_piece(std::string_view& text, char separator) {
  const std::string_view piece = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(piece.size() + 1, text.size()));
  return piece;
}

std::optional<Rate> rate_of(std::string_view name) {
  for (std::size_t at = 0; at < kRates; ++at) {
    if (to_string(static_cast<Rate>(at)) == name) return static_cast<Rate>(at);
  }
  return std::nullopt;
}

/// Reads "batch>200000" into the place of a part. An empty text is a fault of the list.
const char* read_place(std::string_view word, ModelPrices::Part& part) {
  const std::string_view tier = next_piece(word, '>');
  const std::optional<Tier> known = tier_of(tier);
  if (!known) return "there is no such tier.";
  part.tier = *known;
  if (word.empty()) return nullptr;
  const auto [end, fault] = std::from_chars(word.data(), word.data() + word.size(), part.above);
  if (fault != std::errc{} || end != word.data() + word.size() || part.above <= 0) return "the size is no number.";
  return nullptr;
}

/// Reads "batch>200000 in=1.25 out=5" into the prices of a model. Returns what is wrong, or null.
const char* read_part(std::string_view text, ModelPrices& prices) {
  ModelPrices::Part place;
  std::string_view word = next_word(text);
  if (!word.empty() && word.find('=') == std::string_view::npos) {
    if (const char* const fault = read_place(word, place)) return fault;
    word = next_word(text);
  }
  if (word.empty()) return "a part has no prices.";
  if (prices.parts.size() == kMostParts) return "there are too many parts.";
  ModelPrices::Part& part = prices.part(place.tier, place.above);
  for (; !word.empty(); word = next_word(text)) {
    const std::optional<Rate> rate = rate_of(next_piece(word, '='));
    if (!rate) return "there is no such price.";
    const Result<NanoUsd> price = parse_usd(word);
    if (!price) return "a price is a number of dollars that is not negative.";
    part.rates.set(*rate, *price);
  }
  return nullptr;
}

/// A price without the zeros that usd_text() keeps.
std::string short_price(NanoUsd price) {
  std::string text = usd_text(price);
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string part_text(const ModelPrices::Part& part) {
  std::string text;
  if (part.tier != Tier::Standard) text += " " + std::string(to_string(part.tier));
  if (part.above > 0) text += (part.tier == Tier::Standard ? " >" : ">") + std::to_string(part.above);
  for (std::size_t at = 0; at < kRates; ++at) {
    const auto rate = static_cast<Rate>(at);
    if (const auto price = part.rates.get(rate)) {
      text.append(" ").append(to_string(rate)).append("=").append(short_price(*price));
    }
  }
  return text;
}

}  // namespace

Result<PriceTable> PriceTable::parse(std::string_view text) {
  if (text.size() > kMostPriceBytes)
    return fail(input_error("prices_too_large", "A list of prices has at most 32 MiB."));
  PriceTable table;
  std::size_t models = 0;
  for (std::size_t number = 1; !text.empty(); ++number) {
    std::string_view line = next_piece(text, '\n');
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    std::string_view names = next_piece(line, ';');
    const std::string_view vendor = next_word(names);
    if (vendor == "version") {
      while (names.starts_with(' ')) names.remove_prefix(1);
      table.version_ = names.substr(0, kMostNameBytes);
      continue;
    }
    if (lower_name(vendor) == "version") return bad_line(number, "a vendor cannot be called so.");
    ModelPrices prices;
    while (!line.empty()) {
      if (const char* const fault = read_part(next_piece(line, ';'), prices)) return bad_line(number, fault);
    }
    if (prices.parts.empty()) return bad_line(number, "there are no prices.");
    std::string_view name = next_word(names);
    if (name.empty()) return bad_line(number, "there is no model.");
    for (; !name.empty(); name = next_word(names)) {
      if (++models > kMostModels)
        return fail(input_error("prices_too_large", "A list of prices has at most 100,000 models."));
      table.put(lower_name(vendor), lower_name(name), prices);
    }
  }
  return table;
}

PriceTable PriceTable::builtin() {
  Result<PriceTable> table = parse(kBuiltin);
  if (!table) std::abort();  // a test reads it
  return *std::move(table);
}

std::optional<PriceTable::Found> PriceTable::find(std::string_view vendor, std::string_view model) const {
  if (vendor.empty()) {
    for (const std::string_view maker : kMakersFirst) {
      if (auto found = find(maker, model)) return found;
    }
    return std::nullopt;
  }
  const auto models = vendors_.find(lower_name(vendor));
  if (models == vendors_.end()) return std::nullopt;
  for (const std::string& name : price_names(vendor, model)) {
    const auto found = models->second.find(name);
    if (found == models->second.end()) continue;
    return Found{.vendor = models->first, .model = found->first, .prices = &found->second};
  }
  return std::nullopt;
}

void PriceTable::put(std::string vendor, std::string model, ModelPrices prices) {
  vendors_[std::move(vendor)].insert_or_assign(std::move(model), std::move(prices));
}

void PriceTable::override_price(std::string_view vendor, std::string_view model, Tier tier, std::int64_t above,
                                Rate rate, std::optional<NanoUsd> price) {
  const std::optional<Found> known = find(vendor, model);
  const std::string name = known ? known->model : lower_name(model);
  vendors_[lower_name(vendor)][name].part(tier, above).rates.set(rate, price);
  overridden_ = true;
}

std::size_t PriceTable::size() const {
  std::size_t models = 0;
  for (const auto& [vendor, each] : vendors_) models += each.size();
  return models;
}

std::string PriceTable::to_text() const {
  std::string text = "version " + version() + "\n";
  for (const auto& [vendor, models] : vendors_) {
    std::map<std::string, std::string> lines;  // names by prices
    for (const auto& [model, prices] : models) {
      std::string parts;
      for (const ModelPrices::Part& each : prices.parts) {
        if (!each.rates.empty()) parts += ";" + part_text(each);
      }
      if (!parts.empty()) lines[parts] += " " + model;
    }
    for (const auto& [prices, names] : lines) text += vendor + names + prices + "\n";
  }
  return text;
}

std::vector<PriceChange> price_changes(const PriceTable& before, const PriceTable& after) {
  // Every place that either table has a price at.
  using Key = std::tuple<std::string, std::string, std::int64_t, Tier, Rate>;
  std::map<Key, std::pair<std::optional<NanoUsd>, std::optional<NanoUsd>>> prices;
  for (const bool later : {false, true}) {
    for (const auto& [vendor, models] : (later ? after : before).vendors()) {
      for (const auto& [model, each] : models) {
        for (const ModelPrices::Part& part : each.parts) {
          for (std::size_t at = 0; at < kRates; ++at) {
            const auto rate = static_cast<Rate>(at);
            const auto price = part.rates.get(rate);
            if (!price) continue;
            auto& both = prices[{vendor, model, part.above, part.tier, rate}];
            (later ? both.second : both.first) = price;
          }
        }
      }
    }
  }
  std::vector<PriceChange> changes;
  for (const auto& [key, both] : prices) {
    if (both.first == both.second) continue;
    const auto& [vendor, model, above, tier, rate] = key;
    changes.push_back({.vendor = vendor,
                       .model = model,
                       .tier = tier,
                       .above = above,
                       .rate = rate,
                       .before = both.first,
                       .after = both.second});
  }
  return changes;
}

}  // namespace drover::money
