// Which node a failure is charged to when its class names more than one target, or none: the answers of other targets
// decide.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "core/fleet/test/herd_test_kit.h"

namespace drover::core {
namespace {

using namespace std::chrono_literals;
using namespace testing;

TEST(HealthTree, C5_AKeyThatOneServerRefusesRestsThereOnly) {
  Herd h(grid());
  h.fail(h.pick_named("1@x", at(0s)), key_rejected(), at(0s));
  const auto shares = h.shares(40, at(1s));
  EXPECT_EQ(shares.count("1@x"), 0U);
  EXPECT_GT(shares.at("1@y"), 0);
  EXPECT_EQ(h.view(0, at(1s)).condition, TargetCondition::Resting);
}

TEST(HealthTree, C5_AKeyThatEveryServerRefusesRestsEverywhere) {
  Herd h(grid());
  h.fail(h.pick_named("1@x", at(0s)), key_rejected(), at(0s));
  h.fail(h.pick_named("1@y", at(0s)), key_rejected(), at(0s));
  EXPECT_EQ(h.view(2, at(1s)).condition, TargetCondition::Resting);
  std::vector<std::string> news;
  while (const auto change = h.fleet.next_change()) news.emplace_back(h.fleet.label(*change));
  EXPECT_EQ(news.back(), "key p/1");
}

TEST(HealthTree, AnAnswerInBetweenClearsAKeyThatOneServerRefused) {
  Herd h(grid());
  h.fail(h.pick_named("1@x", at(0s)), key_rejected(), at(0s));
  h.succeed(h.pick_named("1@y", at(1s)), at(1s));
  h.fail(h.pick_named("1@y", at(2s)), key_rejected(), at(2s));
  h.succeed(h.pick_named("1@x", at(40s)), at(40s));
  EXPECT_EQ(h.view(0, at(40s)).condition, TargetCondition::Ok);
}

TEST(HealthTree, ARateLimitCoolsTheModelOfThatKeyWhereItWasMet) {
  Herd h(grid());
  h.fail(h.pick_named("2@y", at(0s)), rate_limited(10s), at(0s));
  EXPECT_EQ(h.view(3, at(1s)).condition, TargetCondition::Cooling);
  EXPECT_EQ(h.view(1, at(1s)).condition, TargetCondition::Ok);
  h.fail(h.pick_named("2@x", at(1s)), rate_limited(10s), at(1s));
  EXPECT_EQ(h.view(1, at(1s)).condition, TargetCondition::Cooling);
  EXPECT_EQ(h.view(0, at(1s)).condition, TargetCondition::Ok);
}

TEST(HealthTree, ARateLimitCoolsTheModelOfAWholeQuota) {
  Plan plan = plan_with_targets({"a", "b"});
  plan.quotas.push_back({.name = "team"});
  for (Target& target : plan.targets) {
    target.quota = QuotaId{0};
    target.server = ServerId{0};
  }
  Herd h(std::move(plan));
  h.fail(h.pick(at(0s)), rate_limited(10s), at(0s));
  EXPECT_EQ(h.pick(at(1s)).kind, PickKind::Wait);
}

/// A server that does not offer API 3, which another server has shown to exist.
struct Lacking : Herd {
  Lacking() : Herd(plan_with_targets({"a", "b"})) {}
  PickAnswer pick_api(ApiNumber api, Instant now, std::vector<TargetId> tried = {}) {
    return fleet.pick({.route = &plan.routes[0], .tried = tried, .api = api}, now, random);
  }
  void learn(std::uint32_t target, Verdict verdict, Instant now) {
    fleet.learn({.target = {target}, .api = 3, .cause = {.kind = ErrorKind::Unsupported, .status = 501}}, verdict, now);
  }
};

TEST(LackedApi, IsNotAskedForThereAgainAndTakesNothingElseAway) {
  Lacking h;
  h.learn(0, Verdict::Contradicted, at(0s));
  for (int request = 0; request < 10; ++request) EXPECT_EQ(h.name(h.pick_api(3, at(1s))), "b");
  EXPECT_EQ(h.shares(10, at(1s)).at("a"), 5);
  EXPECT_EQ(h.view(0, at(1s)).condition, TargetCondition::Ok);
  EXPECT_EQ(h.view(0, at(1s)).failures, 0U);
  std::set<std::string> later;
  for (int request = 0; request < 4; ++request) later.insert(h.name(h.pick_api(3, at(11min))));
  EXPECT_EQ(later.size(), 2U);
}

TEST(LackedApi, IsNothingToBelieveUntilAnotherTargetOffersIt) {
  Lacking h;
  h.learn(0, Verdict::Agreed, at(0s));
  h.learn(0, Verdict::Unknown, at(0s));
  std::set<std::string> names;
  for (int request = 0; request < 4; ++request) names.insert(h.name(h.pick_api(3, at(1s))));
  EXPECT_EQ(names.size(), 2U);
}

TEST(LackedApi, OfAllIsAskedAllTheSameForTheirOwnAnswerSaysSoBest) {
  Lacking h;
  h.learn(0, Verdict::Contradicted, at(0s));
  h.learn(1, Verdict::Contradicted, at(0s));
  EXPECT_EQ(h.pick_api(3, at(1s)).kind, PickKind::Picked);
}

TEST(LackedApi, IsToldOnce) {
  Lacking h;
  h.learn(0, Verdict::Contradicted, at(0s));
  h.learn(0, Verdict::Contradicted, at(1s));
  const auto change = h.fleet.next_change();
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->what, StateChange::What::LacksApi);
  EXPECT_EQ(change->cause.status, 501);
  EXPECT_FALSE(h.fleet.next_change().has_value());
}

TEST(HealthTree, C7_AMissingModelTakesOutItsTargetOnceAnotherHasIt) {
  Herd h(plan_with_targets({"a", "b"}));
  const PickAnswer asked = h.pick_named("a", at(0s));
  h.fail(asked, model_missing(), at(0s));
  EXPECT_EQ(h.view(0, at(0s)).condition, TargetCondition::Ok);
  h.fleet.learn({.target = {0}, .taken = at(0s), .cause = {.kind = ErrorKind::ModelMissing, .status = 404}},
                Verdict::Contradicted, at(0s));
  EXPECT_EQ(h.shares(20, at(1s)).count("a"), 0U);
  EXPECT_GT(h.view(0, at(1s)).until, at(9min));
}

}  // namespace
}  // namespace drover::core
