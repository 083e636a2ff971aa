#include "core/peak_ewma.h"

#include <gtest/gtest.h>

namespace drover::core {
namespace {

using namespace std::chrono_literals;

TEST(PeakEwma, IsUnknownBeforeItsFirstSample) {
  PeakEwma average;
  EXPECT_EQ(average.last(), 0);
  EXPECT_EQ(average.forgiven(Instant(5s)), 0);
}

TEST(PeakEwma, StartsAtItsFirstSampleAndNotAtZero) {
  PeakEwma average;
  average.observe(0.8, Instant(1s));
  EXPECT_DOUBLE_EQ(average.last(), 0.8);
}

TEST(PeakEwma, C20_JumpsToASlowAnswerAtOnce) {
  PeakEwma average;
  average.observe(0.1, Instant(1s));
  average.observe(2.0, Instant(2s));
  EXPECT_DOUBLE_EQ(average.last(), 2.0);
}

TEST(PeakEwma, ComesDownOverTimeAndNotBySamples) {
  PeakEwma average;
  average.observe(2.0, Instant(1s));
  for (int burst = 0; burst < 100; ++burst) average.observe(0.1, Instant(1s));
  EXPECT_DOUBLE_EQ(average.last(), 2.0);
  for (int second = 2; second < 60; ++second) average.observe(0.1, Instant(second * 1s));
  EXPECT_NEAR(average.last(), 0.1, 0.02);
}

TEST(PeakEwma, ForgivesATargetThatIsNoLongerAsked) {
  PeakEwma average;
  average.observe(1.0, Instant(1s));
  EXPECT_DOUBLE_EQ(average.forgiven(Instant(1s)), 1.0);
  EXPECT_NEAR(average.forgiven(Instant(11s)), 0.5, 1e-9);
  EXPECT_LT(average.forgiven(Instant(101s)), 0.1);
}

}  // namespace
}  // namespace drover::core
