// Every policy's shares, in numbers.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "core/balancer/choose.h"
#include "core/balancer/p2c.h"
#include "core/balancer/round_robin.h"
#include "core/balancer/sticky.h"

namespace drover::core::balancer {
namespace {

const auto everyone = [](std::size_t) { return true; };

std::vector<int> counts(std::size_t size, int rounds, const auto& pick) {
  std::vector<int> count(size);
  for (int round = 0; round < rounds; ++round) ++count[*pick()];
  return count;
}

// ------------------------------------------------------------------------------------------ round robin

TEST(RoundRobin, SpreadsUnequalWeightsSmoothlyAsNginxDoes) {
  const std::array<int, 3> weights{5, 1, 1};
  RoundRobin round(3);
  std::string order;
  for (int turn = 0; turn < 7; ++turn) {
    order += static_cast<char>('a' + *round(everyone, [&](std::size_t at) { return weights[at]; }));
  }
  EXPECT_EQ(order, "aabacaa");
}

TEST(RoundRobin, TakesEqualWeightsInTurn) {
  RoundRobin round(3);
  std::string order;
  for (int turn = 0; turn < 6; ++turn) {
    order += static_cast<char>('a' + *round(everyone, [](std::size_t) { return 1; }));
  }
  EXPECT_EQ(order, "abcabc");
}

TEST(RoundRobin, PassesOverWhatIsNotEligible) {
  RoundRobin round(3);
  for (int turn = 0; turn < 10; ++turn) {
    EXPECT_NE(round([](std::size_t at) { return at != 1; }, [](std::size_t) { return 1; }), 1U);
  }
  EXPECT_EQ(round([](std::size_t) { return false; }, [](std::size_t) { return 1; }), std::nullopt);
}

// ------------------------------------------------------------------------------------------ random

TEST(WeightedDraw, DrawsByWeightWithinOnePercent) {
  const std::array<std::uint32_t, 4> weights{1, 2, 3, 4};
  const WeightedDraw draw(weights);
  Random random(1);
  std::array<int, 4> count{};
  for (int round = 0; round < 1'000'000; ++round) ++count[draw(random)];
  for (std::size_t at = 0; at < 4; ++at) EXPECT_NEAR(count[at], 100'000 * (static_cast<int>(at) + 1), 2'000);
}

TEST(WeightedDraw, NeverDrawsAWeightOfZero) {
  const std::array<std::uint32_t, 3> weights{0, 1, 5};
  const WeightedDraw draw(weights);
  Random random(1);
  for (int round = 0; round < 100'000; ++round) ASSERT_NE(draw(random), 0U);
}

TEST(WeightedDraw, DrawsEquallyWhenAllWeightsAreZero) {
  const std::array<std::uint32_t, 2> weights{0, 0};
  const WeightedDraw draw(weights);
  Random random(1);
  int first = 0;
  for (int round = 0; round < 10'000; ++round) first += draw(random) == 0 ? 1 : 0;
  EXPECT_NEAR(first, 5000, 300);
}

TEST(DrawEligible, FindsTheOnlyEligibleOneAmongMany) {
  const std::vector<std::uint32_t> weights(1000, 1);
  const WeightedDraw draw(weights);
  Random random(1);
  for (int round = 0; round < 50; ++round) {
    const auto only = [](std::size_t at) { return at == 777; };
    ASSERT_EQ(draw_eligible(draw, random, only, [](std::size_t) { return 1; }), 777U);
  }
}

TEST(DrawEligible, SharesByWeightAmongTheEligibleAlsoWhenItHasToLookAtAll) {
  const std::vector<std::uint32_t> weights{90, 90, 90, 1, 3};
  const WeightedDraw draw(weights);
  Random random(1);
  const auto last_two = [](std::size_t at) { return at >= 3; };
  const auto count = counts(
      5, 40'000, [&] { return draw_eligible(draw, random, last_two, [&](std::size_t at) { return weights[at]; }); });
  EXPECT_NEAR(count[3], 10'000, 500);
  EXPECT_NEAR(count[4], 30'000, 500);
}

TEST(DrawEligible, FindsNothingInNothing) {
  Random random(1);
  EXPECT_EQ(draw_eligible(WeightedDraw(), random, everyone, [](std::size_t) { return 1; }), std::nullopt);
}

// ------------------------------------------------------------------------------------------ two choices

TEST(TwoChoices, J14_IsEvenOverEqualTargets) {
  const std::vector<std::uint32_t> weights(10, 1);
  const WeightedDraw draw(weights);
  Random random(1);
  std::vector<double> load(10);
  std::vector<int> count(10);
  for (int round = 0; round < 10'000; ++round) {
    const auto at = p2c(draw, random, everyone, [](std::size_t) { return 1; }, [&](std::size_t p) { return load[p]; });
    ++count[*at];
    load[*at] += 1;
    if (round % 3 == 0) {  // something ends somewhere
      double& busy = load[random.below(10)];
      busy = std::max(0.0, busy - 3);
    }
  }
  EXPECT_LE(*std::ranges::max_element(count), 1100);
}

TEST(TwoChoices, GivesIdleTargetsTheirShareByWeight) {
  const std::vector<std::uint32_t> weights{1, 3};
  const WeightedDraw draw(weights);
  Random random(1);
  const auto count = counts(2, 40'000, [&] {
    return p2c(draw, random, everyone, [&](std::size_t at) { return weights[at]; }, [](std::size_t) { return 1.0; });
  });
  EXPECT_NEAR(count[0], 10'000, 400);
}

TEST(TwoChoices, TakesTheLessLoadedOfTwo) {
  const std::vector<std::uint32_t> weights{1, 1};
  const WeightedDraw draw(weights);
  Random random(1);
  for (int round = 0; round < 100; ++round) {
    const auto cost = [](std::size_t at) { return at == 0 ? 2.0 : 1.0; };
    EXPECT_EQ(p2c(draw, random, everyone, [](std::size_t) { return 1; }, cost), 1U);
  }
}

TEST(TwoChoices, TakesTheOnlyOneThereIs) {
  const std::vector<std::uint32_t> weights{1, 1};
  const WeightedDraw draw(weights);
  Random random(1);
  const auto only = [](std::size_t at) { return at == 1; };
  const auto one = [](std::size_t) { return 1.0; };
  EXPECT_EQ(p2c(draw, random, only, one, one), 1U);
  EXPECT_EQ(p2c(draw, random, [](std::size_t) { return false; }, one, one), std::nullopt);
}

// ------------------------------------------------------------------------------------------ least, sticky

TEST(Least, BreaksTiesEvenly) {
  Random random(1);
  const auto count = counts(4, 40'000, [&] { return least(4, random, everyone, [](std::size_t) { return 1.0; }); });
  for (const int own : count) EXPECT_NEAR(own, 10'000, 500);
}

TEST(Least, TakesTheLeastOfTheEligible) {
  Random random(1);
  const std::array<double, 3> cost{3, 1, 2};
  const auto not_first = [](std::size_t at) { return at != 1; };
  EXPECT_EQ(least(3, random, everyone, [&](std::size_t at) { return cost[at]; }), 1U);
  EXPECT_EQ(least(3, random, not_first, [&](std::size_t at) { return cost[at]; }), 2U);
}

/// A look at a target's health, limits and silence costs ten times what its cost does.
TEST(Least, AsksFewOfManyWhetherTheyAreEligible) {
  Random random(1);
  int asked = 0;
  const auto counted = [&asked](std::size_t) { return ++asked > 0; };
  for (int pick = 0; pick < 100; ++pick) {
    ASSERT_TRUE(least(1000, random, counted, [](std::size_t) { return 1.0; }));
    ASSERT_TRUE(sticky(
        1000, 1.0, counted, [pick](std::size_t at) { return attraction(static_cast<std::uint64_t>(pick), at); },
        [](std::size_t at) { return at % 2 == 0 ? 0.0 : 2.0; }));
  }
  EXPECT_LT(asked / 200, 20);
}

constexpr double kUnbounded = 1e9;
const auto no_load = [](std::size_t) { return 0.0; };

std::optional<std::size_t> stuck(std::uint64_t affinity, const auto& eligible) {
  return sticky(10, kUnbounded, eligible, [&](std::size_t at) { return attraction(affinity, 1000 + at, 1); }, no_load);
}

TEST(Sticky, StaysWithOneTarget) {
  for (std::uint64_t affinity = 1; affinity < 100; ++affinity) {
    ASSERT_EQ(stuck(affinity, everyone), stuck(affinity, everyone));
  }
}

TEST(Sticky, MovesOnlyTheRequestsOfATargetThatLeaves) {
  const auto without_three = [](std::size_t at) { return at != 3; };
  int moved = 0;
  for (std::uint64_t affinity = 1; affinity <= 10'000; ++affinity) {
    const auto before = stuck(affinity, everyone);
    const auto after = stuck(affinity, without_three);
    ASSERT_TRUE(before == 3U || before == after);
    moved += before != after ? 1 : 0;
  }
  EXPECT_NEAR(moved, 1000, 150);
}

TEST(Sticky, SharesAffinitiesByWeight) {
  int heavy = 0;
  for (std::uint64_t affinity = 1; affinity <= 40'000; ++affinity) {
    const auto at = sticky(
        2, kUnbounded, everyone, [&](std::size_t p) { return attraction(affinity, 1000 + p, p == 0 ? 3U : 1U); },
        no_load);
    heavy += at == 0U ? 1 : 0;
  }
  EXPECT_NEAR(heavy, 30'000, 600);
}

TEST(Sticky, J9_SpillsFromATargetOverTheLoadBoundAndReturnsAfterwards) {
  const auto pull = [](std::size_t at) { return at == 0 ? 9.0 : static_cast<double>(at); };
  double busy = 2.0;
  const auto load = [&](std::size_t at) { return at == 0 ? busy : 0.0; };
  EXPECT_EQ(sticky(4, kLoadBound, everyone, pull, load), 3U);
  busy = 0;
  EXPECT_EQ(sticky(4, kLoadBound, everyone, pull, load), 0U);
}

TEST(Sticky, StaysWithTheFirstChoiceWhenAllAreOverTheBound) {
  const auto pull = [](std::size_t at) { return static_cast<double>(4 - at); };
  EXPECT_EQ(sticky(4, kLoadBound, everyone, pull, [](std::size_t) { return 5.0; }), 0U);
}

}  // namespace
}  // namespace drover::core::balancer
