#include "core/dispatch/backoff.h"

#include <gtest/gtest.h>

#include <limits>

namespace drover::core {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesFromItsFirstWaitWithoutJitter) {
  Random random(1);
  RetrySettings settings{.backoff = 500ms, .multiplier = 2.0, .jitter = Jitter::None};
  EXPECT_EQ(backoff(settings, 0, random), 500ms);
  EXPECT_EQ(backoff(settings, 1, random), 1s);
  EXPECT_EQ(backoff(settings, 2, random), 2s);
}

TEST(Backoff, NeverExceedsItsMaximum) {
  Random random(1);
  RetrySettings settings{.backoff = 500ms, .max_backoff = 8s, .jitter = Jitter::None};
  EXPECT_EQ(backoff(settings, 5, random), 8s);
  EXPECT_EQ(backoff(settings, std::numeric_limits<std::uint32_t>::max(), random), 8s);
}

TEST(Backoff, SpreadsEvenlyBelowTheWaitWithFullJitter) {
  Random random(7);
  RetrySettings settings{.backoff = 1s, .jitter = Jitter::Full};
  Duration sum{};
  for (int round = 0; round < 1000; ++round) {
    const Duration wait = backoff(settings, 0, random);
    ASSERT_GE(wait, 0s);
    ASSERT_LT(wait, 1s);
    sum += wait;
  }
  EXPECT_NEAR(std::chrono::duration<double>(sum / 1000).count(), 0.5, 0.05);
}

}  // namespace
}  // namespace drover::core
