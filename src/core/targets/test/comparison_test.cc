#include "core/targets/comparison.h"

#include <gtest/gtest.h>

#include "core/test/scenario.h"

namespace drover::core {
namespace {

using namespace std::chrono_literals;
using namespace testing;

/// Two targets of one pool, with a node of their own each.
struct Two {
  Plan plan = plan_with_targets({"a", "b"});
  HealthTree nodes;
  CheckPoints checks{plan};
  LatencyModel known;
  PickRequest request{.streamed = true};
  TargetState a = on(nodes.add("target a", "target a", Level::Target));
  TargetState b = on(nodes.add("target b", "target b", Level::Target));

  static TargetState on(std::uint32_t node) {
    TargetState target;
    target.path.fill(HealthTree::kAlwaysOpen);
    target.path.back() = node;
    return target;
  }
  /// The pool's streams usually begin after a second, and the target's after so much.
  void measure(TargetState& target, Duration first_content) {
    for (int answer = 0; answer < 100; ++answer) {
      known.learn_first_content(1s, PromptSize(Tokens{10}));
      target.first_content.observe(std::chrono::duration<double>(first_content).count(), at(1ms * answer));
    }
  }
  [[nodiscard]] Comparison compare(LatencyFrom from = LatencyFrom::Traffic) const {
    return {from, nodes, checks, known, request, at(1s)};
  }
};

TEST(Comparison, TheTargetWithMuchLessWorkIsCheaper) {
  Two two;
  two.a.load = 100 * kLoadPerRequest;
  EXPECT_TRUE(two.compare().clearly_cheaper(two.b, two.a));
  EXPECT_FALSE(two.compare().clearly_cheaper(two.a, two.b));
}

TEST(Comparison, WeightDividesTheWork) {
  Two two;
  two.a.load = two.b.load = 100 * kLoadPerRequest;
  two.a.per_weight = 0.1F;
  EXPECT_TRUE(two.compare().clearly_cheaper(two.a, two.b));
}

TEST(Comparison, LatenciesThatDifferByNoMoreThanTheirSamplesAreEqual) {
  Two two;
  for (int answer = 0; answer < 100; ++answer) {
    const double factor = answer % 2 == 0 ? 1.0 : 0.4;
    two.a.first_content.observe(1.5 * factor, at(1ms * answer));
    two.b.first_content.observe(1.2 * factor, at(1ms * answer));
    two.known.learn_first_content(1s, PromptSize(Tokens{10}));
  }
  EXPECT_GT(two.a.first_content.last(), 1.2 * two.b.first_content.last());
  EXPECT_FALSE(two.compare().clearly_cheaper(two.b, two.a));
  EXPECT_FALSE(two.compare().clearly_cheaper(two.a, two.b));
}

TEST(Comparison, AMuchSlowerTargetIsDearer) {
  Two two;
  two.measure(two.a, 10s);
  two.measure(two.b, 1s);
  EXPECT_TRUE(two.compare().clearly_cheaper(two.b, two.a));
  EXPECT_GT(two.compare().quickness(two.a), two.compare().quickness(two.b));
}

TEST(Comparison, ATargetThatFailsLooksExpensive) {
  Two two;
  two.measure(two.a, 1s);
  two.measure(two.b, 1s);
  for (int failure = 0; failure < 20; ++failure) two.a.success.failed(at(1s));
  EXPECT_TRUE(two.compare().clearly_cheaper(two.b, two.a));
  EXPECT_GT(two.compare().quickness(two.a), 2 * two.compare().quickness(two.b));
}

TEST(Comparison, ATargetThatIsDueForItsTrialIsTakenFirst) {
  Two two;
  two.a.load = 100 * kLoadPerRequest;
  Random random{1};
  (void)two.nodes[two.a.node(Level::Target)].eject_for(100ms, server_error(), at(0s), random);
  EXPECT_TRUE(two.compare().clearly_cheaper(two.a, two.b));
  EXPECT_FALSE(two.compare().clearly_cheaper(two.b, two.a));
}

TEST(Comparison, AnIdleTargetWithoutAMeasurementIsAskedOnce) {
  Two two;
  two.measure(two.b, 100ms);
  EXPECT_LT(two.compare().quickness(two.a), two.compare().quickness(two.b));
  two.a.in_flight = 1;
  EXPECT_GT(two.compare().quickness(two.a), two.compare().quickness(two.b)) << "it counts as usual while it is asked";
}

TEST(Comparison, ByProbesTheKeyThatAnsweredThemSoonestIsQuickest) {
  Two two;
  two.a.check = 0;
  two.b.check = 1;
  two.checks[0].latency.observe(200ms);
  EXPECT_LT(two.compare(LatencyFrom::Probe).quickness(two.a), two.compare(LatencyFrom::Probe).quickness(two.b));
  two.checks[1].latency.observe(100ms);
  EXPECT_GT(two.compare(LatencyFrom::Probe).quickness(two.a), two.compare(LatencyFrom::Probe).quickness(two.b));
}

TEST(LoadBound, IsAboveTheMeanAndLeavesRoomForAFewRequests) {
  const std::vector<TargetId> pool{TargetId{0}, TargetId{1}};
  std::vector<TargetState> targets(2);
  const std::vector<std::uint32_t> weights{1, 1};
  Tier tier{.draw = balancer::WeightedDraw(weights), .weight = 2};
  const double idle = load_bound(targets, pool, /*borrows=*/false, tier, {});
  EXPECT_GE(idle, 2.0 * kLoadPerRequest);
  tier.load = 1000 * kLoadPerRequest;
  const double busy = load_bound(targets, pool, /*borrows=*/false, tier, {});
  EXPECT_GT(busy, 500.0 * kLoadPerRequest);
  EXPECT_LT(busy, 1000.0 * kLoadPerRequest);
  for (TargetState& target : targets) target.load = 500 * kLoadPerRequest;
  EXPECT_NEAR(load_bound(targets, pool, /*borrows=*/true, tier, {}), busy, kLoadPerRequest)
      << "where the pool's own sum is not its targets', theirs counts";
}

}  // namespace
}  // namespace drover::core
