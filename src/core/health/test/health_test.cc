#include "core/health/health.h"

#include <gtest/gtest.h>

#include "core/test/scenario.h"

namespace drover::core {
namespace {

using namespace std::chrono_literals;
using namespace testing;

struct Patient {
  HealthSettings settings{};
  HealthNode node{};
  Random random{1};

  bool fail(Instant now, bool trial = false) {
    return node.count_failure(settings, server_error(), trial, now, random);
  }
  void eject(Instant now) {
    for (std::uint32_t count = 0; count < settings.eject_after; ++count) fail(now);
  }
  /// How long it is out from `now` on.
  Duration out_for(Instant now) { return node.until(now) - now; }
};

TEST(HealthNode, IsOpenAtFirst) {
  Patient p;
  EXPECT_TRUE(p.node.clear(at(0s)));
  EXPECT_EQ(p.node.access(at(0s)), Access::Open);
}

TEST(HealthNode, IsEjectedAfterSoManyConsecutiveFailures) {
  Patient p;
  EXPECT_FALSE(p.fail(at(0s)));
  EXPECT_FALSE(p.fail(at(1s)));
  EXPECT_TRUE(p.fail(at(2s)));
  EXPECT_EQ(p.node.access(at(2s)), Access::Ejected);
  EXPECT_GE(p.out_for(at(2s)), 30s);
  EXPECT_LE(p.out_for(at(2s)), 33s);
}

TEST(HealthNode, ASuccessResetsTheCount) {
  Patient p;
  p.fail(at(0s));
  p.fail(at(0s));
  p.node.succeed(p.settings, at(1s), at(1s));
  EXPECT_FALSE(p.fail(at(2s)));
  EXPECT_EQ(p.node.consecutive_failures(), 1U);
}

TEST(HealthNode, LetsExactlyOneTrialThroughWhenItsTimeIsOver) {
  Patient p;
  p.eject(at(0s));
  EXPECT_EQ(p.node.access(at(29s)), Access::Ejected);
  EXPECT_EQ(p.node.access(at(34s)), Access::Trial);
  p.node.begin_trial(at(34s));
  EXPECT_EQ(p.node.access(at(34s)), Access::Ejected);
  EXPECT_EQ(p.node.until(at(34s)), kNever);
}

TEST(HealthNode, ATrialThatSaysNothingIsGivenToTheNextRequest) {
  Patient p;
  p.eject(at(0s));
  p.node.begin_trial(at(34s));
  EXPECT_TRUE(p.node.end_trial(at(34s)));
  EXPECT_EQ(p.node.access(at(34s)), Access::Trial);
}

TEST(HealthNode, TheEndOfAnEarlierTrialDoesNotEndTheOneThatRuns) {
  Patient p;
  p.eject(at(0s));
  p.node.begin_trial(at(34s));
  p.node.succeed(p.settings, at(35s), at(36s));
  p.eject(at(37s));
  p.node.begin_trial(at(200s));
  EXPECT_FALSE(p.node.end_trial(at(34s)));
  EXPECT_TRUE(p.node.trial_running());
}

TEST(HealthNode, ComesBackWithASuccess) {
  Patient p;
  p.eject(at(0s));
  EXPECT_TRUE(p.node.succeed(p.settings, at(34s), at(34s)));
  EXPECT_EQ(p.node.access(at(34s)), Access::Open);
  EXPECT_EQ(p.node.consecutive_failures(), 0U);
}

TEST(HealthNode, IsNotBroughtBackByARequestThatBeganBeforeItWentOut) {
  Patient p;
  p.eject(at(10s));
  EXPECT_FALSE(p.node.succeed(p.settings, at(9s), at(11s)));
  EXPECT_EQ(p.node.access(at(11s)), Access::Ejected);
}

TEST(HealthNode, AFailedTrialEjectsForTwiceAsLong) {
  Patient p;
  p.eject(at(0s));
  EXPECT_TRUE(p.fail(at(34s), /*trial=*/true));
  EXPECT_GE(p.out_for(at(34s)), 60s);
  EXPECT_LE(p.out_for(at(34s)), 66s);
}

TEST(HealthNode, J5_EjectionsGrowUpToTheirMaximum) {
  Patient p;
  p.eject(at(0s));
  Instant now = at(0s);
  for (int trial = 0; trial < 10; ++trial) {
    now = p.node.until(now);
    ASSERT_TRUE(p.fail(now, /*trial=*/true));
    ASSERT_LE(p.out_for(now), p.settings.max_eject_for);
  }
  EXPECT_GE(p.out_for(now), p.settings.max_eject_for * 9 / 10);
}

TEST(HealthNode, J5_AFlappingNodeIsOutForLongerEachTime) {
  Patient p;
  p.eject(at(0s));
  p.node.succeed(p.settings, at(34s), at(34s));
  p.eject(at(35s));
  EXPECT_GE(p.out_for(at(35s)), 60s);
}

TEST(HealthNode, ForgivesEarlierEjectionsAfterACalmTime) {
  Patient p;
  p.eject(at(0s));
  p.node.succeed(p.settings, at(34s), at(34s));
  p.eject(at(34s + 10min));
  EXPECT_LE(p.out_for(at(34s + 10min)), 33s);
}

TEST(HealthNode, FailuresOfRequestsThatWereUnderWayChangeNothing) {
  Patient p;
  p.eject(at(0s));
  const Instant until = p.node.until(at(0s));
  for (int late = 0; late < 50; ++late) EXPECT_FALSE(p.fail(at(1s)));
  EXPECT_EQ(p.node.until(at(1s)), until);
}

TEST(HealthNode, IsSpreadInTimeSoThatNotAllComeBackTogether) {
  Patient a;
  Patient b;
  b.random = Random(2);
  a.eject(at(0s));
  b.eject(at(0s));
  EXPECT_NE(a.node.until(at(0s)), b.node.until(at(0s)));
}

// ------------------------------------------------------------------------------------------ cooldowns

TEST(Cooldown, C1_LastsAsLongAsTheUpstreamAskedAndUpToATenthMore) {
  Patient p;
  EXPECT_TRUE(p.node.cool(7s, rate_limited(), at(0s), p.random));
  EXPECT_EQ(p.node.access(at(6999ms)), Access::Cooling);
  EXPECT_GE(p.out_for(at(0s)), 7s);
  EXPECT_LE(p.out_for(at(0s)), 7700ms);
  EXPECT_EQ(p.node.access(at(7701ms)), Access::Open);
}

TEST(Cooldown, IsExtendedButNeverShortened) {
  Patient p;
  p.node.cool(30s, rate_limited(), at(0s), p.random);
  const Instant until = p.node.until(at(0s));
  EXPECT_FALSE(p.node.cool(5s, rate_limited(), at(1s), p.random));
  EXPECT_FALSE(p.node.cool(std::nullopt, rate_limited(), at(1s), p.random));
  EXPECT_EQ(p.node.until(at(1s)), until);
  EXPECT_TRUE(p.node.cool(60s, rate_limited(), at(2s), p.random));
  EXPECT_GE(p.node.until(at(2s)), at(62s));
}

TEST(Cooldown, OutlastsAnEjectionThatASuccessHasEnded) {
  Patient p;
  p.node.cool(60s, rate_limited(), at(0s), p.random);
  const Instant until = p.node.until(at(0s));
  ASSERT_TRUE(p.node.eject_for(10s, rate_limited(), at(1s), p.random));
  EXPECT_TRUE(p.node.succeed(p.settings, /*began=*/at(2s), at(3s)));
  EXPECT_EQ(p.node.access(at(30s)), Access::Cooling);
  EXPECT_EQ(p.node.until(at(30s)), until);
}

TEST(Cooldown, C2_ClampsWhatNobodyCanMean) {
  Patient p;
  p.node.cool(24h * 3650, rate_limited(), at(0s), p.random);
  EXPECT_LE(p.out_for(at(0s)), kMaxCooldown);
  Patient past;
  past.node.cool(-5s, rate_limited(), at(0s), past.random);
  EXPECT_EQ(past.node.access(at(0s)), Access::Cooling);
  EXPECT_LE(past.out_for(at(0s)), kFirstCooldown * 11 / 10);
}

TEST(Cooldown, E3_ATimeOfNothingIsAGuessThatGrows) {
  Patient p;
  Instant now = at(0s);
  for (const Duration expected : {1s, 2s, 4s, 8s}) {
    ASSERT_TRUE(p.node.cool(0s, rate_limited(), now, p.random));
    EXPECT_GE(p.out_for(now), expected);
    EXPECT_FALSE(p.node.cool(0s, rate_limited(), now, p.random)) << "a burst is one event";
    now = p.node.until(now);
  }
}

TEST(Cooldown, AToldTimeIsBelievedOnceAndThenNoShorterThanTheGuess) {
  Patient p;
  Instant now = at(0s);
  for (const Duration expected : {300ms, 1000ms, 2000ms, 4000ms}) {
    ASSERT_TRUE(p.node.cool(300ms, rate_limited(), now, p.random));
    EXPECT_GE(p.out_for(now), expected);
    EXPECT_LE(p.out_for(now), expected * 11 / 10);
    now = p.node.until(now);
  }
  EXPECT_FALSE(p.node.succeed(p.settings, now, now));
  ASSERT_TRUE(p.node.cool(300ms, rate_limited(), now, p.random));
  EXPECT_LE(p.out_for(now), 330ms);
}

TEST(Cooldown, GuessesOneTwoFourSecondsWithoutRetryAfter) {
  Patient p;
  Instant now = at(0s);
  for (const Duration expected : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
    ASSERT_TRUE(p.node.cool(std::nullopt, rate_limited(), now, p.random));
    EXPECT_GE(p.out_for(now), expected);
    EXPECT_LE(p.out_for(now), expected * 11 / 10);
    now = p.node.until(now);
  }
}

TEST(Cooldown, ABurstOfRateLimitsIsOneGuess) {
  Patient p;
  for (int burst = 0; burst < 100; ++burst) p.node.cool(std::nullopt, rate_limited(), at(0s), p.random);
  EXPECT_LE(p.out_for(at(0s)), 1100ms);
}

TEST(Cooldown, GuessesStartAgainAfterASuccess) {
  Patient p;
  p.node.cool(std::nullopt, rate_limited(), at(0s), p.random);
  p.node.cool(std::nullopt, rate_limited(), at(2s), p.random);
  p.node.succeed(p.settings, at(10s), at(10s));
  p.node.cool(std::nullopt, rate_limited(), at(11s), p.random);
  EXPECT_LE(p.out_for(at(11s)), 1100ms);
}

TEST(Cooldown, IsNotEndedByASuccessOfARequestThatWasUnderWay) {
  Patient p;
  p.node.cool(30s, rate_limited(), at(0s), p.random);
  p.node.succeed(p.settings, at(1s), at(1s));
  EXPECT_EQ(p.node.access(at(2s)), Access::Cooling);
}

TEST(Cooldown, J6_OutlastsAnEjection) {
  Patient p;
  p.eject(at(0s));
  p.node.cool(10min, rate_limited(), at(1s), p.random);
  EXPECT_EQ(p.node.access(at(1s)), Access::Cooling);
  EXPECT_EQ(p.node.access(at(60s)), Access::Cooling);
  p.node.reset();
  EXPECT_EQ(p.node.access(at(60s)), Access::Cooling);
}

// ------------------------------------------------------------------------------------------ rests, score, slow start

TEST(Rest, C5_ARefusedKeyRestsForTwiceAsLongEachTime) {
  Patient p;
  ASSERT_TRUE(p.node.rest(kFirstKeyRest, key_rejected(), false, at(0s), p.random));
  EXPECT_EQ(p.node.access(at(1s)), Access::Resting);
  EXPECT_LE(p.out_for(at(0s)), 33s);
  EXPECT_EQ(p.node.access(at(34s)), Access::Trial);
  ASSERT_TRUE(p.node.rest(kFirstKeyRest, key_rejected(), true, at(34s), p.random));
  EXPECT_GE(p.out_for(at(34s)), 60s);
}

TEST(Rest, GrowsToTenMinutesAtMost) {
  Patient p;
  Instant now = at(0s);
  for (int trial = 0; trial < 12; ++trial) {
    ASSERT_TRUE(p.node.rest(kFirstKeyRest, key_rejected(), trial > 0, now, p.random));
    ASSERT_LE(p.out_for(now), kLongRest * 11 / 10);
    now = p.node.until(now);
  }
}

TEST(Rest, SaysWhatItWasFor) {
  Patient p;
  p.node.rest(kFirstKeyRest, key_rejected(), false, at(0s), p.random);
  EXPECT_EQ(p.node.why(), ErrorKind::KeyRejected);
}

TEST(Rest, ATrialThatFailsForAnotherReasonTakesItOutAgainAtOnce) {
  Patient p;
  p.node.rest(kFirstKeyRest, key_rejected(), false, at(0s), p.random);
  p.node.begin_trial(at(34s));
  ASSERT_TRUE(p.node.end_trial(at(34s)));
  EXPECT_TRUE(p.fail(at(35s), /*trial=*/true));
  EXPECT_EQ(p.node.access(at(36s)), Access::Ejected);
  EXPECT_GE(p.out_for(at(35s)), 30s);
}

TEST(Score, AddsOnePerErrorTakesOnePerSuccessAndRestsAtFive) {
  Patient p;
  p.settings.mode = HealthMode::Score;
  p.settings.eject_after = 5;
  for (int error = 0; error < 4; ++error) EXPECT_FALSE(p.fail(at(0s)));
  p.node.succeed(p.settings, at(1s), at(1s));
  EXPECT_EQ(p.node.score(), 3U);
  EXPECT_FALSE(p.fail(at(2s)));
  EXPECT_TRUE(p.fail(at(3s)));
  EXPECT_EQ(p.node.score(), 5U);
}

TEST(Score, DoesNotFallBelowZero) {
  Patient p;
  p.settings.mode = HealthMode::Score;
  p.node.succeed(p.settings, at(0s), at(0s));
  EXPECT_EQ(p.node.score(), 0U);
}

TEST(SlowStart, J2_GrowsFromATenthToTheWholeShare) {
  Patient p;
  EXPECT_DOUBLE_EQ(p.node.share(at(0s)), 1.0);
  p.eject(at(0s));
  p.node.succeed(p.settings, at(40s), at(40s));
  EXPECT_DOUBLE_EQ(p.node.share(at(40s)), kSlowStartLeast);
  EXPECT_DOUBLE_EQ(p.node.share(at(45s)), 0.5);
  EXPECT_DOUBLE_EQ(p.node.share(at(50s)), 1.0);
}

}  // namespace
}  // namespace drover::core
