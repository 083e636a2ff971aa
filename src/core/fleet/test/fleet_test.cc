#include "core/fleet/fleet.h"

#include <gtest/gtest.h>

#include <map>

#include "core/fleet/fleet_handover.h"
#include "core/fleet/test/herd_test_kit.h"

namespace drover::core {
namespace {

using namespace std::chrono_literals;
using namespace testing;

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

TEST(HealthTree, E12_TheLastResortIsTheEjectedOneThatIsDueFirstWhateverCools) {
  Herd h(plan_with_targets({"a", "b", "c"}));
  h.eject("b", at(-20s));
  h.eject("a", at(0s));
  h.fail(h.pick_named("c", at(0s)), rate_limited(5s), at(0s));
  const PickAnswer answer = h.pick(at(1s));
  EXPECT_TRUE(answer.ticket.last_resort);
  EXPECT_EQ(h.name(answer), "b");
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

/// Two targets that no failure takes out.
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
  EXPECT_EQ(h.fleet.targets().nodes().changes().lost(), 300 - kChangesKept);
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
