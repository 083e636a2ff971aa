#include "core/limits/lane_limit.h"

#include <gtest/gtest.h>

#include "core/fleet/fleet.h"
#include "core/fleet/fleet_handover.h"
#include "core/test/scenario.h"

namespace drover::core {
namespace {

using namespace std::chrono_literals;
using namespace testing;

QuotaHints requests(std::int64_t limit, std::int64_t remaining, Duration reset) {
  QuotaHints hints;
  hints.of(QuotaDimension::AllRequests) = {.limit = limit, .remaining = remaining, .reset = reset};
  return hints;
}

/// Admits one request and hears this with its answer.
int hear(LaneLimit& lane, const QuotaHints& hints, Instant now) {
  const LaneCount before = lane.take({}, now);
  return lane.hint(hints, before, now, now);
}

TEST(LaneLimit, KnowsNothingAtFirst) {
  LaneLimit lane;
  EXPECT_TRUE(lane.unknown());
  EXPECT_EQ(lane.admits_at({}, at(0s)), at(0s));
}

TEST(LaneLimit, BelievesThatNothingRemainsUntilThereIsRoomForOne) {
  LaneLimit lane;
  EXPECT_EQ(hear(lane, requests(60, 0, 60s), at(0s)), 0);
  EXPECT_FALSE(lane.unknown());
  const Instant room = lane.admits_at({}, at(0s));
  EXPECT_GE(room, at(990ms));
  EXPECT_LE(room, at(1010ms));
  EXPECT_EQ(lane.admits_at({}, room), room);
}

TEST(LaneLimit, CountsWhatItAdmitsAgainstWhatRemains) {
  LaneLimit lane;
  (void)hear(lane, requests(60, 2, 58s), at(0s));
  (void)lane.take({}, at(0s));
  (void)lane.take({}, at(0s));
  EXPECT_GT(lane.admits_at({}, at(0s)), at(0s));
}

TEST(LaneLimit, HoldsABurstThatIsUnderWayAgainstWhatRemains) {
  LaneLimit lane;
  const LaneCount before = lane.take({}, at(0s));
  for (int request = 0; request < 50; ++request) (void)lane.take({}, at(0s));
  EXPECT_EQ(lane.hint(requests(60, 40, 20s), before, at(0s), at(0s)), 0);
  EXPECT_GT(lane.admits_at({}, at(0s)), at(0s));
}

TEST(LaneLimit, LimitsTokensByTheEstimate) {
  LaneLimit lane;
  QuotaHints hints;
  hints.of(QuotaDimension::AllTokens) = {.limit = 6000, .remaining = 100, .reset = 59s};
  EXPECT_EQ(hear(lane, hints, at(0s)), 0);
  EXPECT_EQ(lane.admits_at({.input_tokens = {50}}, at(0s)), at(0s));
  const Instant room = lane.admits_at({.input_tokens = {200}, .output_tokens = {100}}, at(0s));
  EXPECT_GT(room, at(1s));
  EXPECT_LT(room, at(3s));
}

TEST(LaneLimit, ForgetsAWordThatIsNotRepeated) {
  LaneLimit lane;
  (void)hear(lane, requests(1, 0, 24h), at(0s));
  EXPECT_GT(lane.admits_at({}, at(30s)), at(30s));
  EXPECT_EQ(lane.admits_at({}, at(61s)), at(61s));
}

TEST(LaneLimit, NonsenseIsCountedAndMovesNothing) {
  const QuotaHints lies[] = {requests(60, -1, 60s), requests(0, 0, 60s), requests(-5, 0, 60s), requests(10, 11, 60s),
                             requests(std::int64_t{1} << 62, 0, 60s)};
  for (const QuotaHints& lie : lies) {
    LaneLimit lane;
    EXPECT_EQ(hear(lane, lie, at(0s)), 1);
    EXPECT_TRUE(lane.unknown());
    EXPECT_EQ(lane.admits_at({}, at(0s)), at(0s));
  }
}

TEST(LaneLimit, HalfAWordIsNotEnoughToReckonWith) {
  LaneLimit lane;
  QuotaHints hints;
  hints.of(QuotaDimension::AllRequests).remaining = 0;
  EXPECT_EQ(hear(lane, hints, at(0s)), 0);
  EXPECT_TRUE(lane.unknown());
}

/// `per_second` requests, evenly from `from` on.
void take_evenly(LaneLimit& lane, int per_second, Instant from, Duration span) {
  const std::int64_t requests = per_second * span / 1s;
  for (std::int64_t request = 0; request < requests; ++request) (void)lane.take({}, from + request * span / requests);
}

double rate_at(LaneLimit lane, Instant when) {
  (void)lane.take({}, when);
  return lane.learned_per_second();
}

TEST(LearnedRate, IsSomewhatLessThanWhatWasLetInAndComesBackToIt) {
  LaneLimit lane;
  take_evenly(lane, 10, at(0s), 10s);
  lane.refused({}, at(10s));
  EXPECT_NEAR(lane.learned_per_second(), 7, 0.2);
  EXPECT_NEAR(rate_at(lane, at(20s)), 9.6, 0.2);
  EXPECT_NEAR(rate_at(lane, at(30s)), 10, 0.2);
  EXPECT_NEAR(rate_at(lane, at(40s)), 10.4, 0.2);
}

TEST(LearnedRate, IsCutFinelyAtTheEdge) {
  LaneLimit lane;
  take_evenly(lane, 10, at(0s), 10s);
  lane.refused({}, at(10s));
  take_evenly(lane, 10, at(10s), 25s);
  const double before = lane.learned_per_second();
  lane.refused({}, at(35s));
  EXPECT_NEAR(lane.learned_per_second(), 0.96 * before, 0.1);
}

TEST(LearnedRate, EveryRefusalOfABurstTellsHowMuchWasLetIn) {
  LaneLimit lane;
  take_evenly(lane, 10, at(0s), 10s);
  for (int refusal = 0; refusal < 20; ++refusal) lane.refused({}, at(10s + 10ms * refusal));
  EXPECT_NEAR(lane.learned_per_second(), 0.7 * (100 - 20) / 10.2, 0.1);
}

TEST(LearnedRate, AFirstGuessThatIsMuchTooHighIsMendedByTheNextRefusals) {
  LaneLimit lane;
  take_evenly(lane, 200, at(0s), 3s);  // a bucket that was full
  lane.refused({}, at(3s));
  EXPECT_GT(lane.learned_per_second(), 100);
  take_evenly(lane, 140, at(4s), 1s);
  for (int refusal = 0; refusal < 120; ++refusal) lane.refused({}, at(5s));  // 20 in two seconds
  EXPECT_NEAR(lane.learned_per_second(), 7, 0.5);
}

TEST(LearnedRate,
     ALaneThatRefusesEverythingTeachesNothing) {  // seen in `drover demo`: it got 2 % of its share for a minute
  LaneLimit lane;
  take_evenly(lane, 250, at(0s), 10s);
  for (int refusal = 0; refusal < 100; ++refusal) lane.refused({}, at(10s + 1ms * refusal));
  const double learned = lane.learned_per_second();
  EXPECT_GT(learned, 100);
  for (int second = 12; second < 40; second += 2) {
    take_evenly(lane, 100, at(1s * second), 100ms);
    for (int refusal = 0; refusal < 100; ++refusal) lane.refused({}, at(1s * second + 100ms));
  }
  EXPECT_GE(lane.learned_per_second(), learned);
}

TEST(LearnedRate, LearnsNothingFromTheRefusalOfOneRequest) {
  LaneLimit lane;
  (void)lane.take({}, at(0s));
  lane.refused({}, at(0s));
  EXPECT_TRUE(lane.unknown());
}

TEST(LearnedRate, IsForgottenWhenItNoLongerMatters) {
  LaneLimit lane;
  take_evenly(lane, 10, at(0s), 1s);
  lane.refused({}, at(1s));
  EXPECT_FALSE(lane.unknown());
  (void)lane.take({}, at(60s));
  EXPECT_TRUE(lane.unknown());
}

TEST(LearnedRate, IsLearnedAlsoWhereALimitIsToldThatIsRefusedAllTheSame) {
  LaneLimit told;
  (void)hear(told, requests(60, 30, 30s), at(0s));
  take_evenly(told, 10, at(0s), 1s);
  told.refused({}, at(1s));
  EXPECT_GT(told.learned_per_second(), 0);
}

TEST(LearnedRate, LearnsNothingFromAFewRefusalsByALimitThatIsToldToBeUsedUp) {  // it cost 3 % of the limit
  LaneLimit told;
  take_evenly(told, 10, at(0s), 10s);
  for (int refusal = 0; refusal < 5; ++refusal) {
    (void)hear(told, requests(600, 0, 60s), at(10s));
    told.refused({}, at(10s));
  }
  EXPECT_EQ(told.learned_per_second(), 0);
}

TEST(LearnedRate, IsLearnedWhereOthersUseUpMostOfALimitThatIsTold) {
  LaneLimit shared;
  take_evenly(shared, 10, at(0s), 10s);
  for (int second = 10; second < 20; ++second) {  // every fourth is refused
    for (int request = 0; request < 3; ++request) (void)shared.take({}, at(1s * second));
    (void)hear(shared, requests(600, 0, 60s), at(1s * second));
    shared.refused({}, at(1s * second));
  }
  EXPECT_GT(shared.learned_per_second(), 0);
}

TEST(FleetLimits, WhatWasLearnedOfALaneSurvivesAReload) {
  Plan plan = plan_with_targets({"a"});
  Fleet before(plan);
  Random random(1);
  const PickRequest asked{.route = &plan.routes.front()};
  const PickAnswer answer = before.pick(asked, at(0s), random);
  before.hint(answer.ticket, requests(1, 0, 60s), at(0s));
  ASSERT_EQ(before.pick(asked, at(1s), random).kind, PickKind::Wait);
  Fleet after(plan);
  Succession reload;
  (void)reload.succeed(before, after);
  EXPECT_EQ(after.pick(asked, at(1s), random).kind, PickKind::Wait);
}

TEST(FleetLimits, AWordAboutOneKeyMovesTrafficToItsSibling) {
  Plan plan = plan_with_targets({"a", "b"});
  Fleet fleet(plan);
  Random random(1);
  const auto pick = [&](Instant now) { return fleet.pick({.route = &plan.routes.front()}, now, random); };
  const PickAnswer first = pick(at(0s));
  fleet.hint(first.ticket, requests(60, 0, 60s), at(0s));
  for (int count = 0; count < 5; ++count) EXPECT_NE(pick(at(0s)).ticket.target, first.ticket.target);
}

TEST(FleetLimits, AnUpstreamThatLiesIsCountedAndToldOnce) {
  Plan plan = plan_with_targets({"a"});
  Fleet fleet(plan);
  Random random(1);
  for (int count = 0; count < 3; ++count) {
    const PickAnswer answer = fleet.pick({.route = &plan.routes.front()}, at(0s), random);
    ASSERT_EQ(answer.kind, PickKind::Picked);
    fleet.hint(answer.ticket, requests(60, -1, 60s), at(0s));
    fleet.settle(answer.ticket, {.kind = Outcome::Kind::Succeeded, .used = {.output_tokens = {std::int64_t{1} << 62}}},
                 at(0s));
  }
  EXPECT_EQ(fleet.targets().lanes().nonsense(), 6U);
  const auto change = fleet.next_change();
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->what, StateChange::What::NotBelieved);
  EXPECT_EQ(change->level, Level::Lane);
  EXPECT_FALSE(fleet.next_change().has_value());
}

}  // namespace
}  // namespace drover::core
