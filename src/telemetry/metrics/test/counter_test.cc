#include "telemetry/metrics/counter.h"

#include <gtest/gtest.h>

namespace drover::telemetry {
namespace {

using namespace std::chrono_literals;

TEST(Counter, AddsUp) {
  Counter counter;
  counter.add();
  counter.add(41);
  EXPECT_EQ(counter.value(), 42U);
}

TEST(Histogram, CountsIntoTheFirstBucketThatHolds) {
  Histogram histogram;
  histogram.observe(0ms);
  histogram.observe(5ms);
  histogram.observe(5ms + 1ns);
  histogram.observe(1h);
  EXPECT_EQ(histogram.in_bucket(0), 2U);
  EXPECT_EQ(histogram.in_bucket(1), 1U);
  EXPECT_EQ(histogram.in_bucket(kBuckets.size()), 1U);
  EXPECT_EQ(histogram.microseconds(), 3600U * 1000 * 1000 + 10000);
}

TEST(Histogram, ATimeThatRanBackwardsCountsAsNone) {
  Histogram histogram;
  histogram.observe(-1s);
  EXPECT_EQ(histogram.in_bucket(0), 1U);
  EXPECT_EQ(histogram.microseconds(), 0U);
}

}  // namespace
}  // namespace drover::telemetry
