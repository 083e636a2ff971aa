// What an answer costs: by the provider's own word, the table, the configuration, or an estimate.
#include "gateway/accounts/pricing.h"

#include <gtest/gtest.h>

#include <string>

namespace drover::gateway {
namespace {

using store::CostSource;

/// One provider's target, of one model or of any.
std::shared_ptr<core::Plan> plan_of(const std::string& base_url, const std::string& model) {
  auto plan = std::make_shared<core::Plan>();
  plan->providers.push_back({.name = "p"});
  plan->servers.push_back({.provider = {0}, .base_url = base_url});
  plan->keys.push_back({.provider = {0}, .name = "1"});
  plan->targets.push_back({.provider = {0}, .server = {0}, .key = {0}, .model = model, .name = "p/1"});
  return plan;
}

constexpr core::TargetId kOnly{0};

std::unique_ptr<const Prices> prices_of(const std::string& base_url, const std::string& model,
                                        const config::Accounts& settings = {}) {
  auto prices = Prices::build(settings, plan_of(base_url, model));
  EXPECT_TRUE(prices);
  return std::move(*prices);
}

config::PriceOverride priced(const std::string& model, std::int64_t usd_in, std::int64_t usd_out) {
  config::PriceOverride own{.model = model};
  own.fields[static_cast<std::size_t>(config::PriceField::Input)] = money::NanoUsd{usd_in * money::kNanoUsdPerUsd};
  own.fields[static_cast<std::size_t>(config::PriceField::Output)] = money::NanoUsd{usd_out * money::kNanoUsdPerUsd};
  return own;
}

config::Accounts own(std::vector<config::PriceOverride> prices) {
  config::Accounts settings;
  settings.prices = std::move(prices);
  return settings;
}

Amount reported(std::int64_t input, std::int64_t output) {
  Amount used;
  used.input_tokens = Tokens{input};
  used.output_tokens = Tokens{output};
  used.reported = true;
  return used;
}

TEST(Prices, OfTheConfigurationAreForAMillionTokens) {
  const auto prices = prices_of("http://10.0.0.1/v1", "mine", own({priced("mine", 2, 8)}));
  const Charge charge = prices->charge(kOnly, "mine", reported(1000, 100), {});
  ASSERT_TRUE(charge.cost);
  EXPECT_EQ(charge.cost->value, 2'000'000 + 800'000);
  EXPECT_EQ(charge.source, CostSource::Priced);
  EXPECT_TRUE(charge.version.ends_with("+own"));
}

TEST(Prices, OfTheConfigurationMayBeForOneProviderOnly) {
  EXPECT_NE(prices_of("http://10.0.0.1/v1", "mine", own({priced("p/mine", 2, 8)}))->of(kOnly, "mine"), nullptr);
  EXPECT_EQ(prices_of("http://10.0.0.1/v1", "mine", own({priced("q/mine", 2, 8)}))->of(kOnly, "mine"), nullptr);
}

TEST(Prices, AreBuiltInForKnownModels) {
  const auto prices = prices_of("https://api.anthropic.com", "claude-haiku-4-5");
  const Charge charge = prices->charge(kOnly, "x", reported(1'000'000, 0), {});
  ASSERT_TRUE(charge.cost);
  EXPECT_EQ(charge.cost->value, money::kNanoUsdPerUsd) << "a dollar for a million";
}

TEST(Prices, ThatAreNotKnownAreNotZero) {
  const auto prices = prices_of("http://10.0.0.1/v1", "nobody-knows-this");
  EXPECT_EQ(prices->of(kOnly, "nobody-knows-this"), nullptr);
  const Charge charge = prices->charge(kOnly, "nobody-knows-this", reported(10, 10), {});
  EXPECT_FALSE(charge.cost);
  EXPECT_EQ(charge.source, CostSource::Unpriced);
}

TEST(Prices, GiveWayToWhatTheProviderSays) {
  const auto prices = prices_of("http://10.0.0.1/v1", "mine", own({priced("mine", 2, 8)}));
  dialect::Usage usage;
  usage.cost_nano_usd = 42;
  const Charge charge = prices->charge(kOnly, "mine", reported(1000, 100), usage);
  EXPECT_EQ(charge.cost, money::NanoUsd{42});
  EXPECT_EQ(charge.source, CostSource::Provider);
}

TEST(Prices, OfWhatWasOnlyCountedAreEstimates) {
  const auto prices = prices_of("http://10.0.0.1/v1", "mine", own({priced("mine", 2, 8)}));
  Amount counted = reported(1000, 100);
  counted.reported = false;
  EXPECT_EQ(prices->charge(kOnly, "mine", counted, {}).source, CostSource::Estimated);
}

TEST(Prices, OfATargetOfAnyModelAreThoseOfTheNameThatItSends) {
  const auto prices = prices_of("http://10.0.0.1/v1", "", own({priced("mine", 2, 8)}));
  EXPECT_NE(prices->of(kOnly, "mine"), nullptr);
  EXPECT_EQ(prices->of(kOnly, "mine"), prices->of(kOnly, "mine")) << "looked up once";
  EXPECT_EQ(prices->of(kOnly, "other"), nullptr);
}

TEST(Prices, AreReadFromNoFileThatIsNotThere) {
  config::Accounts settings;
  settings.prices_file = "/nonexistent/prices.json";
  const auto prices = Prices::build(settings, plan_of("http://10.0.0.1/v1", "m"));
  ASSERT_FALSE(prices);
  EXPECT_EQ(prices.error().code, "bad_prices");
}

TEST(Bill, HasOtherAttemptsWhereTheyAreCharged) {
  upstream::RunRecord run;
  upstream::AttemptRecord lost;
  lost.target = kOnly;
  lost.spent_input = 1000;
  lost.spent_output = 50;
  upstream::AttemptRecord won;
  won.target = kOnly;
  ASSERT_TRUE(run.attempts.push_back(lost));
  ASSERT_TRUE(run.attempts.push_back(won));
  run.answered_by = core::AttemptId{2};
  run.used = reported(1000, 100);
  config::Accounts settings = own({priced("mine", 2, 8)});
  EXPECT_EQ(prices_of("http://10.0.0.1/v1", "mine", settings)->bill("mine", run).charge.cost,
            money::NanoUsd{2'800'000});
  settings.charge = config::Charge::All;
  const Prices::Bill all = prices_of("http://10.0.0.1/v1", "mine", settings)->bill("mine", run);
  EXPECT_EQ(all.charge.cost, money::NanoUsd{2'800'000 + 2'400'000});
  EXPECT_EQ(all.used.input_tokens.value, 2000);
}

TEST(Bill, OfARequestThatNobodyAnsweredIsNothing) {
  const auto prices = prices_of("http://10.0.0.1/v1", "mine", own({priced("mine", 2, 8)}));
  EXPECT_EQ(prices->bill("mine", upstream::RunRecord()).charge.cost, money::NanoUsd{});
}

TEST(Counts, SplitTheInputByWhatItCosts) {
  dialect::Usage usage;
  usage.cached_tokens = 40;
  usage.cache_write_tokens = 30;
  usage.cache_write_1h_tokens = 10;
  usage.reasoning_tokens = 500;  // more than there is
  const money::TokenCounts counts = counts_of(reported(100, 50), usage);
  EXPECT_EQ(counts.input_uncached, 30);
  EXPECT_EQ(counts.cache_read, 40);
  EXPECT_EQ(counts.cache_write_5m, 20);
  EXPECT_EQ(counts.cache_write_1h, 10);
  EXPECT_EQ(counts.output, 50);
  EXPECT_EQ(counts.reasoning, 50);
}

}  // namespace
}  // namespace drover::gateway
