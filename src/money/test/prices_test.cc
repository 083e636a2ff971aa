#include "money/prices.h"

#include <gtest/gtest.h>

#include <limits>

namespace drover::money {
namespace {

/// Dollars for a million tokens.
constexpr NanoUsd per_million(double dollars) {
  return {static_cast<std::int64_t>(dollars * 1e9)};
}

ModelPrices model(std::initializer_list<std::pair<Rate, double>> prices) {
  ModelPrices made;
  for (const auto& [rate, price] : prices) made.part(Tier::Standard, 0).rates.set(rate, per_million(price));
  return made;
}

std::int64_t cost(const ModelPrices& prices, const TokenCounts& tokens, Tier tier = Tier::Standard) {
  const auto found = cost_of(prices, {.tokens = tokens}, tier);
  return found ? found->amount.value : -1;
}

TEST(Prices, EachKindOfTokenHasItsPrice) {
  const ModelPrices prices = model({{Rate::Input, 3},
                                    {Rate::Output, 15},
                                    {Rate::CacheRead, 0.3},
                                    {Rate::CacheWrite5m, 3.75},
                                    {Rate::CacheWrite1h, 6},
                                    {Rate::Reasoning, 20},
                                    {Rate::AudioIn, 40},
                                    {Rate::AudioOut, 80}});
  constexpr std::int64_t kMega = 1'000'000;
  EXPECT_EQ(cost(prices, {.input_uncached = kMega}), 3 * kNanoUsdPerUsd);
  EXPECT_EQ(cost(prices, {.output = kMega}), 15 * kNanoUsdPerUsd);
  EXPECT_EQ(cost(prices, {.cache_read = kMega}), 300'000'000);
  EXPECT_EQ(cost(prices, {.cache_write_5m = kMega}), 3'750'000'000);
  EXPECT_EQ(cost(prices, {.cache_write_1h = kMega}), 6 * kNanoUsdPerUsd);
  EXPECT_EQ(cost(prices, {.output = kMega, .reasoning = kMega}), 20 * kNanoUsdPerUsd);
  EXPECT_EQ(cost(prices, {.input_uncached = kMega, .audio_in = kMega / 2}), (3 + 40) * kNanoUsdPerUsd / 2);
  EXPECT_EQ(cost(prices, {.output = kMega, .audio_out = kMega / 2}), (15 + 80) * kNanoUsdPerUsd / 2);
  EXPECT_EQ(cost(prices, {}), 0);
}

TEST(Prices, AnUnknownPriceIsNeverZero) {
  EXPECT_EQ(cost(ModelPrices{}, {.input_uncached = 1}), -1);
  EXPECT_EQ(cost(model({{Rate::Input, 3}}), {.input_uncached = 1, .output = 1}), -1);
  EXPECT_EQ(cost(model({{Rate::Output, 3}}), {.cache_read = 1}), -1);
  EXPECT_FALSE(cost_of(model({{Rate::Input, 3}}), {.tokens = {.input_uncached = 1}, .images = 1}, Tier::Standard));
  EXPECT_EQ(cost(ModelPrices{}, {}), 0);  // nothing was taken
}

TEST(Prices, WhatHasNoPriceOfItsOwnCostsAsItsKind) {
  const ModelPrices prices = model({{Rate::Input, 2}, {Rate::Output, 10}});
  EXPECT_EQ(cost(prices, {.cache_read = 1000}), 2'000'000);
  EXPECT_EQ(cost(prices, {.cache_write_5m = 1000}), 2'000'000);
  EXPECT_EQ(cost(prices, {.cache_write_1h = 1000}), 4'000'000);
  EXPECT_EQ(cost(prices, {.output = 1000, .reasoning = 400, .audio_out = 100}), 10'000'000);
}

TEST(Prices, ImagesArePricedByThePiece) {
  ModelPrices prices;
  prices.part(Tier::Standard, 0).rates.set(Rate::Image, NanoUsd{40'000'000});
  EXPECT_EQ(cost_of(prices, {.images = 3}, Tier::Standard)->amount, NanoUsd{120'000'000});
}

TEST(Prices, RoundsOnceAtTheEndHalfUp) {
  // A token costs 0.4 nano-USD in and 0.1 out.
  const ModelPrices prices = model({{Rate::Input, 0.0004}, {Rate::Output, 0.0001}});
  EXPECT_EQ(cost(prices, {.input_uncached = 1}), 0);
  EXPECT_EQ(cost(prices, {.input_uncached = 1, .output = 1}), 1);
  EXPECT_EQ(cost(prices, {.input_uncached = 3}), 1);
  EXPECT_EQ(cost(prices, {.input_uncached = 1'000'000'000, .output = 1}), 400'000'000);
}

TEST(Prices, ALongInputRaisesThePriceOfTheWholeRequest) {
  ModelPrices prices = model({{Rate::Input, 1}, {Rate::Output, 10}});
  prices.part(Tier::Standard, 200'000).rates.set(Rate::Input, per_million(2));
  prices.part(Tier::Standard, 500'000).rates.set(Rate::Input, per_million(4));
  EXPECT_EQ(cost(prices, {.input_uncached = 200'000}), 200'000'000);
  EXPECT_EQ(cost(prices, {.input_uncached = 200'001}), 400'002'000);
  EXPECT_EQ(cost(prices, {.input_uncached = 1, .cache_write_5m = 200'000}), 400'002'000);
  EXPECT_EQ(cost(prices, {.input_uncached = 600'000}), 2'400'000'000);
  EXPECT_EQ(cost(prices, {.input_uncached = 600'000, .output = 100'000}), 3'400'000'000);
}

TEST(Prices, TiersHaveTheirPrices) {
  ModelPrices prices = model({{Rate::Input, 2}, {Rate::Output, 10}, {Rate::CacheRead, 1}});
  prices.part(Tier::Priority, 0).rates.set(Rate::Input, per_million(3));
  const TokenCounts in{.input_uncached = 1000};
  EXPECT_EQ(cost(prices, in, Tier::Priority), 3'000'000);
  EXPECT_EQ(cost(prices, {.output = 1000}, Tier::Priority), 10'000'000);
  EXPECT_EQ(cost(prices, in, Tier::Flex), 2'000'000);
  EXPECT_EQ(cost(prices, in, Tier::Batch), 1'000'000);
  EXPECT_EQ(cost(prices, {.cache_read = 1000}, Tier::Batch), 500'000);
}

TEST(Prices, ATierWithoutALongPriceRisesAsTheStandardPriceDoes) {
  ModelPrices prices = model({{Rate::Input, 2}});
  prices.part(Tier::Standard, 1000).rates.set(Rate::Input, per_million(3));
  prices.part(Tier::Priority, 0).rates.set(Rate::Input, per_million(4));
  prices.part(Tier::Flex, 1000).rates.set(Rate::Input, per_million(1));
  const TokenCounts large{.input_uncached = 2000};
  EXPECT_EQ(cost(prices, large, Tier::Priority), 12'000'000);
  EXPECT_EQ(cost(prices, large, Tier::Flex), 2'000'000);
  EXPECT_EQ(cost(prices, large, Tier::Batch), 3'000'000);
}

TEST(Prices, ImpossibleCountsNeitherOverflowNorPayBack) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  const ModelPrices prices = model({{Rate::Input, 1e6}, {Rate::Output, 1e6}});
  EXPECT_EQ(cost(prices, {.input_uncached = -5, .cache_read = -kMax, .output = -1, .reasoning = -1}), 0);
  EXPECT_EQ(cost(prices, {.input_uncached = kMax, .cache_read = kMax, .cache_write_1h = kMax, .output = kMax}),
            kMostMoney.value);
  EXPECT_EQ(cost(prices, {.output = 10, .reasoning = kMax, .audio_out = kMax}), 10'000'000'000);
}

TEST(Prices, TheCostComesWithThePricesUsed) {
  ModelPrices prices = model({{Rate::Input, 2}});
  prices.part(Tier::Standard, 10).rates.set(Rate::Input, per_million(3));
  const auto found = cost_of(prices, {.tokens = {.input_uncached = 1000}}, Tier::Batch);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->rates.get(Rate::Input), per_million(1.5));
  EXPECT_EQ(cost_at(found->rates, {.tokens = {.input_uncached = 1000}}), found->amount);
}

TEST(Prices, KnowsTheWordsOfProvidersForTiers) {
  for (const char* word : {"", "default", "auto", "standard", "on_demand"}) EXPECT_EQ(tier_of(word), Tier::Standard);
  EXPECT_EQ(tier_of("priority"), Tier::Priority);
  EXPECT_EQ(tier_of("flex"), Tier::Flex);
  EXPECT_EQ(tier_of("batch"), Tier::Batch);
  EXPECT_EQ(tier_of("ultrafast"), std::nullopt);
}

}  // namespace
}  // namespace drover::money
