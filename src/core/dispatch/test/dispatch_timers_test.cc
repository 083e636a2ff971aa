#include <gtest/gtest.h>

#include "core/test/scenario.h"

namespace drover::core {
namespace {

using namespace std::chrono_literals;
using namespace testing;

const EndWithError* end_of(const Commands& out) {
  return find<EndWithError>(out);
}

Scenario streaming(std::initializer_list<const char*> names) {
  Scenario s = Scenario::with_targets(names);
  s.request().answer = AnswerKind::Stream;
  return s;
}

TEST(Timers, A2_AConnectTimeoutCancelsAndMovesOn) {
  Scenario s = Scenario::with_targets({"a", "b"});
  (void)s.on(RequestReady{}, at(0ms));
  const Commands out = s.fired(TimerKind::Connect, at(3s));
  ASSERT_TRUE(has<CancelAttempt>(out));
  EXPECT_EQ(find<CancelAttempt>(out)->attempt, AttemptId{1});
  EXPECT_EQ(s.started(out), "b");
  EXPECT_EQ(s.fleet().view(TargetId{0}, at(3s)).consecutive_failures, 1U);
}

TEST(Timers, AConnectionDisarmsTheConnectTimer) {
  Scenario s = Scenario::with_targets({"a", "b"});
  (void)s.on(RequestReady{}, at(0ms));
  EXPECT_EQ(armed(s.connected(at(10ms)), TimerKind::Connect), kNever);
  EXPECT_TRUE(s.fired(TimerKind::Connect, at(3s)).empty());
}

TEST(Timers, A3_AHangBeforeTheHeadOfAStreamFailsOver) {
  Scenario s = streaming({"a", "b"});
  (void)s.on(RequestReady{}, at(0ms));
  EXPECT_EQ(armed(s.sent(at(1s)), TimerKind::Head), at(121s));
  EXPECT_EQ(s.started(s.fired(TimerKind::Head, at(121s))), "b");
}

TEST(Timers, APlainAnswerHasNoHeadTimeoutByDefault) {
  Scenario s = Scenario::with_targets({"a"});
  (void)s.on(RequestReady{}, at(0ms));
  const Commands out = s.sent(at(1s));
  EXPECT_EQ(armed(out, TimerKind::Head), std::nullopt);
  EXPECT_EQ(armed(out, TimerKind::FirstContent), std::nullopt);
}

TEST(Timers, AStreamThatOnlySendsLifecycleEventsFailsOver) {
  Scenario s = streaming({"a", "b"});
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.sent(at(0ms));
  (void)s.head(at(1s));
  (void)s.on(LifecycleEvent{s.current()}, at(119s));
  EXPECT_EQ(s.started(s.fired(TimerKind::FirstContent, at(120s))), "b");
}

TEST(Timers, FailingOverDisarmsTheTimersOfTheAttempt) {
  Scenario s = streaming({"a", "b"});
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.sent(at(0ms));
  const Commands out = s.failed(server_error(), Stage::FailedAnswer, at(1s));
  EXPECT_EQ(armed(out, TimerKind::Head), kNever);
  EXPECT_EQ(armed(out, TimerKind::FirstContent), kNever);
  EXPECT_EQ(armed(out, TimerKind::Connect), at(4s));
}

TEST(Timers, APlainAnswerThatHangsAfterItsHeadFailsOver) {
  Scenario s = Scenario::with_targets({"a", "b"});
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.sent(at(0ms));
  EXPECT_EQ(armed(s.head(at(1s)), TimerKind::Idle), at(121s));
  EXPECT_EQ(s.started(s.fired(TimerKind::Idle, at(121s))), "b");
}

TEST(Timers, AStreamThatStallsAfterContentEndsInBand) {
  Scenario s = streaming({"a", "b"});
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.first_content(at(1s));
  const Commands out = s.fired(TimerKind::Idle, at(121s));
  EXPECT_TRUE(has<CancelAttempt>(out));
  ASSERT_NE(end_of(out), nullptr);
  EXPECT_TRUE(end_of(out)->in_band);
  EXPECT_EQ(end_of(out)->error.kind, ErrorKind::IdleTimeout);
  EXPECT_EQ(s.fleet().view(TargetId{0}, at(121s)).failures, 1U);
}

TEST(Timers, ContentPutsOffTheIdleTimeoutWithoutACommandForEachChunk) {
  Scenario s = streaming({"a"});
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.first_content(at(1s));
  EXPECT_TRUE(s.content(at(100s)).empty());
  const Commands out = s.fired(TimerKind::Idle, at(121s));
  EXPECT_EQ(end_of(out), nullptr);
  EXPECT_EQ(armed(out, TimerKind::Idle), at(220s));
}

TEST(Timers, D3_ASlowClientStopsTheIdleClock) {
  Scenario s = streaming({"a"});
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.first_content(at(1s));
  EXPECT_EQ(armed(s.on(DownstreamBlocked{}, at(2s)), TimerKind::Idle), kNever);
  EXPECT_TRUE(s.fired(TimerKind::Idle, at(121s)).empty());
  EXPECT_EQ(armed(s.on(DownstreamUnblocked{}, at(500s)), TimerKind::Idle), at(620s));
}

TEST(Timers, UnblockingWithoutABlockChangesNothing) {
  Scenario s = streaming({"a"});
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.first_content(at(1s));
  EXPECT_TRUE(s.on(DownstreamUnblocked{}, at(2s)).empty());
}

TEST(Timers, TheTotalDeadlineEndsARequestAndChargesTheTargetThatHadAllOfIt) {
  Scenario s = Scenario::with_targets({"a", "b"});
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.sent(at(1s));
  const Commands out = s.fired(TimerKind::Total, at(10min));
  EXPECT_TRUE(has<CancelAttempt>(out));
  ASSERT_NE(end_of(out), nullptr);
  EXPECT_EQ(end_of(out)->error.status, 504);
  EXPECT_FALSE(end_of(out)->in_band);
  EXPECT_EQ(s.fleet().view(TargetId{0}, at(10min)).failures, 1U);
}

TEST(Timers, AClientsOwnShortDeadlineIsChargedToNobody) {
  Scenario s = Scenario::with_targets({"a"});
  s.request().client_timeout = 2s;
  EXPECT_EQ(armed(s.on(RequestReady{}, at(0ms)), TimerKind::Total), at(2s));
  (void)s.sent(at(1s));
  EXPECT_EQ(end_of(s.fired(TimerKind::Total, at(2s)))->error.status, 504);
  EXPECT_EQ(s.fleet().view(TargetId{0}, at(2s)).failures, 0U);
}

TEST(Timers, TheDeadlineCountsFromTheArrival) {
  Scenario s = Scenario::with_targets({"a"});
  s.request().arrived = at(0ms);
  EXPECT_EQ(armed(s.on(RequestReady{}, at(3s)), TimerKind::Total), at(10min));
}

TEST(Timers, TheLongestStreamIsEndedInBandAndNobodyIsCharged) {
  Scenario s = streaming({"a"});
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.first_content(at(1s));
  const Commands out = s.fired(TimerKind::StreamMax, at(1s + 1h));
  EXPECT_TRUE(has<CancelAttempt>(out));
  ASSERT_NE(end_of(out), nullptr);
  EXPECT_TRUE(end_of(out)->in_band);
  EXPECT_EQ(end_of(out)->error.code, "stream_max");
  EXPECT_EQ(s.fleet().view(TargetId{0}, at(1h)).failures, 0U);
}

TEST(Timers, AnEarlierArmingsTimerIsArmedAgainForItsRightTime) {
  Scenario s = streaming({"a"});
  (void)s.on(RequestReady{}, at(0ms));
  const Commands out = s.fired(TimerKind::Total, at(5s));
  EXPECT_EQ(end_of(out), nullptr);
  EXPECT_EQ(armed(out, TimerKind::Total), at(10min));
}

// ------------------------------------------------------------------------------------------ answering early

TEST(Answering, SendsItsOwnHeadAndACommentAfterTenSeconds) {
  Scenario s = streaming({"a", "b"});
  EXPECT_EQ(armed(s.on(RequestReady{}, at(0ms)), TimerKind::Comment), at(10s));
  const Commands out = s.fired(TimerKind::Comment, at(10s));
  EXPECT_TRUE(has<SendHead>(out));
  EXPECT_TRUE(has<SendComment>(out));
  EXPECT_EQ(armed(out, TimerKind::Comment), at(25s));
  EXPECT_EQ(s.dispatch().state(), Dispatch::State::Answering);
}

TEST(Answering, SendsFurtherCommentsButNoSecondHead) {
  Scenario s = streaming({"a"});
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.fired(TimerKind::Comment, at(10s));
  const Commands out = s.fired(TimerKind::Comment, at(25s));
  EXPECT_FALSE(has<SendHead>(out));
  EXPECT_TRUE(has<SendComment>(out));
}

TEST(Answering, StillFailsOver) {
  Scenario s = streaming({"a", "b"});
  (void)s.on(RequestReady{}, at(0ms));
  (void)s.fired(TimerKind::Comment, at(10s));
  EXPECT_EQ(s.started(s.failed(server_error(), Stage::FailedAnswer, at(11s))), "b");
  EXPECT_TRUE(has<Forward>(s.first_content(at(12s))));
}

TEST(Answering, IsNotForPlainAnswersNorForClientsThatCannotTakeIt) {
  Scenario plain = Scenario::with_targets({"a"});
  EXPECT_EQ(armed(plain.on(RequestReady{}, at(0ms)), TimerKind::Comment), std::nullopt);
  Scenario old = streaming({"a"});
  old.request().may_answer_early = false;
  EXPECT_EQ(armed(old.on(RequestReady{}, at(0ms)), TimerKind::Comment), std::nullopt);
}

// ------------------------------------------------------------------------------------------ waiting for capacity

/// A scenario whose targets all cool down for these times.
Scenario all_cooling(std::initializer_list<const char*> names, Duration cooldown) {
  Scenario s = Scenario::with_targets(names);
  const Error error = rate_limited(cooldown);
  Random random(9);
  for (std::size_t at_name = 0; at_name < names.size(); ++at_name) {
    const PickAnswer answer = s.fleet().pick({.route = &s.plan().routes[0]}, at(0ms), random);
    s.fleet().settle(answer.ticket, {.kind = Outcome::Kind::Failed, .error = &error, .stage = Stage::Refused}, at(0ms));
  }
  return s;
}

TEST(Waiting, J1_WaitsForACooldownThatEndsWithinTheQueueDeadline) {
  Scenario s = all_cooling({"a", "b"}, 5s);
  const Commands out = s.on(RequestReady{}, at(0ms));
  ASSERT_TRUE(has<WaitForCapacity>(out));
  const Instant until = find<WaitForCapacity>(out)->until;
  EXPECT_EQ(armed(out, TimerKind::Queue), until);
  EXPECT_NE(s.started(s.fired(TimerKind::Queue, until)), "");
}

TEST(Waiting, J1_SaysAtOnceWhenTheCooldownIsLongerThanTheQueueDeadline) {
  Scenario s = all_cooling({"a", "b"}, 30s);
  const Commands out = s.on(RequestReady{}, at(0ms));
  ASSERT_NE(end_of(out), nullptr);
  EXPECT_EQ(end_of(out)->error.status, 429);
  EXPECT_GE(*end_of(out)->error.retry_after, 30s);
  EXPECT_FALSE(end_of(out)->retries_spent);
}

TEST(Waiting, LooksAgainWhenCapacityIsGranted) {
  Scenario s = all_cooling({"a"}, 5s);
  (void)s.on(RequestReady{}, at(0ms));
  EXPECT_TRUE(has<WaitForCapacity>(s.on(CapacityGranted{}, at(1s))));
  EXPECT_EQ(s.started(s.on(CapacityGranted{}, at(6s))), "a");
}

TEST(Waiting, CapacityThatWasNotAskedForChangesNothing) {
  Scenario s = Scenario::with_targets({"a"});
  (void)s.on(RequestReady{}, at(0ms));
  EXPECT_TRUE(s.on(CapacityGranted{}, at(1s)).empty());
}

TEST(Waiting, EndsAtTheQueueDeadline) {
  Plan plan = plan_with_targets({"a"});
  plan.quotas.push_back({.name = "q", .models = {{"m", {.concurrent = 1}}}});
  plan.targets[0].quota = QuotaId{0};
  Scenario s(std::move(plan));
  Random random(9);
  const PickAnswer other = s.fleet().pick({.route = &s.plan().routes[0]}, at(0ms), random);
  ASSERT_EQ(other.kind, PickKind::Picked);
  Commands out = s.on(RequestReady{}, at(0ms));
  int looks = 0;
  while (has<WaitForCapacity>(out) && ++looks < 1000)
    out = s.fired(TimerKind::Queue, find<WaitForCapacity>(out)->until);
  ASSERT_NE(end_of(out), nullptr);
  EXPECT_EQ(end_of(out)->error.status, 429);
  EXPECT_GT(looks, 50);
  EXPECT_LE(looks, 101);
}

TEST(Waiting, GivesUpTheWaitWhenTheClientLeaves) {
  Scenario s = all_cooling({"a"}, 5s);
  (void)s.on(RequestReady{}, at(0ms));
  EXPECT_TRUE(has<Finish>(s.on(ClientLeft{}, at(1s))));
}

TEST(Waiting, WaitsOutAShortCooldownAfterAllWereRateLimited) {
  Scenario s = Scenario::with_targets({"a"});
  (void)s.on(RequestReady{}, at(0ms));
  const Commands out = s.failed(rate_limited(2s), Stage::Refused, at(1ms));
  EXPECT_EQ(end_of(out), nullptr);
  const auto again = armed(out, TimerKind::Backoff);
  ASSERT_TRUE(again.has_value());
  EXPECT_GE(*again, at(2s));
  EXPECT_EQ(s.started(s.fired(TimerKind::Backoff, *again)), "a");
}

TEST(Waiting, SaysNoUpstreamWhenARouteHasNoTargets) {
  Scenario s = Scenario::with_targets({});
  const Commands out = s.on(RequestReady{}, at(0ms));
  ASSERT_NE(end_of(out), nullptr);
  EXPECT_EQ(end_of(out)->error.status, 503);
  EXPECT_EQ(end_of(out)->error.code, "no_upstream");
  EXPECT_FALSE(end_of(out)->error.message.empty());
}

}  // namespace
}  // namespace drover::core
