#include "demo/account/percentile.h"

#include <gtest/gtest.h>

namespace drover::demo {
namespace {

using namespace std::chrono_literals;

std::vector<Duration> one_to(int count) {
  std::vector<Duration> times;
  for (int time = count; time >= 1; --time) times.push_back(time * 1ms);
  return times;
}

TEST(Percentile, IsAMeasuredTimeThatTheShareDoesNotExceed) {
  EXPECT_EQ(percentile(one_to(100), 0.5), 50ms);
  EXPECT_EQ(percentile(one_to(100), 0.99), 99ms);
  EXPECT_EQ(percentile(one_to(100), 1.0), 100ms);
  EXPECT_EQ(percentile(one_to(3), 0.5), 2ms);
}

TEST(Percentile, OfFewTimesIsTheWorstAtP99) {
  EXPECT_EQ(percentile(one_to(10), 0.99), 10ms);
  EXPECT_EQ(percentile({7ms}, 0.99), 7ms);
}

TEST(Percentile, OfNothingIsZero) {
  EXPECT_EQ(percentile({}, 0.5), 0ms);
}

TEST(Percentile, TakesSharesOutsideItsRangeAsItsEnds) {
  EXPECT_EQ(percentile(one_to(10), -1), 1ms);
  EXPECT_EQ(percentile(one_to(10), 2), 10ms);
}

}  // namespace
}  // namespace drover::demo
