#include "upstream/attempt/pool_rates.h"

#include <gtest/gtest.h>

#include <limits>

namespace drover::upstream {
namespace {

using namespace std::chrono_literals;

constexpr QuotaDimension kRequests = QuotaDimension::AllRequests;
const Instant kStart{std::chrono::hours(1)};

/// Keys 0, 1, … of provider 0, each with a target for the one pool.
core::Plan plan_of(std::uint32_t keys) {
  core::Plan plan;
  plan.providers = {{.name = "one"}, {.name = "two"}};
  plan.pools.push_back({.model = "m"});
  for (std::uint32_t at = 0; at < keys; ++at) {
    plan.keys.push_back({.provider = {0}, .name = std::to_string(at)});
    plan.targets.push_back({.provider = {0}, .key = {at}, .model = "m"});
    plan.pools[0].targets.push_back({at});
  }
  return plan;
}

QuotaHints requests(std::int64_t limit, std::int64_t remaining, std::optional<Duration> reset = std::nullopt) {
  QuotaHints hints;
  hints.of(kRequests) = {.limit = limit, .remaining = remaining, .reset = reset};
  return hints;
}

TEST(PoolRates, AreTheSumOverTheKeysOnceAllHaveSpoken) {
  PoolRates rates(plan_of(2));
  rates.said({.target = {0}}, requests(500, 10, 30s), kStart);
  EXPECT_FALSE(rates.left({.target = {0}}, nullptr, kStart).of(kRequests).any())
      << "the other key may have any number left";
  rates.said({.target = {1}}, requests(300, 7, 10s), kStart);
  for (const std::uint32_t asked : {0U, 1U}) {
    const QuotaHint left = rates.left({.target = {asked}}, nullptr, kStart).of(kRequests);
    EXPECT_EQ(left.limit, 800);
    EXPECT_EQ(left.remaining, 17);
    EXPECT_EQ(left.reset, 30s);
    EXPECT_FALSE(rates.left({.target = {asked}}, nullptr, kStart).of(QuotaDimension::AllTokens).any());
  }
}

TEST(PoolRates, OfAKeyWhoseResetHasComeAreWholeAgain) {
  PoolRates rates(plan_of(2));
  rates.said({.target = {0}}, requests(500, 0, 5s), kStart);
  rates.said({.target = {1}}, requests(300, 7, 20s), kStart);
  const QuotaHint left = rates.left({.target = {0}}, nullptr, kStart + 5s).of(kRequests);
  EXPECT_EQ(left.remaining, 507);
  EXPECT_EQ(left.reset, 15s);
}

TEST(PoolRates, AreForgottenWhenTheyAreOld) {
  PoolRates rates(plan_of(2));
  rates.said({.target = {0}}, requests(500, 10), kStart);
  rates.said({.target = {1}}, requests(300, 7), kStart + 50s);
  EXPECT_EQ(rates.left({.target = {0}}, nullptr, kStart + 59s).of(kRequests).remaining, 17);
  EXPECT_EQ(rates.left({.target = {0}}, nullptr, kStart + 59s).of(kRequests).reset, std::nullopt);
  EXPECT_FALSE(rates.left({.target = {0}}, nullptr, kStart + kRatesHold).of(kRequests).any());
}

TEST(PoolRates, CountKeysOfOneQuotaAndServersOfOneKeyOnce) {
  core::Plan plan = plan_of(3);
  plan.quotas.push_back({.name = "team"});
  plan.targets[0].quota = plan.targets[1].quota = core::QuotaId{0};
  plan.targets.push_back(plan.targets[2]);  // another server
  plan.pools[0].targets.push_back({3});
  PoolRates rates(plan);
  rates.said({.target = {0}}, requests(500, 10), kStart);
  rates.said({.target = {1}}, requests(500, 9), kStart);
  rates.said({.target = {2}}, requests(300, 7), kStart);
  rates.said({.target = {3}}, requests(300, 6), kStart);
  EXPECT_EQ(rates.left({.target = {1}}, nullptr, kStart).of(kRequests).remaining, 15);
  EXPECT_EQ(rates.left({.target = {1}}, nullptr, kStart).of(kRequests).limit, 800);
}

TEST(PoolRates, AreThoseOfTheDialectAndOfTheProvidersThatMayBeUsed) {
  core::Plan plan = plan_of(3);
  plan.providers.push_back({.name = "claude", .dialect = core::DialectKind::Anthropic});
  plan.targets[1].provider = {1};
  plan.targets[2].provider = {2};
  PoolRates rates(plan);
  rates.said({.target = {0}}, requests(500, 10), kStart);
  rates.said({.target = {2}}, requests(5, 1), kStart);
  EXPECT_FALSE(rates.left({.target = {0}}, nullptr, kStart).of(kRequests).any());
  core::ProviderSet first;
  first.add({0});
  EXPECT_EQ(rates.left({.target = {0}}, &first, kStart).of(kRequests).remaining, 10);
  EXPECT_EQ(rates.left({.target = {2}}, nullptr, kStart).of(kRequests).remaining, 1);
}

TEST(PoolRates, OfAnotherModelAreNotTheseWhereATargetTakesAnyName) {
  core::Plan plan = plan_of(2);
  for (core::Target& target : plan.targets) target.model.clear();
  PoolRates rates(plan);
  rates.said({.target = {0}, .model = 7}, requests(500, 10), kStart);
  rates.said({.target = {1}, .model = 8}, requests(300, 7), kStart);
  EXPECT_FALSE(rates.left({.target = {0}, .model = 7}, nullptr, kStart).of(kRequests).any());
  rates.said({.target = {1}, .model = 7}, requests(300, 7), kStart);
  EXPECT_EQ(rates.left({.target = {0}, .model = 7}, nullptr, kStart).of(kRequests).remaining, 17);
}

TEST(PoolRates, DoNotBelieveNonsense) {
  PoolRates rates(plan_of(1));
  for (const std::int64_t odd :
       {std::int64_t{-1}, std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()}) {
    rates.said({.target = {0}}, requests(odd, odd), kStart);
    EXPECT_FALSE(rates.left({.target = {0}}, nullptr, kStart).of(kRequests).any());
  }
  rates.said({.target = {0}}, requests(-5, 3, Duration::max()), kStart);
  EXPECT_EQ(rates.left({.target = {0}}, nullptr, kStart).of(kRequests).remaining, 3);
  EXPECT_EQ(rates.left({.target = {0}}, nullptr, kStart).of(kRequests).limit, std::nullopt);
}

TEST(PoolRates, OfTwoNamesThatOneKeyMakesOfAClientsNameAreTwo) {
  core::Plan plan = plan_of(2);
  plan.targets[1].key = core::KeyId{0};
  plan.targets[0].model = plan.targets[1].model = "";
  plan.targets[1].rename = {.drop = 0, .front = "x/"};
  PoolRates rates(plan);
  rates.said({.target = {0}, .model = 7}, requests(500, 10), kStart);
  EXPECT_FALSE(rates.left({.target = {0}, .model = 7}, nullptr, kStart).of(kRequests).any());
  rates.said({.target = {1}, .model = 7}, requests(300, 7), kStart);
  EXPECT_EQ(rates.left({.target = {0}, .model = 7}, nullptr, kStart).of(kRequests).remaining, 17);
}

}  // namespace
}  // namespace drover::upstream
