#include "core/dispatch/dispatch.h"

#include <gtest/gtest.h>

#include "core/test/scenario.h"

namespace drover::core {
namespace {

using namespace std::chrono_literals;
using namespace testing;

TEST(Dispatch, StartsAnAttemptWhenTheRequestIsReady) {
  Scenario s = Scenario::with_targets({"a", "b"});
  const Commands out = s.on(RequestReady{}, at(0ms));
  EXPECT_EQ(s.started(out), "a");
  EXPECT_EQ(armed(out, TimerKind::Connect), at(3s));
  EXPECT_EQ(armed(out, TimerKind::Total), at(10min));
  EXPECT_EQ(s.dispatch().state(), Dispatch::State::Open);
}

TEST(Dispatch, BeginsOnlyOnce) {
  Scenario s = Scenario::with_targets({"a", "b"});
  (void)s.on(RequestReady{}, at(0ms));
  EXPECT_TRUE(s.on(RequestReady{}, at(1ms)).empty());
}

TEST(Dispatch, AnswersAPlainRequestInOneAttempt) {
  Scenario s = Scenario::with_targets({"a"});
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.sent(at(5ms));
  (void)s.head(at(900ms));
  const Commands forward = s.first_content(at(900ms));
  ASSERT_TRUE(has<Forward>(forward));
  EXPECT_EQ(s.dispatch().state(), Dispatch::State::Committed);
  EXPECT_TRUE(has<Finish>(s.ended(at(905ms))));
  EXPECT_EQ(s.dispatch().state(), Dispatch::State::Ended);
  EXPECT_EQ(s.dispatch().attempts(), 1U);
  EXPECT_EQ(s.fleet().in_flight(), 0U);
}

TEST(Dispatch, CommitsAStreamAtItsFirstContentAndNotAtLifecycleEvents) {
  Scenario s = Scenario::with_targets({"a"});
  s.request().answer = AnswerKind::Stream;
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.sent(at(5ms));
  (void)s.head(at(50ms));
  EXPECT_TRUE(s.on(LifecycleEvent{s.current()}, at(60ms)).empty());
  EXPECT_EQ(s.dispatch().state(), Dispatch::State::Open);
  EXPECT_TRUE(has<Forward>(s.first_content(at(70ms))));
  EXPECT_EQ(s.dispatch().state(), Dispatch::State::Committed);
}

TEST(Dispatch, EndsTheTotalDeadlineOfAStreamAtTheCommitPoint) {
  Scenario s = Scenario::with_targets({"a"});
  s.request().answer = AnswerKind::Stream;
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.sent(at(5ms));
  const Commands out = s.first_content(at(70ms));
  EXPECT_EQ(armed(out, TimerKind::Total), kNever);
  EXPECT_EQ(armed(out, TimerKind::StreamMax), at(70ms + 1h));
  EXPECT_EQ(armed(out, TimerKind::Idle), at(70ms + 120s));
  EXPECT_EQ(armed(out, TimerKind::Comment), at(70ms + kCommentEvery));
}

TEST(Dispatch, KeepsTheTotalDeadlineOverAPlainAnswer) {
  Scenario s = Scenario::with_targets({"a"});
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.sent(at(5ms));
  EXPECT_EQ(armed(s.first_content(at(70ms)), TimerKind::Total), std::nullopt);
  const Commands out = s.fired(TimerKind::Total, at(10min));
  ASSERT_TRUE(has<EndWithError>(out));
  EXPECT_TRUE(find<EndWithError>(out)->in_band);
}

TEST(Dispatch, ForwardsAnAnswerThatEndsWithoutContent) {
  Scenario s = Scenario::with_targets({"a"});
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.sent(at(5ms));
  (void)s.head(at(50ms));
  const Commands out = s.ended(at(51ms));
  EXPECT_TRUE(has<Forward>(out));
  EXPECT_TRUE(has<Finish>(out));
}

TEST(Dispatch, TakesAnAnswerThatBeginsBeforeTheRequestIsSent) {
  Scenario s = Scenario::with_targets({"a"});
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.connected(at(1ms));
  (void)s.head(at(2ms));
  const Commands sent = s.on(RequestSent{s.current()}, at(3ms));
  EXPECT_EQ(armed(sent, TimerKind::Head), std::nullopt);
  EXPECT_TRUE(has<Finish>(s.ended(at(4ms))));
}

TEST(Dispatch, IgnoresEventsOfAnAttemptThatIsOver) {
  Scenario s = Scenario::with_targets({"a", "b"});
  (void)s.on(RequestReady{}, at(0ms));
  const AttemptId first = s.current();
  (void)s.failed(refused(), Stage::NotConnected, at(1ms));
  EXPECT_TRUE(s.on(FirstContent{first}, at(2ms)).empty());
  EXPECT_TRUE(s.on(AttemptEnded{first, {}}, at(2ms)).empty());
  EXPECT_TRUE(s.on(AttemptFailed{.attempt = first, .error = reset()}, at(2ms)).empty());
  EXPECT_EQ(s.dispatch().state(), Dispatch::State::Open);
}

TEST(Dispatch, IgnoresEverythingAfterTheEnd) {
  Scenario s = Scenario::with_targets({"a"});
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.ended(at(1ms));
  EXPECT_TRUE(s.on(ClientLeft{}, at(2ms)).empty());
  EXPECT_TRUE(s.fired(TimerKind::Total, at(10min)).empty());
}

TEST(Dispatch, CancelsTheAttemptAtOnceWhenTheClientLeaves) {
  Scenario s = Scenario::with_targets({"a"});
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.sent(at(5ms));
  const Commands out = s.on(ClientLeft{}, at(6ms));
  ASSERT_TRUE(has<CancelAttempt>(out));
  EXPECT_TRUE(has<Finish>(out));
  EXPECT_EQ(s.fleet().in_flight(), 0U);
  EXPECT_EQ(s.fleet().view(TargetId{0}, at(6ms)).failures, 0U);
}

TEST(Dispatch, GivesItsLeaseBackWhenItIsDestroyed) {
  Scenario s = Scenario::with_targets({"a"});
  (void)s.on(RequestReady{}, at(0ms));
  EXPECT_EQ(s.fleet().in_flight(), 1U);
  s.forget_dispatch();
  EXPECT_EQ(s.fleet().in_flight(), 0U);
}

TEST(Dispatch, LetsARunningAttemptFinishWhileDraining) {
  Scenario s = Scenario::with_targets({"a", "b"});
  (void)s.on(RequestReady{}, at(0ms));
  EXPECT_TRUE(s.on(Drain{}, at(1ms)).empty());
  EXPECT_TRUE(has<Finish>(s.ended(at(2ms))));
}

TEST(Dispatch, StartsNoFurtherAttemptWhileDraining) {
  Scenario s = Scenario::with_targets({"a", "b"});
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.on(Drain{}, at(1ms));
  const Commands out = s.failed(refused(), Stage::NotConnected, at(2ms));
  EXPECT_EQ(s.started(out), "");
  EXPECT_TRUE(has<EndWithError>(out));
}

TEST(Dispatch, EndsAWaitingRequestWhenDrainBegins) {
  Scenario s = Scenario::with_targets({"a"});
  s.plan().retry.same_target = 1;
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.failed(server_error(), Stage::FailedAnswer, at(1ms));
  const Commands out = s.on(Drain{}, at(2ms));
  ASSERT_TRUE(has<EndWithError>(out));
  EXPECT_EQ(find<EndWithError>(out)->error.status, 503);
  EXPECT_FALSE(find<EndWithError>(out)->retries_spent);
}

TEST(Dispatch, CrossesNoFence) {
  Scenario s = Scenario::with_targets({"a", "b"});
  const ProviderSet inside{0};
  s.request().fence.within = &inside;
  (void)s.on(RequestReady{}, at(0ms));
  const Commands out = s.failed(key_rejected(), Stage::Refused, at(1ms));
  EXPECT_EQ(s.started(out), "");
  EXPECT_TRUE(has<EndWithError>(out));
}

TEST(Dispatch, LearnsTheTimeToFirstContentOfAStream) {
  Scenario s = Scenario::with_targets({"a"});
  s.request().answer = AnswerKind::Stream;
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.sent(at(100ms));
  (void)s.first_content(at(600ms));
  (void)s.ended(at(9s));
  EXPECT_DOUBLE_EQ(s.fleet().view(TargetId{0}, at(9s)).first_content_seconds, 0.5);
}

TEST(Dispatch, LearnsTheTimePerOutputTokenOfAPlainAnswer) {
  Scenario s = Scenario::with_targets({"a"});
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.sent(at(0ms));
  (void)s.on(AttemptEnded{s.current(), {.output_tokens = {100}}}, at(2s));
  EXPECT_NEAR(s.fleet().view(TargetId{0}, at(2s)).seconds_per_output_token, 0.02, 1e-6);
}

TEST(Dispatch, E11_ASafeRequestThatMayNotBeRepeatedIsSentOnceMoreWhenAKeptConnectionBroke) {
  for (const Replay replay : {Replay::Never, Replay::NotExecuted}) {
    Scenario s = Scenario::with_targets({"a"});
    s.request().replay = replay;
    s.request().safe = true;
    (void)s.on(RequestReady{}, at(0ms));
    const Commands again = s.failed(stale(), Stage::ReusedNoAnswer, at(1ms));
    ASSERT_EQ(s.started(again), "a");
    EXPECT_TRUE(find<StartAttempt>(again)->fresh);
    EXPECT_TRUE(has<EndWithError>(s.failed(reset(), Stage::FreshNoAnswer, at(2ms))));
  }
}

TEST(Dispatch, E11_ARequestThatIsNotSafeIsNotSentTwice) {
  Scenario s = Scenario::with_targets({"a"});
  s.request().replay = Replay::Never;
  (void)s.on(RequestReady{}, at(0ms));
  EXPECT_TRUE(has<EndWithError>(s.failed(stale(), Stage::ReusedNoAnswer, at(1ms))));
}

TEST(Dispatch, E11_WhatWasNotBegunOnAKeptConnectionIsSentOnceMoreWhateverItIs) {
  Scenario s = Scenario::with_targets({"a"});
  s.request().replay = Replay::Never;
  (void)s.on(RequestReady{}, at(0ms));
  EXPECT_EQ(s.started(s.failed(stale(), Stage::Unsent, at(1ms))), "a");
  EXPECT_TRUE(has<EndWithError>(s.failed(stale(), Stage::Unsent, at(2ms))));
}

TEST(Dispatch, E7_TheFailureThatSaysMostIsToldWithTheAnswerThatCameWithIt) {
  Scenario s = Scenario::with_targets({"a", "b"});
  s.plan().retry.same_target = 0;
  (void)s.on(RequestReady{}, at(0ms));
  const AttemptId first = s.current();
  (void)s.failed(server_error(), Stage::FailedAnswer, at(1ms));
  const Commands out = s.failed(refused(), Stage::NotConnected, at(2ms));
  ASSERT_TRUE(has<EndWithError>(out));
  EXPECT_TRUE(find<EndWithError>(out)->pass_answer);
  EXPECT_EQ(find<EndWithError>(out)->attempt, first);
}

}  // namespace
}  // namespace drover::core
