#include "money/price_table.h"

#include <gtest/gtest.h>

#include "money/price_json.h"

namespace drover::money {
namespace {

const PriceTable& builtin() {
  static const PriceTable table = PriceTable::builtin();
  return table;
}

/// The price in dollars of a million tokens as text; "" unknown.
std::string price(const PriceTable& table, std::string_view vendor, std::string_view model, Rate rate,
                  Tier tier = Tier::Standard, std::int64_t input = 1) {
  const auto found = table.find(vendor, model);
  if (!found) return "no model";
  const auto known = rates_for(*found->prices, tier, input).get(rate);
  return known ? usd_text(*known) : "";
}

std::string name(std::string_view vendor, std::string_view model) {
  const auto found = builtin().find(vendor, model);
  return found ? found->model : "";
}

std::string fault(std::string_view text) {
  const auto read = PriceTable::parse(text);
  return read ? "" : read.error().code + ": " + read.error().message;
}

PriceTable parsed(std::string_view text) {
  return PriceTable::parse(text).value();
}

TEST(PriceTable, TheBuiltinTableKnowsThePricesThatAreKnown) {
  EXPECT_GT(builtin().size(), 1'000U);
  EXPECT_TRUE(builtin().version().starts_with("20"));
  EXPECT_EQ(price(builtin(), "openai", "gpt-4o", Rate::Input), "2.50");
  EXPECT_EQ(price(builtin(), "openai", "gpt-4o", Rate::Output), "10.00");
  EXPECT_EQ(price(builtin(), "openai", "gpt-4o", Rate::Input, Tier::Batch), "1.25");
  EXPECT_EQ(price(builtin(), "anthropic", "claude-sonnet-4-5", Rate::CacheWrite1h), "6.00");
  EXPECT_EQ(price(builtin(), "gemini", "gemini-2.5-pro", Rate::Output), "10.00");
  EXPECT_EQ(price(builtin(), "gemini", "gemini-2.5-pro", Rate::Output, Tier::Standard, 200'001), "15.00");
  EXPECT_EQ(price(builtin(), "openai", "text-embedding-3-small", Rate::Input), "0.02");
}

TEST(PriceTable, NoModelOfTheBuiltinTableIsFree) {
  for (const auto& [vendor, models] : builtin().vendors()) {
    for (const auto& [model, prices] : models) {
      std::int64_t most = 0;
      for (const ModelPrices::Part& part : prices.parts) {
        for (std::size_t at = 0; at < kRates; ++at) {
          most = std::max(most, part.rates.get(static_cast<Rate>(at)).value_or(NanoUsd{0}).value);
        }
      }
      EXPECT_GT(most, 0) << vendor << " " << model;
    }
  }
}

TEST(PriceTable, FindsAModelUnderTheNamesThatProvidersGiveIt) {
  EXPECT_EQ(name("openai", "gpt-4o-2024-11-20"), "gpt-4o-2024-11-20");
  EXPECT_EQ(name("openai", "GPT-4o-2031-01-01"), "gpt-4o");
  EXPECT_EQ(name("openai", "openai/gpt-4o"), "gpt-4o");
  EXPECT_EQ(name("openai", "ft:gpt-4o-2024-08-06:acme::AbC123"), "ft:gpt-4o-2024-08-06");
  EXPECT_EQ(name("anthropic", "claude-sonnet-4-5-20991231"), "claude-sonnet-4-5");
  EXPECT_EQ(name("anthropic", "claude-sonnet-4-5-latest"), "claude-sonnet-4-5");
  EXPECT_EQ(name("gemini", "models/gemini-2.5-pro"), "gemini-2.5-pro");
  EXPECT_EQ(name("vertex", "publishers/google/models/gemini-2.5-pro"), "gemini-2.5-pro");
  EXPECT_EQ(name("vertex", "claude-sonnet-4-5@20991231"), "claude-sonnet-4-5");
  EXPECT_EQ(name("", "claude-sonnet-4-5"), "claude-sonnet-4-5");
}

TEST(PriceTable, ARegionalPriceOfBedrockComesBeforeThePlainOne) {
  EXPECT_EQ(name("bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
            "us.anthropic.claude-sonnet-4-5-20250929-v1:0");
  const PriceTable table = parsed("bedrock anthropic.claude-x; in=1\nbedrock eu.anthropic.claude-x; in=2\n");
  EXPECT_EQ(price(table, "bedrock", "eu.anthropic.claude-x-20250101-v2:0", Rate::Input), "2.00");
  EXPECT_EQ(price(table, "bedrock", "jp.anthropic.claude-x-v1:0", Rate::Input), "1.00");
}

TEST(PriceTable, AnotherWordInANameIsAnotherModel) {
  for (const char* model : {"gpt-4o-giga", "gpt-4", "gpt-4o-2024", "gpt-4o-", "", "gpt", "claude"}) {
    EXPECT_NE(name("openai", model), "gpt-4o") << model;
  }
  EXPECT_EQ(name("openai", "claude-sonnet-4-5"), "");
  EXPECT_EQ(name("nobody", "gpt-4o"), "");
  EXPECT_EQ(name("openai", std::string(1'000'000, 'x')), "");
}

TEST(PriceTable, AnOverrideChangesOnePriceAndLeavesTheOthers) {
  PriceTable table = parsed("version 1\nopenai m; in=1 out=2; batch in=0.5\n");
  table.override_price("openai", "m-2030-01-01", Tier::Standard, 0, Rate::Output, NanoUsd{7'000'000'000});
  table.override_price("own", "Mine", Tier::Standard, 0, Rate::Input, NanoUsd{1});
  EXPECT_EQ(price(table, "openai", "m", Rate::Output), "7.00");
  EXPECT_EQ(price(table, "openai", "m", Rate::Input), "1.00");
  EXPECT_EQ(price(table, "openai", "m", Rate::Input, Tier::Batch), "0.50");
  EXPECT_EQ(price(table, "own", "mine", Rate::Input), "0.000000001");
  EXPECT_EQ(table.version(), "1+own");
  table.override_price("openai", "m", Tier::Standard, 0, Rate::Output, std::nullopt);
  EXPECT_EQ(price(table, "openai", "m", Rate::Output), "");
}

TEST(PriceTable, ReadsTheTextThatItWrites) {
  const PriceTable again = parsed(builtin().to_text());
  EXPECT_EQ(again.version(), builtin().version());
  EXPECT_EQ(again.size(), builtin().size());
  EXPECT_TRUE(price_changes(builtin(), again).empty());
}

TEST(PriceTable, TellsWhatIsWrongWithALine) {
  EXPECT_EQ(fault("# only a comment\n\n"), "");
  EXPECT_EQ(fault("a b; in=1\r\nx\n"), "prices_line: Line 2 of the prices: there are no prices.");
  for (const char* line : {"a; in=1", "a b; in=-1", "a b; in=nan", "a b; in=1e3", "a b; in", "a b; what=1",
                           "a b; gold in=1", "a b; >x in=1", "a b; >-5 in=1", "a b; >99999999999999999999 in=1",
                           "a b;  ", "; in=1", "a b; in=", "Version b; in=1"}) {
    EXPECT_TRUE(fault(line).starts_with("prices_line")) << line;
  }
  EXPECT_TRUE(fault(std::string(kMostPriceBytes + 1, '#')).starts_with("prices_too_large"));
}

TEST(PriceTable, ListsWhatTwoTablesDoNotAgreeOn) {
  const auto changes =
      price_changes(parsed("v a; in=1 out=2\nv gone; in=1\n"), parsed("v a; in=1 out=3; batch in=1\n"));
  ASSERT_EQ(changes.size(), 3U);
  EXPECT_EQ(changes[0], (PriceChange{.vendor = "v",
                                     .model = "a",
                                     .rate = Rate::Output,
                                     .before = NanoUsd{2'000'000'000},
                                     .after = NanoUsd{3'000'000'000}}));
  EXPECT_EQ(changes[1],
            (PriceChange{.vendor = "v", .model = "a", .tier = Tier::Batch, .after = NanoUsd{1'000'000'000}}));
  EXPECT_EQ(changes[2], (PriceChange{.vendor = "v", .model = "gone", .before = NanoUsd{1'000'000'000}}));
}

TEST(PriceJson, ReadsLitellmsList) {
  const auto read = read_price_json(R"({
    "sample_spec": {"input_cost_per_token": 0.5},
    "gemini/gemini-x": {"litellm_provider": "gemini", "input_cost_per_token": 1.25e-06, "output_cost_per_token": 1e-05,
      "input_cost_per_token_above_200k_tokens": 2.5e-06, "input_cost_per_token_above_200k_tokens_batches": 1.3e-06,
      "output_cost_per_image": 0.04, "cache_read_input_token_cost": 0.0, "search_context_cost_per_query": {"low": 1}},
    "vertex_ai/claude-x": {"litellm_provider": "vertex_ai-anthropic_models", "input_cost_per_token": 3e-06,
      "cache_creation_input_token_cost_above_1hr": 6e-06},
    "draws": {"litellm_provider": "openai", "input_cost_per_token": 5e-06, "output_cost_per_image_token": 4e-05},
    "free": {"litellm_provider": "openai", "input_cost_per_token": 0, "output_cost_per_token": 0},
    "bad": {"litellm_provider": "openai", "input_cost_per_token": -1, "output_cost_per_token": "5", "input_cost_per_audio_token": 1e300},
    "no object": 5, "strange name;": {"litellm_provider": "openai", "input_cost_per_token": 1}
  })");
  ASSERT_TRUE(read) << read.error().message;
  const PriceTable& table = read->table;
  EXPECT_EQ(table.size(), 3U);
  EXPECT_EQ(price(table, "openai", "draws", Rate::Output), "40.00");
  EXPECT_TRUE(table.version().starts_with("litellm-"));
  EXPECT_EQ(table.version().size(), 8 + 12U);
  EXPECT_EQ(read->skipped, 5U);
  EXPECT_EQ(price(table, "gemini", "gemini-x", Rate::Input), "1.25");
  EXPECT_EQ(price(table, "gemini", "gemini-x", Rate::Input, Tier::Standard, 300'000), "2.50");
  EXPECT_EQ(price(table, "gemini", "gemini-x", Rate::Input, Tier::Batch, 300'000), "1.30");
  EXPECT_EQ(price(table, "gemini", "gemini-x", Rate::Image), "0.04");
  EXPECT_EQ(price(table, "gemini", "gemini-x", Rate::CacheRead), "");
  EXPECT_EQ(price(table, "vertex", "claude-x", Rate::CacheWrite1h), "6.00");
}

TEST(PriceJson, ReadsTheListOfModelsDev) {
  const auto read = read_price_json(R"({
    "google": {"id": "google", "models": {"gemini-x": {"id": "gemini-x",
      "cost": {"input": 1.25, "output": 10, "cache_read": 0.31, "context_over_200k": {"input": 2.5, "output": 15}}},
      "no-cost": {"id": "no-cost"}}},
    "openai": {"models": {"gpt-x": {"cost": {"input": 0.15, "output": 0.6, "cache_write": null}}}},
    "broken": {"models": [1, 2]}
  })");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->table.size(), 2U);
  EXPECT_EQ(price(read->table, "gemini", "gemini-x", Rate::Output, Tier::Standard, 300'000), "15.00");
  EXPECT_EQ(price(read->table, "openai", "gpt-x", Rate::Input), "0.15");
}

TEST(PriceJson, AModelWithEndlessSizesKeepsTheFirstOfThem) {
  std::string json = R"({"m": {"litellm_provider": "openai", "input_cost_per_token": 1e-06)";
  std::string line = "openai m; in=1";
  for (int at = 1; at < 100'000; ++at) {
    json += ", \"input_cost_per_token_above_" + std::to_string(at) + "k_tokens\": 1";
    line += "; >" + std::to_string(at) + " in=1";
  }
  const auto read = read_price_json(json + "}}");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->table.find("openai", "m")->prices->parts.size(), kMostParts);
  EXPECT_TRUE(fault(line).ends_with("there are too many parts."));
}

TEST(PriceJson, TellsWhatIsNoListOfPrices) {
  const auto code = [](std::string_view text) {
    const auto read = read_price_json(text);
    return read ? "" : read.error().code;
  };
  EXPECT_EQ(code(""), "prices_json");
  EXPECT_EQ(code("{\"a\": NaN}"), "prices_json");
  EXPECT_EQ(code(std::string(100'000, '[')), "prices_json");
  EXPECT_EQ(code("[]"), "prices_shape");
  EXPECT_EQ(code("{\"a\": {\"b\": 1}}"), "prices_shape");
  EXPECT_EQ(code(std::string(kMostPriceBytes + 1, ' ')), "prices_too_large");
}

}  // namespace
}  // namespace drover::money
