#include "money/price_json.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cmath>
#include <optional>
#include <utility>

#include "base/sha256.h"
#include "money/input_error.h"
#include "money/lower.h"

namespace drover::money {
namespace {

namespace json = boost::json;

/// Of the version of a list: enough to tell the lists of one user apart.
constexpr std::size_t kFingerprintBytes = 6;

struct Word {
  std::string_view theirs;
  std::string_view ours;
};

/// LiteLLM's names of providers, where ours differ.
constexpr std::array<Word, 17> kVendors{{{"text-completion-openai", "openai"},
                                         {"azure_ai", "azure"},
                                         {"azure_text", "azure"},
                                         {"bedrock_converse", "bedrock"},
                                         {"vertex_ai", "vertex"},
                                         {"vertex_ai-language-models", "vertex"},
                                         {"vertex_ai-anthropic_models", "vertex"},
                                         {"vertex_ai-mistral_models", "vertex"},
                                         {"vertex_ai-llama_models", "vertex"},
                                         {"vertex_ai-embedding-models", "vertex"},
                                         {"vertex_ai-image-models", "vertex"},
                                         {"vertex_ai-deepseek_models", "vertex"},
                                         {"vertex_ai-qwen_models", "vertex"},
                                         {"vertex_ai-openai_models", "vertex"},
                                         {"codestral", "mistral"},
                                         {"cohere_chat", "cohere"},
                                         {"together_ai", "together"}}};

/// The names of models.dev, where ours differ.
constexpr std::array<Word, 6> kModelsDevVendors{{{"google", "gemini"},
                                                 {"google-vertex", "vertex"},
                                                 {"google-vertex-anthropic", "vertex"},
                                                 {"amazon-bedrock", "bedrock"},
                                                 {"togetherai", "together"},
                                                 {"moonshotai", "moonshot"}}};

struct RateWord {
  std::string_view theirs;
  Rate rate;
};

constexpr std::array<RateWord, kRates> kLitellmRates{{{"input_cost_per_token", Rate::Input},
                                                      {"output_cost_per_token", Rate::Output},
                                                      {"cache_read_input_token_cost", Rate::CacheRead},
                                                      {"cache_creation_input_token_cost", Rate::CacheWrite5m},
                                                      {"cache_creation_input_token_cost_above_1hr", Rate::CacheWrite1h},
                                                      {"output_cost_per_reasoning_token", Rate::Reasoning},
                                                      {"input_cost_per_audio_token", Rate::AudioIn},
                                                      {"output_cost_per_audio_token", Rate::AudioOut},
                                                      {"output_cost_per_image", Rate::Image}}};

/// Taken where there is no price of the first kind: the output of models that only draw is tokens of images.
constexpr std::array<RateWord, 1> kLitellmInstead{{{"output_cost_per_image_token", Rate::Output}}};

constexpr std::array<RateWord, 7> kModelsDevRates{{{"input", Rate::Input},
                                                   {"output", Rate::Output},
                                                   {"cache_read", Rate::CacheRead},
                                                   {"cache_write", Rate::CacheWrite5m},
                                                   {"reasoning", Rate::Reasoning},
                                                   {"input_audio", Rate::AudioIn},
                                                   {"output_audio", Rate::AudioOut}}};

template <std::size_t N>
std::string ours(const std::array<Word, N>& words, std::string_view theirs) {
  const auto* const found = std::ranges::find(words, theirs, &Word::theirs);
  return std::string(found == words.end() ? theirs.substr(0, kMostNameBytes) : found->ours);
}

template <std::size_t N>
std::optional<Rate> rate_named(const std::array<RateWord, N>& words, std::string_view theirs) {
  const auto* const found = std::ranges::find(words, theirs, &RateWord::theirs);
  if (found == words.end()) return std::nullopt;
  return found->rate;
}

std::optional<double> number(const json::value& value) {
  if (value.is_double()) return value.get_double();
  if (value.is_int64()) return static_cast<double>(value.get_int64());
  if (value.is_uint64()) return static_cast<double>(value.get_uint64());
  return std::nullopt;
}

/// A price of `unit` dollars, or nothing when it cannot be one.
std::optional<NanoUsd> price_of(const json::value& value, double unit) {
  const std::optional<double> read = number(value);
  if (!read) return std::nullopt;
  const Result<NanoUsd> price = usd_from_number(*read * unit);
  return price ? std::optional(*price) : std::nullopt;
}

/// A price of 0 is believed where only the other direction costs: embeddings have no output. A cache or audio at no
/// price is not known.
bool drop_zeros(ModelPrices& prices) {
  bool costs = false;
  for (ModelPrices::Part& part : prices.parts) {
    for (std::size_t at = 0; at < kRates; ++at) {
      const auto rate = static_cast<Rate>(at);
      const auto price = part.rates.get(rate);
      if (!price) continue;
      costs |= price->value > 0;
      if (price->value == 0 && rate != Rate::Input && rate != Rate::Output) part.rates.set(rate, std::nullopt);
    }
  }
  std::erase_if(prices.parts, [](const ModelPrices::Part& each) { return each.rates.empty(); });
  return costs;
}

/// A field of LiteLLM's: "input_cost_per_token_above_200k_tokens_batches".
struct Field {
  Rate rate = Rate::Input;
  bool instead = false;  ///< of kLitellmInstead
  Tier tier = Tier::Standard;
  std::int64_t above = 0;
};

std::optional<Field> field_of(std::string_view name) {
  Field field;
  constexpr std::array<std::pair<std::string_view, Tier>, 3> kTiers{
      {{"_priority", Tier::Priority}, {"_flex", Tier::Flex}, {"_batches", Tier::Batch}}};
  for (const auto& [suffix, tier] : kTiers) {
    if (!name.ends_with(suffix)) continue;
    field.tier = tier;
    name.remove_suffix(suffix.size());
  }
  constexpr std::string_view kTokens = "k_tokens";
  constexpr std::string_view kAbove = "_above_";
  if (name.ends_with(kTokens)) {
    const std::size_t at = name.rfind(kAbove);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view digits = name.substr(at + kAbove.size(), name.size() - at - kAbove.size() - kTokens.size());
    if (digits.empty() || digits.size() > 6) return std::nullopt;
    for (const char c : digits) {
      if (c < '0' || c > '9') return std::nullopt;
      field.above = 10 * field.above + (c - '0');
    }
    field.above *= 1000;
    name = name.substr(0, at);
  }
  std::optional<Rate> rate = rate_named(kLitellmRates, name);
  field.instead = !rate;
  if (!rate) rate = rate_named(kLitellmInstead, name);
  if (!rate) return std::nullopt;
  field.rate = *rate;
  return field;
}

/// The list as it is read.
/// Of two entries with one name the first stays.
struct List {
  ReadPrices read{};
  std::size_t models = 0;

  void add(std::string vendor, std::string_view model, ModelPrices prices) {
    vendor = lower_name(vendor);
    // A name with a space or a semicolon could not be written as text again.
    const bool bad = model.empty() || model.size() > kMostNameBytes || model.find_first_of(" ;\n\r#") != model.npos ||
                     vendor.empty() || vendor.find_first_of(" ;\n\r#") != vendor.npos || vendor == "version";
    if (bad || models == kMostModels || !drop_zeros(prices)) {
      ++read.skipped;
      return;
    }
    ++models;
    std::string name = lower_name(model);
    const auto known = read.table.vendors().find(vendor);
    if (known != read.table.vendors().end() && known->second.contains(name)) return;
    read.table.put(std::move(vendor), std::move(name), std::move(prices));
  }
};

ModelPrices litellm_prices(const json::object& entry) {
  ModelPrices prices;
  for (const bool instead : {false, true}) {
    for (const auto& [key, price] : entry) {
      const std::optional<Field> field = field_of(key);
      if (!field || field->instead != instead) continue;
      const auto read = price_of(price, field->rate == Rate::Image ? 1 : 1e6);
      if (!read) continue;
      if (prices.parts.size() == kMostParts && prices.find(field->tier, field->above) == nullptr) continue;
      Rates& rates = prices.part(field->tier, field->above).rates;
      if (!instead || !rates.get(field->rate)) rates.set(field->rate, read);
    }
  }
  return prices;
}

/// The name of a model without its provider before it: "gemini/gemini-2.5-pro".
std::string_view litellm_model(std::string_view name, std::string_view provider, std::string_view vendor) {
  for (const std::string_view each : {provider, vendor, std::string_view("vertex_ai")}) {
    if (name.size() > each.size() + 1 && name.starts_with(each) && name[each.size()] == '/') {
      return name.substr(each.size() + 1);
    }
  }
  return name;
}

void read_litellm(const json::object& models, List& list) {
  // The entries that a vendor has under its own name come first: "azure/gpt-5" before "azure_ai/gpt-5".
  for (const bool own : {true, false}) {
    for (const auto& [name, value] : models) {
      const json::object* const entry = value.if_object();
      const json::value* const provider = entry == nullptr ? nullptr : entry->if_contains("litellm_provider");
      if (provider == nullptr || !provider->is_string()) {
        list.read.skipped += own ? 1 : 0;
        continue;
      }
      const std::string_view theirs = provider->get_string();
      const std::string vendor = ours(kVendors, theirs);
      if ((vendor == theirs) == own) list.add(vendor, litellm_model(name, theirs, vendor), litellm_prices(*entry));
    }
  }
}

void read_costs(const json::object& cost, std::int64_t above, ModelPrices& prices) {
  for (const auto& [key, price] : cost) {
    const std::optional<Rate> rate = rate_named(kModelsDevRates, key);
    if (!rate) continue;
    if (const auto read = price_of(price, 1)) prices.part(Tier::Standard, above).rates.set(*rate, read);
  }
}

void read_models_dev(const json::object& providers, List& list) {
  for (const auto& [name, value] : providers) {
    const json::object* const provider = value.if_object();
    const json::value* const models = provider == nullptr ? nullptr : provider->if_contains("models");
    if (models == nullptr || !models->is_object()) continue;
    for (const auto& [model, entry] : models->get_object()) {
      const json::object* const fields = entry.if_object();
      const json::value* const cost = fields == nullptr ? nullptr : fields->if_contains("cost");
      ModelPrices prices;
      if (cost != nullptr && cost->is_object()) {
        read_costs(cost->get_object(), 0, prices);
        const json::value* const large = cost->get_object().if_contains("context_over_200k");
        if (large != nullptr && large->is_object()) read_costs(large->get_object(), 200'000, prices);
      }
      list.add(ours(kModelsDevVendors, name), model, std::move(prices));
    }
  }
}

bool any_entry_has(const json::object& list, std::string_view key) {
  return std::ranges::any_of(list, [&](const auto& each) {
    const json::object* const entry = each.value().if_object();
    return entry != nullptr && entry->contains(key);
  });
}

}  // namespace

Result<ReadPrices> read_price_json(std::string_view text) {
  if (text.size() > kMostPriceBytes)
    return fail(input_error("prices_too_large", "A list of prices has at most 32 MiB."));
  boost::system::error_code fault;
  const json::value value = json::parse(text, fault);
  if (fault) return fail(input_error("prices_json", "The list of prices is not JSON."));
  const json::object* const object = value.if_object();
  List list;
  // Two lists have one version only if they are the same.
  const std::string fingerprint = hex(sha256(text), kFingerprintBytes);
  if (object != nullptr && any_entry_has(*object, "litellm_provider")) {
    read_litellm(*object, list);
    list.read.table.set_version("litellm-" + fingerprint);
  } else if (object != nullptr && any_entry_has(*object, "models")) {
    read_models_dev(*object, list);
    list.read.table.set_version("models.dev-" + fingerprint);
  } else {
    return fail(input_error("prices_shape", "The list of prices is neither LiteLLM's nor that of models.dev."));
  }
  return std::move(list.read);
}

}  // namespace drover::money
