#include "mock/provider/rate_limits.h"

#include <gtest/gtest.h>

namespace drover::mock {
namespace {

using namespace std::chrono_literals;

Instant at(Duration span) {
  return Instant{} + 1h + span;
}

TEST(RateLimits, LetsSoManyRequestsThroughAndSaysWhenTheNext) {
  RateLimits limits(KeySettings{.key = "k", .requests_per_minute = 2});
  EXPECT_EQ(limits.admit(0, at(0s)).limit, Limit::None);
  EXPECT_EQ(limits.admit(0, at(0s)).limit, Limit::None);
  const RateLimits::Verdict refused = limits.admit(0, at(0s));
  EXPECT_EQ(refused.limit, Limit::Requests);
  EXPECT_EQ(limits.admit(0, at(0s) + refused.retry_after).limit, Limit::None);
}

TEST(RateLimits, ARefusedRequestTakesNothing) {
  RateLimits limits(KeySettings{.key = "k", .requests_per_minute = 2, .tokens_per_minute = 100});
  EXPECT_EQ(limits.admit(90, at(0s)).limit, Limit::None);
  EXPECT_EQ(limits.admit(90, at(0s)).limit, Limit::Tokens);
  EXPECT_EQ(limits.admit(5, at(0s)).limit, Limit::None);
}

TEST(RateLimits, CountsRunningRequests) {
  RateLimits limits(KeySettings{.key = "k", .concurrent = 1});
  EXPECT_EQ(limits.admit(0, at(0s)).limit, Limit::None);
  EXPECT_EQ(limits.admit(0, at(0s)).limit, Limit::Concurrent);
  limits.finished();
  EXPECT_EQ(limits.admit(0, at(0s)).limit, Limit::None);
}

TEST(RateLimits, ALimitPerSecondIsALimitOfItsOwn) {
  RateLimits limits(KeySettings{.key = "k", .requests_per_second = 1, .requests_per_minute = 100});
  EXPECT_EQ(limits.admit(0, at(0s)).limit, Limit::None);
  EXPECT_EQ(limits.admit(0, at(500ms)).limit, Limit::Requests);
  EXPECT_EQ(limits.admit(0, at(1100ms)).limit, Limit::None);
}

TEST(RateLimits, ARequestLargerThanTheLimitPassesWhenTheBucketIsFull) {
  RateLimits limits(KeySettings{.key = "k", .tokens_per_minute = 10});
  EXPECT_EQ(limits.admit(1'000, at(0s)).limit, Limit::None);
  EXPECT_EQ(limits.admit(1, at(1s)).limit, Limit::Tokens);
}

TEST(RateLimits, TellsWhatIsLeft) {
  RateLimits limits(KeySettings{.key = "k", .requests_per_minute = 60});
  ASSERT_EQ(limits.admit(0, at(0s)).limit, Limit::None);
  const std::vector<FieldLine> fields = limits.fields(at(0s));
  ASSERT_EQ(fields.size(), 3U);
  EXPECT_EQ(fields[1].name, "x-ratelimit-remaining-requests");
  EXPECT_EQ(fields[1].value, "59");
  EXPECT_TRUE(RateLimits().fields(at(0s)).empty());
}

TEST(RateLimits, WritesResetsAsProvidersDo) {
  EXPECT_EQ(reset_text(12ms), "12ms");
  EXPECT_EQ(reset_text(1s), "1s");
  EXPECT_EQ(reset_text(6min), "6m0s");
  EXPECT_EQ(reset_text(8640ms), "8.64s");
  EXPECT_EQ(reset_text(1h + 2min + 3s), "1h2m3s");
}

}  // namespace
}  // namespace drover::mock
