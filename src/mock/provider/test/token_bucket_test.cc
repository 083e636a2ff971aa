#include "mock/provider/token_bucket.h"

#include <gtest/gtest.h>

namespace drover::mock {
namespace {

using namespace std::chrono_literals;

Instant at(Duration span) {
  return Instant{} + 1h + span;
}

TEST(TokenBucket, StartsFullAndRunsEmpty) {
  TokenBucket bucket(3, 1min);
  for (int taken = 0; taken < 3; ++taken) {
    EXPECT_TRUE(bucket.holds(1, at(0s)));
    bucket.take(1, at(0s));
  }
  EXPECT_FALSE(bucket.holds(1, at(0s)));
}

TEST(TokenBucket, RefillsEvenlyAndNeverBeyondItsCapacity) {
  TokenBucket bucket(60, 1min);
  bucket.take(60, at(0s));
  EXPECT_NEAR(bucket.level_at(at(10s)), 10, 1e-6);
  EXPECT_NEAR(bucket.level_at(at(10min)), 60, 1e-6);
}

TEST(TokenBucket, SaysWhenEnoughWillBeThere) {
  TokenBucket bucket(60, 1min);
  bucket.take(60, at(0s));
  EXPECT_NEAR(std::chrono::duration<double>(bucket.until(5, at(0s))).count(), 5, 1e-6);
  EXPECT_TRUE(bucket.holds(5, at(0s) + bucket.until(5, at(0s))));
  EXPECT_EQ(bucket.until(1, at(30s)), Duration::zero());
}

}  // namespace
}  // namespace drover::mock
