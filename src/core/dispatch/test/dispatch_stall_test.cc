// Waits that end when nothing moves: a request that is being sent (send), an answer whose bytes stop (idle), a client
// that does not read.
#include <gtest/gtest.h>

#include "core/test/scenario.h"

namespace drover::core {
namespace {

using namespace std::chrono_literals;
using namespace testing;

Scenario streaming(std::initializer_list<const char*> names) {
  Scenario s = Scenario::with_targets(names);
  s.request().answer = AnswerKind::Stream;
  return s;
}

TEST(Stalls, E2_AConnectionArmsTheSendTimerUntilTheRequestIsSent) {
  Scenario s = streaming({"a", "b"});
  (void)s.on(RequestReady{}, at(0ms));
  EXPECT_EQ(armed(s.connected(at(1s)), TimerKind::Send), at(31s));
  EXPECT_EQ(armed(s.on(RequestSent{s.current()}, at(2s)), TimerKind::Send), kNever);
}

TEST(Stalls, E2_ATargetThatTakesNothingOfTheRequestIsLeftAndCharged) {
  Scenario s = streaming({"a", "b"});
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.connected(at(0ms));
  const Commands out = s.fired(TimerKind::Send, at(30s));
  EXPECT_TRUE(has<CancelAttempt>(out));
  EXPECT_EQ(s.started(out), "b");
  EXPECT_EQ(s.fleet().view(TargetId{0}, at(30s)).consecutive_failures, 1U);
}

TEST(Stalls, E2_BytesThatLeaveBeginTheSendTimeAnewWithoutACommand) {
  Scenario s = streaming({"a", "b"});
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.connected(at(0ms));
  EXPECT_TRUE(s.on(Progress{s.current()}, at(20s)).empty());
  const Commands early = s.fired(TimerKind::Send, at(30s));
  EXPECT_FALSE(has<CancelAttempt>(early));
  EXPECT_EQ(armed(early, TimerKind::Send), at(50s));
  EXPECT_EQ(s.started(s.fired(TimerKind::Send, at(50s))), "b");
}

TEST(Stalls, E2_WhatWasNotSentWholeCannotHaveRunSoEvenWhatMayRunOnceGoesElsewhere) {
  Scenario s = Scenario::with_targets({"a", "b"});
  s.request().replay = Replay::NotExecuted;
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.connected(at(0ms));
  EXPECT_EQ(s.started(s.fired(TimerKind::Send, at(30s))), "b");
}

TEST(Stalls, E2_TheLastOfThemIsToldWithACodeOfItsOwn) {
  Scenario s = Scenario::with_targets({"a"});
  s.plan().retry.same_target = 0;
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.connected(at(0ms));
  const Commands out = s.fired(TimerKind::Send, at(30s));
  ASSERT_TRUE(has<EndWithError>(out));
  EXPECT_EQ(find<EndWithError>(out)->error.status, 504);
  EXPECT_EQ(find<EndWithError>(out)->error.code, "upstream_send_timeout");
}

TEST(Stalls, J15_ARequestThatStopsOnItsWayEverywhereChargesOneTarget) {
  Scenario s = streaming({"a", "b"});
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.connected(at(0ms));
  (void)s.fired(TimerKind::Send, at(30s));
  (void)s.connected(at(30s));
  (void)s.fired(TimerKind::Send, at(60s));
  EXPECT_EQ(s.fleet().view(TargetId{0}, at(60s)).consecutive_failures, 1U);
  EXPECT_EQ(s.fleet().view(TargetId{1}, at(60s)).consecutive_failures, 0U);
}

TEST(Stalls, E5_HeldBytesOfAPlainAnswerBeginTheIdleTimeAnew) {
  Scenario s = Scenario::with_targets({"a", "b"});
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.sent(at(0ms));
  EXPECT_EQ(armed(s.head(at(1s)), TimerKind::Idle), at(121s));
  (void)s.on(Progress{s.current()}, at(100s));
  const Commands early = s.fired(TimerKind::Idle, at(121s));
  EXPECT_FALSE(has<CancelAttempt>(early));
  EXPECT_EQ(armed(early, TimerKind::Idle), at(220s));
  EXPECT_EQ(s.started(s.fired(TimerKind::Idle, at(220s))), "b");
}

TEST(Stalls, E5_BytesThatDripForEverEndAtTheTotalDeadline) {
  Scenario s = Scenario::with_targets({"a", "b"});
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.sent(at(0ms));
  (void)s.head(at(1s));
  for (Duration now = 10s; now < 10min; now += 10s) (void)s.on(Progress{s.current()}, at(now));
  const Commands out = s.fired(TimerKind::Total, at(10min));
  EXPECT_TRUE(has<CancelAttempt>(out));
  EXPECT_TRUE(has<EndWithError>(out));
}

TEST(Stalls, E5_BytesHeldBackAreNoFirstContent) {
  Scenario s = streaming({"a", "b"});
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.sent(at(0ms));
  (void)s.head(at(1s));
  (void)s.on(Progress{s.current()}, at(119s));
  EXPECT_EQ(s.started(s.fired(TimerKind::FirstContent, at(120s))), "b");
}

/// A stream whose first content has been sent to the client.
Scenario begun_stream(Duration blocked_client = kBlockedClient) {
  Scenario s = streaming({"a"});
  s.request().blocked_client = blocked_client;
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.sent(at(0ms));
  (void)s.head(at(1s));
  (void)s.first_content(at(1s));
  return s;
}

TEST(Stalls, E9_AClientThatTakesNothingForAMinuteIsGivenUp) {
  Scenario s = begun_stream();
  EXPECT_EQ(armed(s.on(DownstreamBlocked{}, at(2s)), TimerKind::Blocked), at(62s));
  const Commands out = s.fired(TimerKind::Blocked, at(62s));
  EXPECT_TRUE(has<CancelAttempt>(out));
  EXPECT_TRUE(has<Finish>(out));
  EXPECT_EQ(s.dispatch().stopped(), Stop::ClientLeft);
  EXPECT_EQ(s.fleet().view(TargetId{0}, at(62s)).consecutive_failures, 0U);
}

TEST(Stalls, E9_AClientThatReadsAgainDisarmsIt) {
  Scenario s = begun_stream();
  (void)s.on(DownstreamBlocked{}, at(2s));
  EXPECT_EQ(armed(s.on(DownstreamUnblocked{}, at(3s)), TimerKind::Blocked), kNever);
  EXPECT_TRUE(s.fired(TimerKind::Blocked, at(62s)).empty());
}

TEST(Stalls, E9_AReaderThatMayPauseIsBoundByTheStreamAlone) {
  Scenario s = begun_stream(kNoLimit);
  EXPECT_EQ(armed(s.on(DownstreamBlocked{}, at(2s)), TimerKind::Blocked), std::nullopt);
  EXPECT_TRUE(has<EndWithError>(s.fired(TimerKind::StreamMax, at(1h + 1s))));
}

TEST(Stalls, E9_TheTotalDeadlineOfAPlainAnswerChargesNobodyWhileItsClientDoesNotRead) {
  Scenario s = Scenario::with_targets({"a"});
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.sent(at(0ms));
  (void)s.head(at(1s));
  (void)s.first_content(at(1s));
  (void)s.on(DownstreamBlocked{}, at(9min + 30s));
  EXPECT_TRUE(has<EndWithError>(s.fired(TimerKind::Total, at(10min))));
  EXPECT_EQ(s.fleet().view(TargetId{0}, at(10min)).consecutive_failures, 0U);
}

TEST(Stalls, E9_StreamMaxEndsAStreamWhoseClientIsBlocked) {
  Scenario s = begun_stream();
  (void)s.on(DownstreamBlocked{}, at(2s));
  const Commands out = s.fired(TimerKind::StreamMax, at(1h + 1s));
  EXPECT_TRUE(has<CancelAttempt>(out));
  EXPECT_TRUE(has<EndWithError>(out));
}

}  // namespace
}  // namespace drover::core
