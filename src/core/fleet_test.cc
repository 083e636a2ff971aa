#include "core/fleet.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "core/fleet_handover.h"
#include "core/scenario.h"

namespace drover::core {
namespace {

using namespace std::chrono_literals;
using namespace testing;

/// A fleet to be picked from and settled by name.
struct Herd {
  explicit Herd(Plan made) : plan(std::move(made)), fleet(plan) {}

  PickAnswer pick(Instant now, std::vector<TargetId> tried = {}) {
    return fleet.pick({.route = &plan.routes[0], .tried = tried, .estimate = estimate}, now, random);
  }
  std::string name(const PickAnswer& answer) {
    return answer.kind == PickKind::Picked ? plan.targets[answer.ticket.target.index()].name : "";
  }
  void succeed(const PickAnswer& answer, Instant now) {
    fleet.settle(answer.ticket, {.kind = Outcome::Kind::Succeeded, .stage = Stage::Committed}, now);
  }
  void fail(const PickAnswer& answer, const Error& error, Instant now) {
    fleet.settle(answer.ticket, {.kind = Outcome::Kind::Failed, .error = &error, .stage = Stage::FailedAnswer}, now);
  }
  /// Picks until this target comes, giving the others back.
  PickAnswer pick_named(const std::string& wanted, Instant now) {
    for (int round = 0; round < 100; ++round) {
      const PickAnswer answer = pick(now);
      if (name(answer) == wanted) return answer;
      if (answer.kind == PickKind::Picked) fleet.release(answer.ticket);
    }
    ADD_FAILURE() << wanted << " was never picked";
    return {};
  }
  void eject(const std::string& wanted, Instant now) {
    for (int count = 0; count < 3; ++count) fail(pick_named(wanted, now), server_error(), now);
  }
  /// How often each target is picked in so many rounds.
  std::map<std::string, int> shares(int rounds, Instant now) {
    std::map<std::string, int> count;
    for (int round = 0; round < rounds; ++round) {
      const PickAnswer answer = pick(now);
      ++count[name(answer)];
      if (answer.kind == PickKind::Picked) fleet.release(answer.ticket);
    }
    return count;
  }
  TargetView view(std::uint32_t target, Instant now) { return fleet.view(TargetId{target}, now); }

  Plan plan;
  Fleet fleet;
  Random random{1};
  Amount estimate{};
};

TEST(Fleet, NeverPicksWhatWasTried) {
  Herd h(plan_with_targets({"a", "b"}));
  const PickAnswer first = h.pick(at(0s));
  EXPECT_TRUE(first.untried_left);
  const PickAnswer second = h.pick(at(0s), {first.ticket.target});
  EXPECT_NE(h.name(second), h.name(first));
  EXPECT_FALSE(second.untried_left);
  EXPECT_EQ(h.pick(at(0s), {TargetId{0}, TargetId{1}}).kind, PickKind::None);
}

TEST(Fleet, AnOwnersRequestIsServedByItsKeysOnly) {
  Plan plan = plan_with_targets({"a", "b", "c"});
  plan.quotas.push_back({.name = "team"});
  plan.targets[1].quota = QuotaId{0};
  plan.targets[2].quota = QuotaId{0};
  plan.finish();
  Herd h(std::move(plan));
  PickRequest request{.route = &h.plan.routes.front(), .owner = {.key = 0}};
  for (int pick = 0; pick < 10; ++pick) {
    EXPECT_EQ(h.name(h.fleet.pick(request, at(0s), h.random)), "a");
  }
  request.owner = {.quota = 0};
  for (int pick = 0; pick < 10; ++pick) {
    EXPECT_NE(h.name(h.fleet.pick(request, at(0s), h.random)), "a");
  }
  const TargetId tried{0};
  request.owner = {.key = 0};
  request.tried = {&tried, 1};
  EXPECT_EQ(h.fleet.pick(request, at(0s), h.random).kind, PickKind::None);
}

TEST(Fleet, J6_EjectsAFailingTargetAndUsesTheOthers) {
  Herd h(plan_with_targets({"a", "b", "c"}));
  h.eject("b", at(0s));
  const auto shares = h.shares(100, at(1s));
  EXPECT_EQ(shares.count("b"), 0U);
  EXPECT_NEAR(shares.at("a"), 50, 1);
}

TEST(Fleet, GivesAnEjectedTargetExactlyOneTrial) {
  Herd h(plan_with_targets({"a", "b"}));
  h.eject("b", at(0s));
  const PickAnswer trial = h.pick_named("b", at(40s));
  EXPECT_TRUE(trial.ticket.trial);
  EXPECT_EQ(h.shares(50, at(40s)).count("b"), 0U);
  h.succeed(trial, at(41s));
  EXPECT_EQ(h.view(1, at(41s)).condition, TargetCondition::Ok);
}

TEST(Fleet, ATrialHasPassedWithItsFirstContentHoweverLongItsStreamGoesOn) {
  Herd h(plan_with_targets({"a", "b"}));
  h.eject("b", at(0s));
  const PickAnswer trial = h.pick_named("b", at(40s));
  h.fleet.committed(trial.ticket, 300ms, at(41s));
  EXPECT_EQ(h.view(1, at(41s)).condition, TargetCondition::Ok);
  EXPECT_NEAR(h.view(1, at(41s)).first_content_seconds, 0.3, 1e-6);
  EXPECT_GT(h.shares(100, at(41s)).count("b"), 0U);
  h.fail(trial, reset(), at(50s));  // the first of three, and no failed trial
  EXPECT_EQ(h.view(1, at(50s)).condition, TargetCondition::Suspect);
}

TEST(Fleet, ATrialGivenBackUnusedIsOpenToTheNextRequest) {
  Herd h(plan_with_targets({"a", "b"}));
  h.eject("b", at(0s));
  h.fleet.release(h.pick_named("b", at(40s)).ticket);
  EXPECT_TRUE(h.pick_named("b", at(40s)).ticket.trial);
}

TEST(Fleet, J6_UsesTheEjectedTargetThatIsDueSoonestAsALastResort) {
  Herd h(plan_with_targets({"a", "b"}));
  h.eject("b", at(0s));
  h.eject("a", at(5s));
  const PickAnswer answer = h.pick(at(6s));
  EXPECT_EQ(h.name(answer), "b");
  EXPECT_FALSE(answer.ticket.trial);
  h.succeed(answer, at(7s));
  EXPECT_EQ(h.view(1, at(7s)).condition, TargetCondition::Ok);
}

TEST(Fleet, J6_NeverUsesWhatIsCoolingDownNotEvenAsALastResort) {
  Herd h(plan_with_targets({"a", "b"}));
  h.fail(h.pick_named("a", at(0s)), rate_limited(30s), at(0s));
  h.fail(h.pick_named("b", at(0s)), rate_limited(20s), at(0s));
  const PickAnswer answer = h.pick(at(1s));
  EXPECT_EQ(answer.kind, PickKind::Wait);
  EXPECT_TRUE(answer.rate_limited);
  EXPECT_GE(answer.wait_until, at(20s));
  EXPECT_LE(answer.wait_until, at(22s));
}

TEST(Fleet, FailsWhenAllAreOutAndTheSettingSaysSo) {
  Plan plan = plan_with_targets({"a"});
  plan.health.when_all_out = WhenAllOut::Fail;
  Herd h(std::move(plan));
  h.eject("a", at(0s));
  EXPECT_EQ(h.pick(at(1s)).kind, PickKind::None);
}

TEST(Fleet, ResetsAllWhenAllRestAndTheSettingSaysSo) {
  Plan plan = plan_with_targets({"a", "b"});
  plan.health.mode = HealthMode::Score;
  plan.health.eject_after = 5;
  plan.health.when_all_out = WhenAllOut::Reset;
  Herd h(std::move(plan));
  for (const char* name : {"a", "b"}) {
    for (int error = 0; error < 5; ++error) h.fail(h.pick_named(name, at(0s)), server_error(), at(0s));
  }
  EXPECT_EQ(h.view(0, at(0s)).condition, TargetCondition::Ejected);
  EXPECT_EQ(h.pick(at(1s)).kind, PickKind::Picked);
  EXPECT_EQ(h.view(0, at(1s)).score, 0U);
  EXPECT_EQ(h.view(1, at(1s)).score, 0U);
}

TEST(Fleet, UsesTheFirstWhenNoneIsHealthyAndTheSettingSaysSo) {
  Plan plan = plan_with_targets({"a", "b"});
  plan.health.when_all_out = WhenAllOut::First;
  Herd h(std::move(plan));
  h.eject("b", at(0s));
  h.eject("a", at(5s));
  EXPECT_EQ(h.name(h.pick(at(6s))), "a");
}

TEST(Fleet, UsesTheNextPriorityWhenTheFirstCannotTakeTheRequest) {
  Plan plan = plan_with_targets({"a", "b"});
  plan.targets[1].priority = 1;
  Herd h(std::move(plan));
  EXPECT_EQ(h.shares(20, at(0s)).count("b"), 0U);
  h.fail(h.pick(at(0s)), rate_limited(10s), at(0s));
  EXPECT_EQ(h.name(h.pick(at(1s))), "b");
  EXPECT_EQ(h.name(h.pick(at(12s))), "a");
}

TEST(Fleet, NeverPicksAWeightOfZero) {
  Plan plan = plan_with_targets({"a", "b"});
  plan.targets[0].weight = 0;
  Herd h(std::move(plan));
  EXPECT_EQ(h.shares(20, at(0s)).count("a"), 0U);
}

// ------------------------------------------------------------------------------------------ the tree

/// Two servers × two keys of one provider; targets "1@x", "2@x", "1@y", "2@y".
Plan grid() {
  Plan plan;
  plan.providers.push_back({.name = "p"});
  plan.servers = {{.base_url = "https://x"}, {.base_url = "https://y"}};
  plan.keys = {{.name = "1", .fingerprint = "f1"}, {.name = "2", .fingerprint = "f2"}};
  plan.pools.push_back({.model = "m", .balance = Balance::RoundRobin});
  plan.routes.push_back({.name = "m", .pools = {PoolId{0}}});
  for (std::uint32_t server = 0; server < 2; ++server) {
    for (std::uint32_t key = 0; key < 2; ++key) {
      plan.pools[0].targets.push_back(TargetId{static_cast<std::uint32_t>(plan.targets.size())});
      plan.targets.push_back({.server = {server},
                              .key = {key},
                              .model = "m",
                              .name = plan.keys[key].name + "@" + (server == 0 ? "x" : "y")});
    }
  }
  plan.finish();
  return plan;
}

TEST(HealthTree, AnOutageOfAServerIsLearnedOnceForAllItsKeys) {
  Herd h(grid());
  h.fail(h.pick_named("1@x", at(0s)), refused(), at(0s));
  h.fail(h.pick_named("2@x", at(0s)), refused(), at(0s));
  h.fail(h.pick_named("1@x", at(0s)), refused(), at(0s));
  const auto shares = h.shares(40, at(1s));
  EXPECT_EQ(shares.count("1@x") + shares.count("2@x"), 0U);
  EXPECT_EQ(shares.at("1@y"), 20);
}

TEST(HealthTree, AServerOnTrialGetsOneRequestWhicheverKeyBringsIt) {
  Herd h(grid());
  for (int count = 0; count < 3; ++count) h.fail(h.pick_named("1@x", at(0s)), refused(), at(0s));
  int at_x = 0;
  for (int round = 0; round < 20; ++round) at_x += h.name(h.pick(at(40s))).ends_with("@x") ? 1 : 0;
  EXPECT_EQ(at_x, 1);
}

TEST(HealthTree, ATrialThatFailsAfterTheServerCameBackIsOneFailureLikeOthers) {
  Herd h(grid());
  for (int count = 0; count < 3; ++count) h.fail(h.pick_named("1@x", at(0s)), refused(), at(0s));
  const PickAnswer trial = h.pick_named("1@x", at(40s));
  ASSERT_TRUE(trial.ticket.trial);
  // A last resort finds out first that the server is well.
  const PickAnswer other = h.pick(at(41s), {TargetId{0}, TargetId{2}, TargetId{3}});
  ASSERT_EQ(h.name(other), "2@x");
  h.succeed(other, at(42s));
  h.fail(trial, refused(), at(43s));
  EXPECT_EQ(h.view(0, at(43s)).condition, TargetCondition::Suspect);
}

TEST(HealthTree, AnyAnswerBringsAServerBack) {
  Herd h(grid());
  for (int count = 0; count < 3; ++count) h.fail(h.pick_named("1@x", at(0s)), refused(), at(0s));
  h.fail(h.pick_named("1@x", at(40s)), user_error(), at(40s));
  EXPECT_EQ(h.view(1, at(40s)).condition, TargetCondition::Ok);
}

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

TEST(HealthTree, ALastUsableKeyThatRestsIsNotALastResort) {
  Herd h(plan_with_targets({"a"}));
  h.fail(h.pick(at(0s)), key_rejected(), at(0s));
  const PickAnswer answer = h.pick(at(1s));
  EXPECT_EQ(answer.kind, PickKind::Wait);
  EXPECT_FALSE(answer.rate_limited);
  EXPECT_EQ(answer.why, ErrorKind::KeyRejected);
  EXPECT_TRUE(h.pick(at(40s)).ticket.trial);
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

/// A server that says it does not offer API 3, as another has shown that it can be offered.
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

TEST(HealthTree, C6_TheClientsMistakesNeverEject) {
  Herd h(plan_with_targets({"a"}));
  for (int count = 0; count < 50; ++count) h.fail(h.pick(at(0s)), user_error(), at(0s));
  EXPECT_EQ(h.view(0, at(0s)).condition, TargetCondition::Ok);
  EXPECT_EQ(h.view(0, at(0s)).failures, 0U);
}

TEST(HealthTree, AnUnchargedFailureChangesNothing) {
  Herd h(plan_with_targets({"a"}));
  const Error error = server_error();
  for (int count = 0; count < 10; ++count) {
    Outcome outcome{.kind = Outcome::Kind::Failed, .error = &error, .stage = Stage::FailedAnswer};
    outcome.charge = false;
    h.fleet.settle(h.pick(at(0s)).ticket, outcome, at(0s));
  }
  EXPECT_EQ(h.view(0, at(0s)).condition, TargetCondition::Ok);
}

// ------------------------------------------------------------------------------------------ limits

Plan limited(ModelLimits limits) {
  Plan plan = plan_with_targets({"a"});
  plan.quotas.push_back({.name = "q", .models = {{"*", limits}}});
  plan.targets[0].quota = QuotaId{0};
  return plan;
}

TEST(FleetLimits, ATargetAtItsLimitIsWaitedFor) {
  Herd h(limited({.requests_per_minute = 2}));
  h.succeed(h.pick(at(0s)), at(0s));
  h.succeed(h.pick(at(0s)), at(0s));
  const PickAnswer answer = h.pick(at(1s));
  EXPECT_EQ(answer.kind, PickKind::Wait);
  EXPECT_TRUE(answer.rate_limited);
  EXPECT_GE(answer.wait_until, at(60s));
  EXPECT_EQ(h.pick(answer.wait_until).kind, PickKind::Picked);
}

TEST(FleetLimits, WhatWasReservedIsGivenBackWhenNothingWasSent) {
  Herd h(limited({.requests_per_minute = 1}));
  const Error error = refused();
  h.fleet.settle(h.pick(at(0s)).ticket, {.kind = Outcome::Kind::Failed, .error = &error}, at(0s));
  EXPECT_EQ(h.pick(at(1s)).kind, PickKind::Picked);
}

TEST(FleetLimits, WhatWasReservedIsSettledByTheRealUsage) {
  Herd h(limited({.output_tokens_per_minute = 100}));
  h.estimate = {.output_tokens = {80}};
  const PickAnswer first = h.pick(at(0s));
  EXPECT_EQ(h.pick(at(1s)).kind, PickKind::Wait);
  h.fleet.settle(first.ticket, {.kind = Outcome::Kind::Succeeded, .used = {.output_tokens = {5}}}, at(1s));
  EXPECT_EQ(h.pick(at(2s)).kind, PickKind::Picked);
}

TEST(FleetLimits, AReleaseGivesBackEverything) {
  Herd h(limited({.requests_per_minute = 1, .concurrent = 1}));
  for (int round = 0; round < 5; ++round) {
    const PickAnswer answer = h.pick(at(0s));
    ASSERT_EQ(answer.kind, PickKind::Picked);
    h.fleet.release(answer.ticket);
  }
  EXPECT_EQ(h.view(0, at(0s)).requests, 0U);
  EXPECT_EQ(h.fleet.in_flight(), 0U);
}

// ------------------------------------------------------------------------------------------ budget, news, state

/// Two targets that nothing takes out.
Plan lasting() {
  Plan plan = plan_with_targets({"a", "b"});
  plan.health.eject_after = 1000;
  return plan;
}

TEST(FleetBudget, FailoverIsFreeWhileHalfOfThePoolsAttemptsSucceed) {
  Herd h(lasting());
  EXPECT_TRUE(h.fleet.failover_is_free(TargetId{1}, at(0s)));
  for (int failure = 0; failure < 5; ++failure) {
    h.fail(h.pick_named("a", at(0s)), server_error(), at(0s));
    h.fail(h.pick_named("b", at(0s)), server_error(), at(0s));
  }
  EXPECT_FALSE(h.fleet.failover_is_free(TargetId{1}, at(0s)));
  for (int success = 0; success < 10; ++success) h.succeed(h.pick_named("a", at(1s)), at(1s));
  EXPECT_TRUE(h.fleet.failover_is_free(TargetId{1}, at(1s)));
  h.fail(h.pick_named("b", at(1s)), server_error(), at(1s));
  EXPECT_FALSE(h.fleet.failover_is_free(TargetId{1}, at(1s)));
  EXPECT_TRUE(h.fleet.failover_is_free(TargetId{1}, at(30s)));
}

TEST(FleetBudget, E3_AFailoverToATargetThatAnswersIsFreeHoweverManyOthersFail) {
  Herd h(lasting());
  for (int failure = 0; failure < 20; ++failure) h.fail(h.pick_named("a", at(0s)), server_error(), at(0s));
  EXPECT_FALSE(h.fleet.failover_is_free(TargetId{1}, at(1s)));
  h.succeed(h.pick_named("b", at(1s)), at(1s));
  EXPECT_TRUE(h.fleet.failover_is_free(TargetId{1}, at(1s)));
  EXPECT_FALSE(h.fleet.failover_is_free(TargetId{0}, at(1s)));
}

TEST(FleetBudget, AFailoverToATargetThatIsOutIsNeverFree) {
  Herd h(plan_with_targets({"a", "b"}));
  for (int success = 0; success < 50; ++success) h.succeed(h.pick(at(0s)), at(0s));
  h.eject("b", at(1s));
  EXPECT_TRUE(h.fleet.failover_is_free(TargetId{0}, at(1s)));
  EXPECT_FALSE(h.fleet.failover_is_free(TargetId{1}, at(1s)));
}

TEST(FleetBudget, AFailoverThatIsATargetsTrialIsAsFreeAsOthers) {
  Herd h(plan_with_targets({"a", "b"}));
  h.eject("b", at(0s));
  ASSERT_TRUE(h.pick_named("b", at(40s)).ticket.trial);
  EXPECT_TRUE(h.fleet.failover_is_free(TargetId{1}, at(40s)));
}

TEST(FleetBudget, AFewFailuresSayNothingAboutAPool) {
  Herd h(plan_with_targets({"a", "b", "c", "d", "e"}));
  for (const char* name : {"a", "b", "c", "d", "a", "b", "c", "d"}) {  // twice each: none is out
    h.fail(h.pick_named(name, at(0s)), server_error(), at(0s));
  }
  EXPECT_TRUE(h.fleet.failover_is_free(TargetId{4}, at(0s)));
}

TEST(FleetNews, TellsEachChangeOnceInOrder) {
  Herd h(plan_with_targets({"a", "b"}));
  h.eject("a", at(0s));
  h.succeed(h.pick_named("a", at(40s)), at(40s));
  const auto ejected = h.fleet.next_change();
  ASSERT_TRUE(ejected.has_value());
  EXPECT_EQ(ejected->what, StateChange::What::Ejected);
  EXPECT_EQ(h.fleet.label(*ejected), "target a");
  EXPECT_EQ(ejected->cause.kind, ErrorKind::ServerError);
  EXPECT_GE(ejected->until, at(30s));
  EXPECT_EQ(h.fleet.next_change()->what, StateChange::What::OnTrial);
  EXPECT_EQ(h.fleet.next_change()->what, StateChange::What::Recovered);
  EXPECT_FALSE(h.fleet.next_change().has_value());
}

TEST(FleetNews, KeepsTheLatestWhenNobodyListens) {
  Herd h(plan_with_targets({"a"}));
  for (int round = 0; round < 300; ++round) {
    h.fail(h.pick(at(round * 100s)), rate_limited(1s), at(round * 100s));
  }
  EXPECT_EQ(h.fleet.changes_lost(), 300 - kChangesKept);
}

TEST(FleetState, J12_SurvivesAReloadThatReordersAndRemoves) {
  Herd old(plan_with_targets({"a", "b", "c"}));
  old.fail(old.pick_named("c", at(0s)), rate_limited(60s), at(0s));
  old.eject("a", at(0s));
  Herd fresh(plan_with_targets({"c", "d", "a"}));
  Succession reload;
  (void)reload.succeed(old.fleet, fresh.fleet);
  EXPECT_EQ(fresh.view(0, at(1s)).condition, TargetCondition::Cooling);
  EXPECT_EQ(fresh.view(1, at(1s)).condition, TargetCondition::Ok);
  EXPECT_EQ(fresh.view(2, at(1s)).condition, TargetCondition::Ejected);
  EXPECT_EQ(fresh.view(2, at(1s)).requests, 3U);
  EXPECT_EQ(fresh.fleet.in_flight(), 0U);
}

TEST(FleetState, J12_ATrialThatRunsDuringAReloadDoesNotKeepTheTargetOut) {
  Herd old(plan_with_targets({"a", "b"}));
  old.eject("a", at(0s));
  const Ticket trial = old.pick_named("a", at(40s)).ticket;
  Herd fresh(plan_with_targets({"a", "b"}));
  Succession reload;
  FleetHandover& handover = reload.succeed(old.fleet, fresh.fleet);
  handover.settle(trial, {.kind = Outcome::Kind::Abandoned}, at(41s));
  EXPECT_EQ(fresh.name(fresh.pick_named("a", at(42s))), "a");
}

TEST(FleetView, ShowsATargetUnderSuspicion) {
  Herd h(plan_with_targets({"a"}));
  EXPECT_EQ(h.view(0, at(0s)).last_used, std::nullopt);
  h.fail(h.pick(at(1s)), server_error(), at(2s));
  const TargetView view = h.view(0, at(3s));
  EXPECT_EQ(view.condition, TargetCondition::Suspect);
  EXPECT_EQ(view.consecutive_failures, 1U);
  EXPECT_EQ(view.last_used, at(1s));
  EXPECT_EQ(to_string(view.condition), "suspect");
}

}  // namespace
}  // namespace drover::core
