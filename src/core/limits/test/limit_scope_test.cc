#include "core/limits/limit_scope.h"

#include <gtest/gtest.h>

#include <limits>

namespace drover::core {
namespace {

using namespace std::chrono_literals;

Instant at(Duration since) {
  return Instant(1h + since);
}

Amount tokens(std::int64_t input, std::int64_t output) {
  return {.input_tokens = {input}, .output_tokens = {output}};
}

TEST(LimitScope, AdmitsEverythingWhenNothingIsLimited) {
  LimitScope scope(ModelLimits{});
  for (int round = 0; round < 1000; ++round) {
    ASSERT_TRUE(scope.admits(tokens(1'000'000, 1'000'000), at(0s)));
    scope.take(tokens(1'000'000, 1'000'000), at(0s));
  }
}

TEST(LimitScope, NeverAdmitsMoreRequestsInAMinuteThanItsLimit) {
  LimitScope scope(ModelLimits{.requests_per_minute = 10});
  int admitted = 0;
  for (Duration since = 0s; since < 60s; since += 100ms) {
    if (!scope.admits({}, at(since))) continue;
    scope.take({}, at(since));
    ++admitted;
  }
  EXPECT_EQ(admitted, 10);
}

TEST(LimitScope, SaysWhenARefusedRequestWillFit) {
  LimitScope scope(ModelLimits{.requests_per_minute = 1});
  scope.take({}, at(0s));
  const Instant when = scope.admits_at({}, at(10s));
  EXPECT_GE(when, at(60s));
  EXPECT_LE(when, at(60s) + 250ms);  // a whole second cost clients requests that there was room for
  EXPECT_TRUE(scope.admits({}, when));
}

TEST(LimitScope, CountsInputAndOutputTokensApart) {
  LimitScope scope(ModelLimits{.input_tokens_per_minute = 1000, .output_tokens_per_minute = 100});
  scope.take(tokens(10, 90), at(0s));
  EXPECT_TRUE(scope.admits(tokens(900, 10), at(1s)));
  EXPECT_FALSE(scope.admits(tokens(10, 20), at(1s)));
  EXPECT_FALSE(scope.admits(tokens(995, 0), at(1s)));
}

TEST(LimitScope, ReplacesTheEstimateByWhatWasReallyUsed) {
  LimitScope scope(ModelLimits{.output_tokens_per_minute = 100});
  scope.take(tokens(0, 90), at(0s));
  EXPECT_FALSE(scope.admits(tokens(0, 50), at(1s)));
  scope.settle(tokens(0, 90), tokens(0, 10), at(0s));
  EXPECT_TRUE(scope.admits(tokens(0, 50), at(1s)));
  LimitScope input(ModelLimits{.input_tokens_per_minute = 100});
  input.take(tokens(40, 0), at(0s));
  input.settle(tokens(40, 0), tokens(50, 0), at(0s));
  EXPECT_TRUE(input.admits(tokens(50, 0), at(1s)));
  EXPECT_FALSE(input.admits(tokens(51, 0), at(1s)));
}

TEST(LimitScope, LimitsHowManyRunAtOnce) {
  LimitScope scope(ModelLimits{.concurrent = 2});
  scope.take({}, at(0s));
  scope.take({}, at(0s));
  EXPECT_EQ(scope.admits_at({}, at(1s)), at(1s) + kCapacityPoll);
  scope.settle({}, {}, at(0s));
  EXPECT_TRUE(scope.admits({}, at(1s)));
}

TEST(LimitScope, LimitsADay) {
  LimitScope scope(ModelLimits{.requests_per_day = 1});
  scope.take({}, at(0s));
  EXPECT_FALSE(scope.admits({}, at(23h)));
  EXPECT_TRUE(scope.admits({}, at(25h)));
}

TEST(LimitScope, LetsAnEstimateOverTheWholeLimitWaitForAnEmptyWindow) {
  LimitScope scope(ModelLimits{.input_tokens_per_minute = 100});
  EXPECT_TRUE(scope.admits(tokens(5000, 0), at(0s)));
  scope.take(tokens(1, 0), at(0s));
  EXPECT_FALSE(scope.admits(tokens(5000, 0), at(1s)));
  EXPECT_TRUE(scope.admits(tokens(5000, 0), at(62s)));
}

TEST(LimitScope, DoesNotBelieveAnAbsurdUsage) {
  LimitScope scope(ModelLimits{.output_tokens_per_minute = 100});
  scope.take(tokens(0, 1), at(0s));
  scope.settle(tokens(0, 1), tokens(-5, std::numeric_limits<std::int64_t>::max()), at(0s));
  EXPECT_FALSE(scope.admits(tokens(0, 1), at(1s)));
  EXPECT_TRUE(scope.admits(tokens(0, 1), at(62s)));
}

TEST(LimitScope, CarriesItsCountsThroughAReload) {
  LimitScope scope(ModelLimits{.requests_per_day = 5, .concurrent = 9});
  for (int round = 0; round < 5; ++round) scope.take({}, at(0s));
  scope.hold_to(ModelLimits{.requests_per_day = 5, .concurrent = 9});
  EXPECT_FALSE(scope.admits({}, at(1h)));
  EXPECT_EQ(scope.running(), 5);
  scope.hold_to(ModelLimits{.requests_per_day = 6, .concurrent = 6});
  EXPECT_TRUE(scope.admits({}, at(1h)));
  scope.hold_to(ModelLimits{.requests_per_day = 6, .concurrent = 5});
  EXPECT_FALSE(scope.admits({}, at(1h)));
}

TEST(LimitScope, E6_ALimitThatIsNewCountsNothingThatWasTakenBefore) {
  LimitScope scope(ModelLimits{.concurrent = 9});
  scope.take(tokens(1000, 0), at(0s));
  scope.hold_to(ModelLimits{.input_tokens_per_minute = 100, .concurrent = 9});
  scope.settle(tokens(1000, 0), tokens(10, 0), at(0s));  // gives back nothing that was counted here
  EXPECT_TRUE(scope.admits(tokens(100, 0), at(1s)));
  scope.take(tokens(100, 0), at(1s));
  EXPECT_FALSE(scope.admits(tokens(1, 0), at(2s)));
}

TEST(LimitScope, TellsWhatIsLeftAndWhenItIsWholeAgain) {
  LimitScope scope(ModelLimits{.requests_per_minute = 10, .input_tokens_per_minute = 1000, .concurrent = 1});
  scope.take(tokens(300, 50), at(0s));
  scope.settle(tokens(300, 50), {.requests = {1}, .input_tokens = {200}}, at(0s));
  scope.take(tokens(100, 50), at(10s));
  QuotaHints left;
  scope.lower(left, at(20s));
  EXPECT_EQ(left.of(QuotaDimension::AllRequests).limit, 10);
  EXPECT_EQ(left.of(QuotaDimension::AllRequests).remaining, 8);
  EXPECT_GE(left.of(QuotaDimension::AllRequests).reset, 50s);
  EXPECT_LE(left.of(QuotaDimension::AllRequests).reset, 51s);
  EXPECT_EQ(left.of(QuotaDimension::InputTokens).remaining, 700);
  EXPECT_FALSE(left.of(QuotaDimension::OutputTokens).any()) << "it is not limited";
  EXPECT_FALSE(left.of(QuotaDimension::AllTokens).any());
}

TEST(LimitScope, TellsTheLimitThatLeavesTheLeast) {
  LimitScope scope(ModelLimits{.requests_per_minute = 10, .requests_per_day = 12});
  for (int count = 0; count < 5; ++count) scope.take({}, at(0s));
  QuotaHints left;
  scope.lower(left, at(1s));
  EXPECT_EQ(left.of(QuotaDimension::AllRequests).limit, 10);
  scope.lower(left, at(120s));
  EXPECT_EQ(left.of(QuotaDimension::AllRequests).remaining, 5) << "what was less stays";
  QuotaHints later;
  scope.lower(later, at(120s));
  EXPECT_EQ(later.of(QuotaDimension::AllRequests).limit, 12);
  EXPECT_EQ(later.of(QuotaDimension::AllRequests).remaining, 7);
  EXPECT_GE(later.of(QuotaDimension::AllRequests).reset, 23h);
}

TEST(LimitScope, LeavesNothingAndNotLessWhereUsageWentBeyondItsLimit) {
  LimitScope scope(ModelLimits{.output_tokens_per_minute = 100});
  scope.take(tokens(0, 10), at(0s));
  scope.settle(tokens(0, 10), tokens(0, 5000), at(0s));
  QuotaHints left;
  scope.lower(left, at(1s));
  EXPECT_EQ(left.of(QuotaDimension::OutputTokens).remaining, 0);
  EXPECT_EQ(left.of(QuotaDimension::OutputTokens).limit, 100);
}

}  // namespace
}  // namespace drover::core
