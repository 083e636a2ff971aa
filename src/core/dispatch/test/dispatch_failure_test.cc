#include <gtest/gtest.h>

#include "core/test/scenario.h"

namespace drover::core {
namespace {

using namespace std::chrono_literals;
using namespace testing;

const EndWithError* end_of(const Commands& out) {
  return find<EndWithError>(out);
}

// ------------------------------------------------------------------------------------------ the stage table

TEST(StageTable, A1_S0MovesToAnotherTargetAtOnce) {
  Scenario s = Scenario::with_targets({"a", "b"});
  EXPECT_EQ(s.started(s.on(RequestReady{}, at(0ms))), "a");
  EXPECT_EQ(s.started(s.failed(refused(), Stage::NotConnected, at(1ms))), "b");
}

TEST(StageTable, S0AndS1MoveOnEvenForRequestsThatMustNotRunTwice) {
  for (const Stage stage : {Stage::NotConnected, Stage::Unsent}) {
    Scenario s = Scenario::with_targets({"a", "b"});
    s.request().replay = Replay::NotExecuted;
    (void)s.on(RequestReady{}, at(0ms));
    EXPECT_EQ(s.started(s.failed(reset(), stage, at(1ms))), "b");
  }
}

TEST(StageTable, S1OnAStaleConnectionTriesTheSameTargetOnAFreshOne) {
  Scenario s = Scenario::with_targets({"a", "b"});
  s.request().replay = Replay::NotExecuted;
  (void)s.on(RequestReady{}, at(0ms));
  const Commands out = s.failed(stale(), Stage::Unsent, at(1ms));
  EXPECT_EQ(s.started(out), "a");
  EXPECT_TRUE(find<StartAttempt>(out)->fresh);
}

TEST(StageTable, S2TriesTheSameTargetOnceOnAFreshConnectionWithoutBlame) {
  Scenario s = Scenario::with_targets({"a", "b"});
  (void)s.on(RequestReady{}, at(0ms));
  const Commands out = s.failed(stale(), Stage::ReusedNoAnswer, at(1ms));
  EXPECT_EQ(s.started(out), "a");
  EXPECT_TRUE(find<StartAttempt>(out)->fresh);
  EXPECT_EQ(s.dispatch().tried().size(), 1U);
  EXPECT_EQ(s.fleet().view(TargetId{0}, at(1ms)).failures, 0U);
  EXPECT_EQ(s.fleet().in_flight(), 1U);
}

TEST(StageTable, S2OnAFreshConnectionCountsAsS3) {
  Scenario s = Scenario::with_targets({"a", "b"});
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.failed(stale(), Stage::ReusedNoAnswer, at(1ms));
  EXPECT_EQ(s.started(s.failed(reset(), Stage::ReusedNoAnswer, at(2ms))), "b");
}

/// What broke there may be the request's own doing (J15), which the keep-alive race never is.
TEST(StageTable, S2OnAFreshConnectionSpeaksAgainstTheRequest) {
  Scenario s = Scenario::with_targets({"a", "b"});
  s.plan().retry.ambiguous = Ambiguous::Failover;
  s.request().body = 5;
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.failed(stale(), Stage::ReusedNoAnswer, at(1ms));
  EXPECT_EQ(s.started(s.failed(reset(), Stage::ReusedNoAnswer, at(2ms))), "b");
  (void)s.failed(reset(), Stage::FreshNoAnswer, at(3ms));
  EXPECT_TRUE(s.fleet().quarantined(5, at(4ms)));
}

TEST(StageTable, S2IsNotRetriedForRequestsThatMustNotRunTwice) {
  Scenario s = Scenario::with_targets({"a", "b"});
  s.request().replay = Replay::NotExecuted;
  (void)s.on(RequestReady{}, at(0ms));
  EXPECT_NE(end_of(s.failed(stale(), Stage::ReusedNoAnswer, at(1ms))), nullptr);
}

TEST(StageTable, S2IsNotRetriedWhenTheSettingSaysNever) {
  Scenario s = Scenario::with_targets({"a", "b"});
  s.plan().retry.ambiguous = Ambiguous::Never;
  (void)s.on(RequestReady{}, at(0ms));
  EXPECT_NE(end_of(s.failed(stale(), Stage::ReusedNoAnswer, at(1ms))), nullptr);
}

TEST(StageTable, S3FailsOverOncePerRequestByDefault) {
  Scenario s = Scenario::with_targets({"a", "b", "c"});
  (void)s.on(RequestReady{}, at(0ms));
  EXPECT_EQ(s.started(s.failed(reset(), Stage::FreshNoAnswer, at(1ms))), "b");
  EXPECT_NE(end_of(s.failed(reset(), Stage::FreshNoAnswer, at(2ms))), nullptr);
}

TEST(StageTable, S3FailsOverAsOftenAsTheWalkAllowsWhenTheSettingSaysFailover) {
  Scenario s = Scenario::with_targets({"a", "b", "c"});
  s.plan().retry.ambiguous = Ambiguous::Failover;
  (void)s.on(RequestReady{}, at(0ms));
  EXPECT_EQ(s.started(s.failed(reset(), Stage::FreshNoAnswer, at(1ms))), "b");
  EXPECT_EQ(s.started(s.failed(reset(), Stage::FreshNoAnswer, at(2ms))), "c");
}

TEST(StageTable, S3EndsRequestsThatMustNotRunTwiceAndThoseOfTheSettingNever) {
  for (const bool by_setting : {false, true}) {
    Scenario s = Scenario::with_targets({"a", "b"});
    if (by_setting) s.plan().retry.ambiguous = Ambiguous::Never;
    if (!by_setting) s.request().replay = Replay::NotExecuted;
    (void)s.on(RequestReady{}, at(0ms));
    EXPECT_NE(end_of(s.failed(reset(), Stage::FreshNoAnswer, at(1ms))), nullptr);
  }
}

TEST(StageTable, C1_S4MovesToAnotherTargetWhenTheFirstIsRateLimited) {
  for (const Replay replay : {Replay::Free, Replay::NotExecuted}) {
    Scenario s = Scenario::with_targets({"a", "b"});
    s.request().replay = replay;
    EXPECT_EQ(s.started(s.on(RequestReady{}, at(0ms))), "a");
    EXPECT_EQ(s.started(s.failed(rate_limited(30s), Stage::Refused, at(80ms))), "b");
    EXPECT_EQ(s.fleet().view(TargetId{0}, at(80ms)).condition, TargetCondition::Cooling);
  }
}

TEST(StageTable, C8_S5MovesOnForStatelessRequestsOnly) {
  Scenario free = Scenario::with_targets({"a", "b"});
  (void)free.on(RequestReady{}, at(0ms));
  EXPECT_EQ(free.started(free.failed(server_error(), Stage::FailedAnswer, at(1ms))), "b");

  Scenario stored = Scenario::with_targets({"a", "b"});
  stored.request().replay = Replay::NotExecuted;
  (void)stored.on(RequestReady{}, at(0ms));
  EXPECT_NE(end_of(stored.failed(server_error(), Stage::FailedAnswer, at(1ms))), nullptr);
}

TEST(StageTable, S6NeverRetriesAndSaysSoInBand) {
  Scenario s = Scenario::with_targets({"a", "b"});
  s.request().answer = AnswerKind::Stream;
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.first_content(at(1ms));
  const Commands out = s.failed(reset(), Stage::FailedAnswer, at(2ms));
  ASSERT_NE(end_of(out), nullptr);
  EXPECT_TRUE(end_of(out)->in_band);
  EXPECT_FALSE(end_of(out)->pass_answer);
  EXPECT_EQ(s.fleet().view(TargetId{0}, at(2ms)).failures, 1U);
}

TEST(StageTable, RequestsThatMayNotBeReplayedGetOneAttempt) {
  Scenario s = Scenario::with_targets({"a", "b"});
  s.request().replay = Replay::Never;
  (void)s.on(RequestReady{}, at(0ms));
  EXPECT_NE(end_of(s.failed(refused(), Stage::NotConnected, at(1ms))), nullptr);
}

// ------------------------------------------------------------------------------------------ how far it goes

TEST(Walk, TriesAtMostSoManyTargets) {
  Scenario s = Scenario::with_targets({"a", "b", "c", "d"});
  s.plan().retry.walk = 3;
  s.plan().retry.same_target = 0;
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.failed(refused(), Stage::NotConnected, at(1ms));
  EXPECT_EQ(s.started(s.failed(refused(), Stage::NotConnected, at(2ms))), "c");
  EXPECT_NE(end_of(s.failed(refused(), Stage::NotConnected, at(3ms))), nullptr);
  EXPECT_EQ(s.dispatch().tried().size(), 3U);
}

TEST(Walk, RepeatsTheSameTargetAfterABackoffWhenNoOtherIsLeft) {
  Scenario s = Scenario::with_targets({"a"});
  s.plan().retry.same_target = 3;
  (void)s.on(RequestReady{}, at(0ms));
  EXPECT_EQ(armed(s.failed(server_error(503), Stage::FailedAnswer, at(10ms)), TimerKind::Backoff), at(510ms));
  EXPECT_EQ(s.started(s.fired(TimerKind::Backoff, at(510ms))), "a");
  EXPECT_EQ(armed(s.failed(server_error(503), Stage::FailedAnswer, at(1s)), TimerKind::Backoff), at(2s));
  EXPECT_EQ(s.started(s.fired(TimerKind::Backoff, at(2s))), "a");
  EXPECT_EQ(armed(s.failed(server_error(503), Stage::FailedAnswer, at(3s)), TimerKind::Backoff), at(5s));
  EXPECT_EQ(s.started(s.fired(TimerKind::Backoff, at(5s))), "a");
  EXPECT_NE(end_of(s.failed(server_error(503), Stage::FailedAnswer, at(6s))), nullptr);
  EXPECT_EQ(s.dispatch().attempts(), 4U);
  EXPECT_EQ(s.dispatch().tried().size(), 1U);
}

TEST(Walk, TakesTheLeastRecentlyTriedTargetAgain) {
  Scenario s = Scenario::with_targets({"a", "b"});
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.failed(server_error(), Stage::FailedAnswer, at(1ms));
  (void)s.failed(server_error(), Stage::FailedAnswer, at(2ms));
  EXPECT_EQ(s.started(s.fired(TimerKind::Backoff, at(502ms))), "a");
  (void)s.failed(server_error(), Stage::FailedAnswer, at(600ms));
  EXPECT_EQ(s.started(s.fired(TimerKind::Backoff, at(1600ms))), "b");
}

TEST(Walk, DoesNotRepeatATargetWhoseKeyWasRejected) {
  Scenario s = Scenario::with_targets({"a"});
  (void)s.on(RequestReady{}, at(0ms));
  EXPECT_NE(end_of(s.failed(key_rejected(), Stage::Refused, at(1ms))), nullptr);
}

TEST(Walk, DoesNotBackOffPastTheDeadline) {
  Scenario s = Scenario::with_targets({"a"});
  s.request().client_timeout = 300ms;
  (void)s.on(RequestReady{}, at(0ms));
  EXPECT_NE(end_of(s.failed(server_error(), Stage::FailedAnswer, at(1ms))), nullptr);
}

TEST(Walk, EndsAtOnceWhenTheRetryBudgetIsSpent) {
  Scenario s = Scenario::with_targets({"a"});
  while (s.fleet().spend_retry(at(0ms))) {
  }
  (void)s.on(RequestReady{}, at(0ms));
  EXPECT_NE(end_of(s.failed(server_error(), Stage::FailedAnswer, at(1ms))), nullptr);
}

TEST(Walk, X8_AClientsOwnRetryIsNotRepeatedAndTakesNothingFromTheBudgetOfAll) {
  Scenario s = Scenario::with_targets({"a"});
  s.request().clients_retry = true;
  int before = 0;
  {
    Scenario other = Scenario::with_targets({"a"});
    while (other.fleet().spend_retry(at(0ms))) ++before;
  }
  (void)s.on(RequestReady{}, at(0ms));
  EXPECT_NE(end_of(s.failed(server_error(), Stage::FailedAnswer, at(1ms))), nullptr);
  int left = 0;
  while (s.fleet().spend_retry(at(2ms))) ++left;
  EXPECT_EQ(left, before);
}

TEST(Walk, PaysForFailoversInAPoolThatMostlyFails) {
  Scenario s = Scenario::with_targets({"a", "b"});
  s.plan().retry.same_target = 0;
  Random random(9);
  const Error error = server_error();
  for (int failure = 0; failure < 10; ++failure) {
    const PickAnswer answer = s.fleet().pick({.route = &s.plan().routes[0]}, at(0ms), random);
    s.fleet().settle(answer.ticket, {.kind = Outcome::Kind::Failed, .error = &error, .stage = Stage::FailedAnswer},
                     at(0ms));
  }
  while (s.fleet().spend_retry(at(0ms))) {
  }
  (void)s.on(RequestReady{}, at(0ms));
  EXPECT_NE(end_of(s.failed(refused(), Stage::NotConnected, at(1ms))), nullptr);
  EXPECT_EQ(s.fleet().in_flight(), 0U);
}

void fifty_one_requests(Scenario& s, Instant now) {
  Random random(9);
  for (int request = 0; request < 51; ++request) {
    s.fleet().release(s.fleet().pick({.route = &s.plan().routes[0]}, now, random).ticket);
  }
}
/// Of fifty-two requests with the one under test: ten retries.
int retries_left(Scenario& s, Instant now) {
  int retries = 0;
  while (s.fleet().spend_retry(now)) ++retries;
  return retries;
}

TEST(Walk, AFreeFailoverThatFailsTooIsChargedAfterwards) {
  Scenario s = Scenario::with_targets({"a", "b", "c"});
  fifty_one_requests(s, at(0s));
  (void)s.on(RequestReady{}, at(0s));
  EXPECT_EQ(s.started(s.failed(server_error(), Stage::FailedAnswer, at(1ms))), "b");
  EXPECT_EQ(s.started(s.failed(server_error(), Stage::FailedAnswer, at(2ms))), "c");
  (void)s.ended(at(3ms));
  EXPECT_EQ(retries_left(s, at(4ms)), 10 - 1);  // for b; c answered
}

TEST(Walk, ARepetitionThatFailsTooIsChargedTwice) {
  Scenario s = Scenario::with_targets({"a"});
  fifty_one_requests(s, at(0s));
  (void)s.on(RequestReady{}, at(0s));
  const auto backoff = armed(s.failed(server_error(), Stage::FailedAnswer, at(1ms)), TimerKind::Backoff);
  ASSERT_TRUE(backoff.has_value());
  EXPECT_EQ(s.started(s.fired(TimerKind::Backoff, *backoff)), "a");
  (void)s.failed(server_error(), Stage::FailedAnswer, *backoff + 1ms);
  EXPECT_EQ(retries_left(s, *backoff + 2ms), 10 - 2);
}

TEST(Walk, AsksNoFurtherTargetOfAProviderThatIsToBeLeft) {
  Plan plan = plan_with_targets({"a", "b", "c"});
  plan.targets[1].provider = plan.targets[0].provider;
  Scenario s(std::move(plan));
  Error elsewhere = server_error();
  elsewhere.retry = RetryClass::OtherProvider;
  EXPECT_EQ(s.started(s.on(RequestReady{}, at(0ms))), "a");
  EXPECT_EQ(s.started(s.failed(elsewhere, Stage::FailedAnswer, at(1ms))), "c");
}

TEST(Walk, LeavingAProviderOpensNoOtherThatWasFencedOff) {
  Scenario s = Scenario::with_targets({"a", "b", "c"});
  const ProviderSet inside{0, 1};
  s.request().fence.within = &inside;
  Error elsewhere = server_error();
  elsewhere.retry = RetryClass::OtherProvider;
  EXPECT_EQ(s.started(s.on(RequestReady{}, at(0ms))), "a");
  EXPECT_EQ(s.started(s.failed(elsewhere, Stage::FailedAnswer, at(1ms))), "b");
  const Commands out = s.failed(elsewhere, Stage::FailedAnswer, at(2ms));
  EXPECT_EQ(s.started(out), "");
  EXPECT_TRUE(has<EndWithError>(out));
}

TEST(Walk, GoesOnToTheNextPoolOfTheRoute) {
  Plan plan = plan_with_targets({"a", "b"});
  plan.pools[0].targets.pop_back();
  plan.pools.push_back({.model = "n", .targets = {TargetId{1}}, .timeouts = {.connect = 7s}});
  plan.routes[0].pools.push_back(PoolId{1});
  Scenario s(std::move(plan));
  EXPECT_EQ(s.started(s.on(RequestReady{}, at(0ms))), "a");
  const Commands out = s.failed(refused(), Stage::NotConnected, at(1ms));
  EXPECT_EQ(s.started(out), "b");
  EXPECT_EQ(armed(out, TimerKind::Connect), at(1ms + 7s));
}

// ------------------------------------------------------------------------------------------ detours

/// "a" serves the model, "b" one with a larger context, "c" one with a still larger one.
Plan plan_with_larger_models() {
  Plan plan = plan_with_targets({"a", "b", "c"});
  plan.pools[0].targets.resize(1);
  plan.pools.push_back({.model = "larger", .targets = {TargetId{1}}});
  plan.pools.push_back({.model = "largest", .targets = {TargetId{2}}});
  plan.detours.push_back(
      {.name = "larger", .pools = {PoolId{1}}, .detours = {{.on = ErrorKind::ContextTooLong, .route = 1}}});
  plan.detours.push_back({.name = "largest", .pools = {PoolId{2}}});
  plan.routes[0].detours = {{.on = ErrorKind::ContextTooLong, .route = 0}};
  return plan;
}

TEST(Detour, C6_ARequestThatIsTooLongGoesToTheLargerModelAndOn) {
  Scenario s(plan_with_larger_models());
  EXPECT_EQ(s.started(s.on(RequestReady{}, at(0ms))), "a");
  EXPECT_EQ(s.started(s.failed(too_long(), Stage::Refused, at(1ms))), "b");
  EXPECT_EQ(s.started(s.failed(too_long(), Stage::Refused, at(2ms))), "c");
  const Commands out = s.failed(too_long(), Stage::Refused, at(3ms));
  ASSERT_NE(end_of(out), nullptr);
  EXPECT_EQ(end_of(out)->error.kind, ErrorKind::ContextTooLong);
  EXPECT_TRUE(end_of(out)->pass_answer);
  for (const TargetId target : {TargetId{0}, TargetId{1}, TargetId{2}}) {
    EXPECT_EQ(s.fleet().view(target, at(3ms)).failures, 0U);
  }
}

TEST(Detour, IsForItsOwnKindOfFailureOnly) {
  Scenario s(plan_with_larger_models());
  (void)s.on(RequestReady{}, at(0ms));
  EXPECT_NE(end_of(s.failed(user_error(), Stage::Refused, at(1ms))), nullptr);
}

TEST(Detour, IsNotTakenByWhatMayHaveBeenExecutedOrMayNotBeSentAgain) {
  for (const Replay replay : {Replay::NotExecuted, Replay::Never}) {
    Scenario s(plan_with_larger_models());
    s.request().replay = replay;
    (void)s.on(RequestReady{}, at(0ms));
    EXPECT_NE(end_of(s.failed(too_long(), Stage::FailedAnswer, at(1ms))), nullptr);
  }
}

TEST(Detour, CountsAsPartOfTheWalk) {
  Plan plan = plan_with_larger_models();
  plan.retry.walk = 2;
  Scenario s(std::move(plan));
  (void)s.on(RequestReady{}, at(0ms));
  EXPECT_EQ(s.started(s.failed(too_long(), Stage::Refused, at(1ms))), "b");
  EXPECT_NE(end_of(s.failed(too_long(), Stage::Refused, at(2ms))), nullptr);
}

// ------------------------------------------------------------------------------------------ what the client hears

TEST(Told, C6_PassesOnTheProvidersWordAboutTheClientsMistake) {
  Scenario s = Scenario::with_targets({"a", "b"});
  (void)s.on(RequestReady{}, at(0ms));
  const Commands out = s.failed(user_error(), Stage::FailedAnswer, at(1ms));
  ASSERT_NE(end_of(out), nullptr);
  EXPECT_TRUE(end_of(out)->pass_answer);
  EXPECT_EQ(end_of(out)->error.status, 400);
  EXPECT_EQ(s.fleet().view(TargetId{0}, at(1ms)).failures, 0U);
}

TEST(Told, C5_NeverSaysUnauthorizedForOurOwnKey) {
  Scenario s = Scenario::with_targets({"a"});
  (void)s.on(RequestReady{}, at(0ms));
  const Commands out = s.failed(key_rejected(), Stage::Refused, at(1ms));
  ASSERT_NE(end_of(out), nullptr);
  EXPECT_FALSE(end_of(out)->pass_answer);
  EXPECT_EQ(end_of(out)->error.status, 503);
  EXPECT_EQ(end_of(out)->error.code, "upstream_auth");
}

TEST(Told, C4_SaysUnavailableWhenOurAllowanceIsUsedUp) {
  Scenario s = Scenario::with_targets({"a"});
  (void)s.on(RequestReady{}, at(0ms));
  const Commands out = s.failed(quota_exhausted(), Stage::Refused, at(1ms));
  ASSERT_NE(end_of(out), nullptr);
  EXPECT_EQ(end_of(out)->error.status, 503);
  EXPECT_EQ(end_of(out)->error.code, "upstream_quota");
  EXPECT_EQ(s.fleet().view(TargetId{0}, at(1ms)).condition, TargetCondition::Resting);
}

TEST(Told, J1_SaysRateLimitedWithTheSoonestTimeWhenEveryKeyIs) {
  Scenario s = Scenario::with_targets({"a", "b"});
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.failed(rate_limited(40s), Stage::Refused, at(0ms));
  const Commands out = s.failed(rate_limited(20s), Stage::Refused, at(0ms));
  ASSERT_NE(end_of(out), nullptr);
  EXPECT_EQ(end_of(out)->error.status, 429);
  ASSERT_TRUE(end_of(out)->error.retry_after.has_value());
  EXPECT_GE(*end_of(out)->error.retry_after, 20s);
  EXPECT_LE(*end_of(out)->error.retry_after, 22s);
  EXPECT_FALSE(end_of(out)->retries_spent);
}

TEST(Told, SaysThatRetriesAreSpentOnceAttemptsWere) {
  Scenario s = Scenario::with_targets({"a"});
  s.plan().retry.same_target = 0;
  (void)s.on(RequestReady{}, at(0ms));
  const Commands out = s.failed(refused(), Stage::NotConnected, at(1ms));
  ASSERT_NE(end_of(out), nullptr);
  EXPECT_TRUE(end_of(out)->retries_spent);
  EXPECT_EQ(end_of(out)->error.status, 502);
}

TEST(Told, PrefersTheFailureThatTellsMost) {
  Scenario s = Scenario::with_targets({"a", "b"});
  s.plan().retry.same_target = 0;
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.failed(server_error(500), Stage::FailedAnswer, at(1ms));
  const Commands out = s.failed(key_rejected(), Stage::Refused, at(2ms));
  ASSERT_NE(end_of(out), nullptr);
  EXPECT_EQ(end_of(out)->error.kind, ErrorKind::ServerError);
  EXPECT_EQ(end_of(out)->attempt, AttemptId{1});
  EXPECT_TRUE(end_of(out)->pass_answer);
}

TEST(Told, SaysInBandWhatHappensAfterOurOwnHead) {
  Scenario s = Scenario::with_targets({"a"});
  s.request().answer = AnswerKind::Stream;
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.fired(TimerKind::Comment, at(10s));
  const Commands out = s.failed(user_error(), Stage::FailedAnswer, at(11s));
  ASSERT_NE(end_of(out), nullptr);
  EXPECT_TRUE(end_of(out)->in_band);
  EXPECT_FALSE(end_of(out)->pass_answer);
}

// ------------------------------------------------------------------------------------------ blame

TEST(QueryOfDeath, J15_ChargesOnlyTheFirstOfTwoTargetsThatOneRequestFails) {
  Scenario s = Scenario::with_targets({"a", "b"});
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.failed(server_error(), Stage::FailedAnswer, at(1ms));
  (void)s.failed(server_error(), Stage::FailedAnswer, at(2ms));
  EXPECT_EQ(s.fleet().view(TargetId{0}, at(2ms)).failures, 1U);
  EXPECT_EQ(s.fleet().view(TargetId{1}, at(2ms)).failures, 0U);
}

TEST(QueryOfDeath, J15_RemembersWhoWasChargedWhenTheFirstFailsDifferentlyLater) {
  Scenario s = Scenario::with_targets({"a", "b"});
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.failed(server_error(), Stage::FailedAnswer, at(1ms));
  (void)s.failed(server_error(), Stage::FailedAnswer, at(2ms));
  EXPECT_EQ(s.started(s.fired(TimerKind::Backoff, at(502ms))), "a");
  (void)s.failed(reset(), Stage::FailedAnswer, at(600ms));
  EXPECT_EQ(s.started(s.fired(TimerKind::Backoff, at(1600ms))), "b");
  (void)s.failed(server_error(), Stage::FailedAnswer, at(1700ms));
  EXPECT_EQ(s.fleet().view(TargetId{1}, at(2s)).failures, 0U);
}

TEST(QueryOfDeath, J15_ChargesBothWhenTheyFailDifferently) {
  Scenario s = Scenario::with_targets({"a", "b"});
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.failed(server_error(), Stage::FailedAnswer, at(1ms));
  (void)s.failed(reset(), Stage::FailedAnswer, at(2ms));
  EXPECT_EQ(s.fleet().view(TargetId{1}, at(2ms)).failures, 1U);
}

TEST(QueryOfDeath, J15_ChargesConnectionsThatWereRefusedTwice) {
  Scenario s = Scenario::with_targets({"a", "b"});
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.failed(refused(), Stage::NotConnected, at(1ms));
  (void)s.failed(refused(), Stage::NotConnected, at(2ms));
  EXPECT_EQ(s.fleet().view(TargetId{1}, at(2ms)).failures, 1U);
}

TEST(QueryOfDeath, J15_AsksNoThirdTargetAfterTwoForbade) {
  Scenario s = Scenario::with_targets({"a", "b", "c"});
  (void)s.on(RequestReady{}, at(0ms));
  EXPECT_EQ(s.started(s.failed(forbidden(), Stage::Refused, at(1ms))), "b");
  const Commands out = s.failed(forbidden(), Stage::Refused, at(2ms));
  ASSERT_NE(end_of(out), nullptr);
  EXPECT_EQ(end_of(out)->error.status, 403);
  EXPECT_EQ(s.fleet().view(TargetId{1}, at(2ms)).failures, 0U);
}

}  // namespace
}  // namespace drover::core
