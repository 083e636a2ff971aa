// Two attempts of one request at once: beside one that is late (a hedge), and beside a trial.
#include <gtest/gtest.h>

#include "core/test/scenario.h"

namespace drover::core {
namespace {

using namespace std::chrono_literals;
using namespace testing;

const ProviderSet kOnlyTheFirst{0};
const ProviderSet kOnlyTheSecond{1};

PickRequest of_the_second(const Plan& plan) {
  return {.route = &plan.routes.front(), .fence = {.within = &kOnlyTheSecond}};
}

/// A pool of "a", "b" and "c" (in this order) where streams begin within 200 ms and a request is sent to "a" next. All
/// requests may be hedged.
class Racing {
 public:
  explicit Racing(Plan plan = plan_with_targets({"a", "b", "c"}), double hedge = 1.0) : s(std::move(plan)) {
    s.plan().retry.hedge = hedge;
    s.request().answer = AnswerKind::Stream;
    for (int taught = 0; taught < 90; ++taught) {
      const PickAnswer picked = s.fleet().pick({.route = &s.plan().routes.front(), .streamed = true}, at(-20s), random);
      s.fleet().settle(picked.ticket,
                       {.kind = Outcome::Kind::Succeeded, .stage = Stage::Committed, .first_content = 200ms}, at(-20s));
    }
  }

  /// The first attempt begins and is sent. Returns when it will be late.
  Instant begin() {
    EXPECT_EQ(s.started(s.on(RequestReady{}, at(0ms))), "a");
    const auto late = armed(s.sent(at(10ms)), TimerKind::Second);
    return late.value_or(kNever);
  }
  /// Both run, and both requests are sent.
  void begin_two() {
    const Instant late = begin();
    EXPECT_EQ(s.started(s.fired(TimerKind::Second, late)), "b");
    (void)s.sent(late);
  }
  /// "a" fails three times with nobody noticing but the fleet, and is due for its trial at 0 s.
  void send_to_trial() {
    const Error error = server_error();
    for (int failed = 0; failed < 3;) {
      const PickAnswer picked = s.fleet().pick({.route = &s.plan().routes.front()}, at(-40s), random);
      const bool ours = picked.ticket.target == TargetId{0};
      if (ours) ++failed;
      s.fleet().settle(picked.ticket,
                       {.kind = ours ? Outcome::Kind::Failed : Outcome::Kind::Abandoned,
                        .error = &error,
                        .stage = Stage::FailedAnswer},
                       at(-40s));
    }
    for (int look = 0; look < 3; ++look) {  // until its turn has come
      const PickAnswer next = s.fleet().pick({.route = &s.plan().routes.front(), .look = true}, at(0s), random);
      if (next.ticket.target == TargetId{2}) break;
    }
  }

  Scenario s;
  Random random{1};
};

constexpr AttemptId kFirst{1};
constexpr AttemptId kSecond{2};

const CancelAttempt* cancelled(const Commands& out) {
  return find<CancelAttempt>(out);
}

TEST(Hedge, StartsASecondAttemptElsewhereWhenTheFirstIsLaterThanNearlyAllAnswers) {
  Racing racing;
  const Instant late = racing.begin();
  EXPECT_GE(late, at(210ms));
  EXPECT_LE(late, at(270ms));
  const Commands out = racing.s.fired(TimerKind::Second, late);
  ASSERT_TRUE(has<StartAttempt>(out));
  EXPECT_EQ(racing.s.started(out), "b");
  EXPECT_EQ(find<StartAttempt>(out)->beside, Beside::Hedge);
  EXPECT_EQ(cancelled(out), nullptr);
  EXPECT_EQ(racing.s.dispatch().tried().size(), 2U);
}

TEST(Hedge, IsOffByDefault) {
  Racing racing(plan_with_targets({"a", "b", "c"}), RetrySettings{}.hedge);
  EXPECT_EQ(racing.begin(), kNever);
}

TEST(Hedge, KnowsNotWhatIsLateWhileFewAnswersHaveCome) {
  Scenario s = Scenario::with_targets({"a", "b"});
  s.plan().retry.hedge = 1.0;
  s.request().answer = AnswerKind::Stream;
  (void)s.on(RequestReady{}, at(0ms));
  EXPECT_EQ(armed(s.sent(at(10ms)), TimerKind::Second), std::nullopt);
}

TEST(Hedge, APlainAnswerIsNotComparedWithStreams) {
  Racing racing;
  racing.s.request().answer = AnswerKind::Plain;
  EXPECT_EQ(racing.begin(), kNever);
}

TEST(Hedge, ThatAnswersFirstIsUsedAndTheFirstAttemptIsCancelled) {
  Racing racing;
  racing.begin_two();
  const Commands out = racing.s.on(FirstContent{kSecond}, at(400ms));
  ASSERT_NE(cancelled(out), nullptr);
  EXPECT_EQ(cancelled(out)->attempt, kFirst);
  EXPECT_TRUE(cancelled(out)->lost);
  EXPECT_EQ(find<Forward>(out)->attempt, kSecond);
  EXPECT_EQ(racing.s.fleet().in_flight(), 1U);
  EXPECT_EQ(racing.s.fleet().view(TargetId{0}, at(400ms)).failures, 0U);
  EXPECT_TRUE(racing.s.on(FirstContent{kFirst}, at(401ms)).empty());
  EXPECT_TRUE(has<Finish>(racing.s.on(AttemptEnded{kSecond, {}}, at(500ms))));
  EXPECT_EQ(racing.s.fleet().in_flight(), 0U);
}

TEST(Hedge, IsCancelledWhenTheFirstAttemptAnswersAfterAll) {
  Racing racing;
  racing.begin_two();
  const Commands out = racing.s.on(FirstContent{kFirst}, at(400ms));
  ASSERT_NE(cancelled(out), nullptr);
  EXPECT_EQ(cancelled(out)->attempt, kSecond);
  EXPECT_EQ(find<Forward>(out)->attempt, kFirst);
}

TEST(Hedge, ALoserThatWasSentIsChargedToItsLimitsAsAbandoned) {
  Plan plan = plan_with_targets({"a", "b", "c"});
  plan.quotas.push_back({.name = "q", .models = {{"m", {.output_tokens_per_minute = 10'000}}}});
  plan.targets[0].quota = QuotaId{0};
  Racing racing(std::move(plan));
  racing.s.request().estimate.output_tokens = {9'000};
  racing.begin_two();
  (void)racing.s.on(FirstContent{kSecond}, at(400ms));
  (void)racing.s.on(AttemptEnded{kSecond, {}}, at(500ms));
  const PickRequest next{.route = &racing.s.plan().routes.front(),
                         .fence = {.within = &kOnlyTheFirst},
                         .estimate = {.output_tokens = {9'000}},
                         .look = true};
  EXPECT_EQ(racing.s.fleet().pick(next, at(500ms), racing.random).kind, PickKind::Wait);
}

TEST(Hedge, GoesOnWhenTheOtherAttemptFails) {
  Racing racing;
  racing.begin_two();
  const Commands out =
      racing.s.on(AttemptFailed{.attempt = kFirst, .error = server_error(), .stage = Stage::FailedAnswer}, at(300ms));
  EXPECT_FALSE(has<StartAttempt>(out));
  EXPECT_FALSE(has<EndWithError>(out));
  EXPECT_EQ(racing.s.fleet().view(TargetId{0}, at(300ms)).failures, 1U);
  EXPECT_TRUE(has<Forward>(racing.s.on(FirstContent{kSecond}, at(400ms))));
}

TEST(Hedge, BothFailuresGoOnToTheNextTarget) {
  Racing racing;
  racing.begin_two();
  (void)racing.s.on(AttemptFailed{.attempt = kSecond, .error = server_error(), .stage = Stage::FailedAnswer},
                    at(300ms));
  const Commands out = racing.s.on(
      AttemptFailed{.attempt = kFirst, .error = server_error(502), .stage = Stage::FailedAnswer}, at(310ms));
  EXPECT_EQ(racing.s.started(out), "c");
  EXPECT_EQ(find<StartAttempt>(out)->beside, Beside::Nothing);
}

TEST(Hedge, TheClientHearsOfTheFailureThatTellsMostOfBoth) {
  Racing racing(plan_with_targets({"a", "b"}));
  racing.s.plan().retry.same_target = 0;
  racing.begin_two();
  (void)racing.s.on(AttemptFailed{.attempt = kFirst, .error = server_error(), .stage = Stage::FailedAnswer}, at(300ms));
  const Commands out =
      racing.s.on(AttemptFailed{.attempt = kSecond, .error = reset(), .stage = Stage::FreshNoAnswer}, at(310ms));
  ASSERT_TRUE(has<EndWithError>(out));
  EXPECT_EQ(find<EndWithError>(out)->error.kind, ErrorKind::ServerError);
  EXPECT_EQ(find<EndWithError>(out)->attempt, kFirst);
}

TEST(Hedge, AMistakeOfTheRequestItselfEndsBothAttempts) {
  Racing racing;
  racing.begin_two();
  const Commands out =
      racing.s.on(AttemptFailed{.attempt = kSecond, .error = user_error(), .stage = Stage::Refused}, at(300ms));
  ASSERT_NE(cancelled(out), nullptr);
  EXPECT_EQ(cancelled(out)->attempt, kFirst);
  ASSERT_TRUE(has<EndWithError>(out));
  EXPECT_EQ(find<EndWithError>(out)->error.kind, ErrorKind::UserError);
  EXPECT_EQ(racing.s.fleet().in_flight(), 0U);
}

TEST(Hedge, EachAttemptHasDeadlinesOfItsOwn) {
  Racing racing;
  racing.s.plan().pools[0].timeouts.head_stream = 5s;
  racing.begin_two();
  const Commands out = racing.s.fired(TimerKind::Head, at(5s + 10ms));
  ASSERT_NE(cancelled(out), nullptr);
  EXPECT_EQ(cancelled(out)->attempt, kFirst);
  const auto second = armed(out, TimerKind::Head);
  ASSERT_TRUE(second.has_value());
  EXPECT_GE(*second, at(5s + 210ms));
  const Commands both = racing.s.fired(TimerKind::Head, *second);
  EXPECT_EQ(cancelled(both)->attempt, kSecond);
  EXPECT_EQ(racing.s.started(both), "c");
}

TEST(Hedge, TheHeadOfOneDoesNotDisarmTheDeadlineOfTheOther) {
  Racing racing;
  racing.s.plan().pools[0].timeouts.head_stream = 5s;
  racing.begin_two();
  EXPECT_EQ(armed(racing.s.on(HeadArrived{kSecond}, at(300ms)), TimerKind::Head), std::nullopt);
  EXPECT_EQ(cancelled(racing.s.fired(TimerKind::Head, at(5s + 10ms)))->attempt, kFirst);
}

TEST(Hedge, TheKeepAliveRaceIsRepeatedBesideTheOtherAttempt) {
  Racing racing;
  racing.begin_two();
  const Commands out =
      racing.s.on(AttemptFailed{.attempt = kSecond, .error = stale(), .stage = Stage::ReusedNoAnswer}, at(300ms));
  ASSERT_TRUE(has<StartAttempt>(out));
  EXPECT_EQ(racing.s.started(out), "b");
  EXPECT_TRUE(find<StartAttempt>(out)->fresh);
  EXPECT_EQ(find<StartAttempt>(out)->beside, Beside::Hedge);
  (void)racing.s.sent(at(310ms));
  EXPECT_EQ(cancelled(racing.s.on(FirstContent{{3}}, at(400ms)))->attempt, kFirst);
}

TEST(Hedge, AClientThatLeavesCancelsBoth) {
  Racing racing;
  racing.begin_two();
  int cancels = 0;
  for (const Command& command : racing.s.on(ClientLeft{}, at(300ms))) {
    if (std::holds_alternative<CancelAttempt>(command)) ++cancels;
  }
  EXPECT_EQ(cancels, 2);
  EXPECT_EQ(racing.s.fleet().in_flight(), 0U);
}

TEST(Hedge, TheDeadlineOfTheRequestIsChargedToTheAttemptThatHadMostOfIt) {
  Racing racing;
  racing.begin_two();
  (void)racing.s.fired(TimerKind::Total, at(10min));
  EXPECT_EQ(racing.s.fleet().view(TargetId{0}, at(10min)).failures, 1U);
  EXPECT_EQ(racing.s.fleet().view(TargetId{1}, at(10min)).failures, 0U);
  EXPECT_EQ(racing.s.fleet().in_flight(), 0U);
}

TEST(Hedge, ATargetThatIsOvertakenAgainAndAgainAndSaysNothingIsSuspect) {
  Plan plan = plan_with_targets({"a", "b", "c"});
  plan.retry.budget = 16;
  Racing racing(std::move(plan));
  for (std::uint32_t request = 0; request < kSuspectFrom; ++request) {
    EXPECT_EQ(racing.s.fleet().view(TargetId{0}, at(1s)).condition, TargetCondition::Ok);
    const Instant late = racing.begin();
    ASSERT_NE(racing.s.started(racing.s.fired(TimerKind::Second, late)), "a");
    (void)racing.s.sent(late);
    (void)racing.s.on(FirstContent{kSecond}, at(400ms));
    (void)racing.s.on(AttemptEnded{kSecond, {}}, at(400ms));
    racing.s.forget_dispatch();
    for (int turn = 0; turn < 2; ++turn) {  // of "b" and "c"
      (void)racing.s.fleet().pick({.route = &racing.s.plan().routes.front()}, at(400ms), racing.random);
    }
  }
  (void)racing.s.fleet().pick({.route = &racing.s.plan().routes.front()}, at(1s), racing.random);
  EXPECT_EQ(racing.s.fleet().view(TargetId{0}, at(1s)).condition, TargetCondition::Suspect);
}

// ------------------------------------------------------------------------------------------ when there is none

TEST(Hedge, IsNotForRequestsThatMustNotBeExecutedTwice) {
  for (const Replay replay : {Replay::NotExecuted, Replay::Never}) {
    Racing racing;
    racing.s.request().replay = replay;
    EXPECT_EQ(racing.begin(), kNever);
  }
  Racing never;
  never.s.plan().retry.ambiguous = Ambiguous::Never;
  EXPECT_EQ(never.begin(), kNever);
}

TEST(Hedge, IsNotStartedBehindTheCommitPoint) {
  Racing racing;
  const Instant late = racing.begin();
  EXPECT_EQ(armed(racing.s.first_content(late - 1ms), TimerKind::Second), kNever);
  EXPECT_TRUE(racing.s.fired(TimerKind::Second, late).empty());
}

TEST(Hedge, IsNotStartedWhileTheProcessGoes) {
  Racing racing;
  const Instant late = racing.begin();
  (void)racing.s.on(Drain{}, at(20ms));
  EXPECT_TRUE(racing.s.fired(TimerKind::Second, late).empty());
}

TEST(Hedge, CountsAsATargetOfTheWalk) {
  Racing one;
  one.s.plan().retry.walk = 1;
  EXPECT_EQ(one.begin(), kNever);
  Racing two;
  two.s.plan().retry.walk = 2;
  two.s.plan().retry.same_target = 0;
  two.begin_two();
  (void)two.s.on(AttemptFailed{.attempt = kFirst, .error = server_error(), .stage = Stage::FailedAnswer}, at(300ms));
  EXPECT_TRUE(has<EndWithError>(
      two.s.on(AttemptFailed{.attempt = kSecond, .error = server_error(), .stage = Stage::FailedAnswer}, at(310ms))));
}

TEST(Hedge, ARequestHasOne) {
  Racing racing;
  racing.begin_two();
  (void)racing.s.on(AttemptFailed{.attempt = kFirst, .error = server_error(), .stage = Stage::FailedAnswer}, at(300ms));
  (void)racing.s.on(AttemptFailed{.attempt = kSecond, .error = server_error(), .stage = Stage::FailedAnswer},
                    at(310ms));
  EXPECT_EQ(armed(racing.s.sent(at(320ms)), TimerKind::Second), std::nullopt);
}

/// Whether the second attempt finds a target when "b" and "c" are as `spoil` leaves them.
template <class Spoil>
bool finds_a_target(Plan plan, Spoil spoil) {
  Racing racing(std::move(plan));
  const Instant late = racing.begin();
  spoil(racing);
  return has<StartAttempt>(racing.s.fired(TimerKind::Second, late));
}

TEST(Hedge, NeverTakesWhatIsScarce) {
  const auto nothing = [](Racing&) {};
  EXPECT_TRUE(finds_a_target(plan_with_targets({"a", "b"}), nothing));
  Plan tight = plan_with_targets({"a", "b"});
  tight.keys[1].limits.requests_per_minute = 45 + 4;  // it has had 45, and others may come
  EXPECT_FALSE(finds_a_target(tight, nothing));
  Plan narrow = plan_with_targets({"a", "b"});
  narrow.keys[1].limits.concurrent = 2;
  EXPECT_FALSE(finds_a_target(narrow, [](Racing& racing) {
    (void)racing.s.fleet().pick(of_the_second(racing.s.plan()), at(0s), racing.random);
  }));
}

TEST(Hedge, DoesNotGoWhereLittleIsLeftOfTheProvidersLimit) {
  const auto told = [](std::int64_t remaining) {
    return finds_a_target(plan_with_targets({"a", "b"}), [remaining](Racing& racing) {
      const PickAnswer picked = racing.s.fleet().pick(
          {.route = &racing.s.plan().routes.front(), .fence = {.within = &kOnlyTheSecond}}, at(0s), racing.random);
      QuotaHints hints;
      hints.of(QuotaDimension::AllRequests) = {.limit = 100, .remaining = remaining, .reset = 600s};
      racing.s.fleet().hint(picked.ticket, hints, at(0s));
      racing.s.fleet().settle(picked.ticket, {.kind = Outcome::Kind::Abandoned}, at(0s));
    });
  };
  EXPECT_TRUE(told(50));
  EXPECT_FALSE(told(3));
}

TEST(Hedge, IsNeverATrial) {
  Racing racing(plan_with_targets({"a", "b"}));
  const Instant late = racing.begin();
  const Error error = server_error();
  for (int failure = 0; failure < 3; ++failure) {
    const PickAnswer picked = racing.s.fleet().pick(of_the_second(racing.s.plan()), at(-60s), racing.random);
    racing.s.fleet().settle(picked.ticket,
                            {.kind = Outcome::Kind::Failed, .error = &error, .stage = Stage::FailedAnswer}, at(-60s));
  }
  EXPECT_FALSE(has<StartAttempt>(racing.s.fired(TimerKind::Second, late)));
}

TEST(Hedge, IsGrantedToAShareOfTheRequestsOnly) {
  Racing racing(plan_with_targets({"a", "b", "c"}), 0.02);  // 90 requests were taught with
  EXPECT_TRUE(racing.s.fleet().spend_hedge(at(0s)));
  EXPECT_FALSE(racing.s.fleet().spend_hedge(at(1s)));
  EXPECT_FALSE(racing.s.fleet().spend_hedge(at(10min)));
}

TEST(Hedge, PaysFromTheRetryBudgetToo) {
  Racing racing;
  while (racing.s.fleet().spend_retry(at(240ms))) {
  }
  EXPECT_FALSE(has<StartAttempt>(racing.s.fired(TimerKind::Second, racing.begin())));
  EXPECT_EQ(racing.s.fleet().in_flight(), 1U);
}

// ------------------------------------------------------------------------------------------ trials

TEST(Trial, J16_ThatIsLateIsBackedByASecondAttemptAlsoWithoutHedging) {
  Racing racing(plan_with_targets({"a", "b", "c"}), 0.0);
  racing.send_to_trial();
  const Instant late = racing.begin();
  const Commands out = racing.s.fired(TimerKind::Second, late);
  ASSERT_TRUE(has<StartAttempt>(out));
  EXPECT_EQ(find<StartAttempt>(out)->beside, Beside::Trial);
  EXPECT_EQ(cancelled(out), nullptr);
}

TEST(Trial, J16_ThatIsSlowButAnswersFirstHasPassed) {
  Racing racing(plan_with_targets({"a", "b", "c"}), 0.0);
  racing.send_to_trial();
  racing.begin_two();
  (void)racing.s.on(HeadArrived{kFirst}, at(900ms));
  const Commands out = racing.s.on(FirstContent{kFirst}, at(900ms));
  EXPECT_EQ(cancelled(out)->attempt, kSecond);
  EXPECT_EQ(racing.s.fleet().view(TargetId{0}, at(900ms)).condition, TargetCondition::Ok);
}

TEST(Trial, J16_ThatLosesHasFailed) {
  Racing racing(plan_with_targets({"a", "b", "c"}), 0.0);
  racing.send_to_trial();
  racing.begin_two();
  const Commands out = racing.s.on(FirstContent{kSecond}, at(400ms));
  EXPECT_EQ(cancelled(out)->attempt, kFirst);
  EXPECT_TRUE(cancelled(out)->lost);
  const TargetView view = racing.s.fleet().view(TargetId{0}, at(400ms));
  EXPECT_EQ(view.condition, TargetCondition::Ejected);
  EXPECT_EQ(view.cause.kind, ErrorKind::HeadTimeout);
}

TEST(Trial, J16_IsGivenUpEarlyAgainWhenWhatBackedItFails) {
  Racing racing(plan_with_targets({"a", "b", "c"}), 0.0);
  racing.send_to_trial();
  const Instant late = racing.begin();
  EXPECT_EQ(armed(racing.s.fired(TimerKind::Second, late), TimerKind::Head), at(120s + 10ms));
  (void)racing.s.sent(late);
  const Commands out =
      racing.s.on(AttemptFailed{.attempt = kSecond, .error = server_error(), .stage = Stage::FailedAnswer}, at(300ms));
  const auto head = armed(out, TimerKind::Head);
  ASSERT_TRUE(head.has_value());
  EXPECT_LE(*head, at(2s));
  EXPECT_EQ(racing.s.started(racing.s.fired(TimerKind::Head, *head)), "c");
}

TEST(Trial, J16_IsGivenUpEarlyWhereNothingCanBeHadBesideIt) {
  Racing racing(plan_with_targets({"a", "b"}), 0.0);
  racing.send_to_trial();
  const Instant late = racing.begin();
  std::vector<PickAnswer> others;
  const Error error = rate_limited(1s);
  others.push_back(racing.s.fleet().pick(of_the_second(racing.s.plan()), at(20ms), racing.random));
  racing.s.fleet().settle(others[0].ticket, {.kind = Outcome::Kind::Failed, .error = &error, .stage = Stage::Refused},
                          at(20ms));
  EXPECT_TRUE(racing.s.fired(TimerKind::Second, late).empty());
  EXPECT_TRUE(has<CancelAttempt>(racing.s.fired(TimerKind::Head, at(2s))));
}

}  // namespace
}  // namespace drover::core
