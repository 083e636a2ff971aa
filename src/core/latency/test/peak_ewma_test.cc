#include "core/latency/peak_ewma.h"

#include <gtest/gtest.h>

namespace drover::core {
namespace {

using namespace std::chrono_literals;

TEST(PeakEwma, IsUnknownBeforeItsFirstSample) {
  PeakEwma average;
  EXPECT_EQ(average.last(), 0);
  EXPECT_EQ(average.forgiven(0.5, Instant(5s)), 0);
}

TEST(PeakEwma, StartsAtItsFirstSampleAndNotAtZero) {
  PeakEwma average;
  average.observe(0.8, Instant(1s));
  EXPECT_NEAR(average.last(), 0.8, 1e-6);
}

TEST(PeakEwma, C20_JumpsToASlowAnswerAtOnce) {
  PeakEwma average;
  average.observe(0.1, Instant(1s));
  average.observe(2.0, Instant(2s));
  EXPECT_NEAR(average.last(), 2.0, 1e-6);
}

TEST(PeakEwma, ComesDownOverTimeAndNotBySamples) {
  PeakEwma average;
  average.observe(2.0, Instant(1s));
  for (int burst = 0; burst < 100; ++burst) average.observe(0.1, Instant(1s));
  EXPECT_NEAR(average.last(), 2.0, 1e-6);
  for (int second = 2; second < 60; ++second) average.observe(0.1, Instant(second * 1s));
  EXPECT_NEAR(average.last(), 0.1, 0.02);
}

TEST(PeakEwma, ComesNearerToTheUsualWhileNobodyAsks) {
  PeakEwma average;
  average.observe(1.0, Instant(1s));
  EXPECT_NEAR(average.forgiven(0.2, Instant(1s)), 1.0, 1e-6);
  EXPECT_NEAR(average.forgiven(0.2, Instant(11s)), 0.6, 1e-6);
  EXPECT_NEAR(average.forgiven(0.2, Instant(1001s)), 0.2, 0.01);
  EXPECT_NEAR(average.forgiven(3.0, Instant(1001s)), 3.0, 0.02);
}

TEST(PeakEwma, KnowsHowFarItsSamplesAreApart) {
  PeakEwma average;
  average.observe(1.0, Instant(1s));
  EXPECT_NEAR(average.deviation(), 0.5, 1e-6);
  for (int sample = 0; sample < 50; ++sample) average.observe(1.0, Instant(1s));
  EXPECT_NEAR(average.deviation(), 0.0, 0.01);
  for (int sample = 0; sample < 50; ++sample) average.observe(sample % 2 == 0 ? 1.0 : 3.0, Instant(1s));
  EXPECT_GT(average.deviation(), 0.5);
}

}  // namespace
}  // namespace drover::core
