#include "dialect/failure/quota_hints.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <limits>

namespace drover::dialect {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kNow = 1'755'780'000;  // 2025-08-21T12:40:00Z

std::optional<QuotaHints> from(std::initializer_list<http::Field> list) {
  http::Fields fields;
  for (const http::Field& field : list) (void)fields.push_back(field);
  return quota_hints(fields, kNow);
}

TEST(QuotaHints, ReadsTheCommonFamily) {
  const auto hints = from({{"x-ratelimit-limit-requests", "500"},
                           {"X-RateLimit-Remaining-Requests", "499"},
                           {"x-ratelimit-reset-requests", "120ms"},
                           {"x-ratelimit-remaining-tokens", "0"},
                           {"x-ratelimit-reset-tokens", "6m0s"}});
  ASSERT_TRUE(hints.has_value());
  const QuotaHint& requests = hints->of(QuotaDimension::AllRequests);
  EXPECT_EQ(requests.limit, 500);
  EXPECT_EQ(requests.remaining, 499);
  EXPECT_EQ(requests.reset, 120ms);
  const QuotaHint& tokens = hints->of(QuotaDimension::AllTokens);
  EXPECT_EQ(tokens.limit, std::nullopt);
  EXPECT_EQ(tokens.remaining, 0);
  EXPECT_EQ(tokens.reset, 6min);
}

TEST(QuotaHints, ReadsTheAnthropicFamily) {
  const auto hints = from({{"anthropic-ratelimit-input-tokens-limit", "40000"},
                           {"anthropic-ratelimit-input-tokens-remaining", "12000"},
                           {"anthropic-ratelimit-input-tokens-reset", "2025-08-21T12:40:30Z"},
                           {"anthropic-ratelimit-output-tokens-remaining", "7"}});
  ASSERT_TRUE(hints.has_value());
  const QuotaHint& input = hints->of(QuotaDimension::InputTokens);
  EXPECT_EQ(input.limit, 40000);
  EXPECT_EQ(input.remaining, 12000);
  EXPECT_EQ(input.reset, 30s);
  EXPECT_EQ(hints->of(QuotaDimension::OutputTokens).remaining, 7);
}

TEST(QuotaHints, LeavesNonsenseForOthersToJudge) {
  const auto hints = from({{"x-ratelimit-remaining-requests", "-1"},
                           {"x-ratelimit-limit-requests", "99999999999999999999999"},
                           {"x-ratelimit-reset-requests", "2001-01-01T00:00:00Z"}});
  ASSERT_TRUE(hints.has_value());
  const QuotaHint& requests = hints->of(QuotaDimension::AllRequests);
  EXPECT_EQ(requests.remaining, -1);
  EXPECT_EQ(requests.limit, std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(requests.reset, 0s);
}

TEST(QuotaHints, AreNothingWithoutFieldsThatMeanSomething) {
  EXPECT_FALSE(from({{"content-type", "application/json"}}).has_value());
  EXPECT_FALSE(from({{"x-ratelimit-", "1"}, {"x-ratelimit-remaining", "1"}}).has_value());
  EXPECT_FALSE(from({{"x-ratelimit-remaining-images", "1"}, {"x-ratelimit-used-requests", "1"}}).has_value());
  EXPECT_FALSE(from({{"anthropic-ratelimit-requests", "1"}}).has_value());
}

TEST(QuotaHints, TakesWhatIsNoNumberForMissing) {
  const auto hints = from({{"x-ratelimit-remaining-requests", "many"}, {"x-ratelimit-limit-requests", ""}});
  ASSERT_TRUE(hints.has_value());
  EXPECT_FALSE(hints->of(QuotaDimension::AllRequests).any());
}

TEST(QuotaHints, AreWrittenInTheWordsOfEachFamilyAndReadBack) {
  QuotaHints hints;
  hints.of(QuotaDimension::AllRequests) = {.limit = 800, .remaining = 17, .reset = 119500ms};
  hints.of(QuotaDimension::InputTokens) = {.remaining = 5, .reset = 20ms};
  std::string common;
  append_quota_fields(hints, QuotaWords::Common, kNow, common);
  EXPECT_EQ(common,
            "x-ratelimit-limit-requests: 800\r\nx-ratelimit-remaining-requests: 17\r\n"
            "x-ratelimit-reset-requests: 2m0s\r\nx-ratelimit-remaining-tokens: 5\r\n"
            "x-ratelimit-reset-tokens: 20ms\r\n");
  std::string anthropic;
  append_quota_fields(hints, QuotaWords::Anthropic, kNow, anthropic);
  EXPECT_EQ(anthropic,
            "anthropic-ratelimit-requests-limit: 800\r\nanthropic-ratelimit-requests-remaining: 17\r\n"
            "anthropic-ratelimit-requests-reset: 2025-08-21T12:42:00Z\r\n"
            "anthropic-ratelimit-tokens-remaining: 5\r\nanthropic-ratelimit-tokens-reset: 2025-08-21T12:40:01Z\r\n"
            "anthropic-ratelimit-input-tokens-remaining: 5\r\n"
            "anthropic-ratelimit-input-tokens-reset: 2025-08-21T12:40:01Z\r\n");
  std::string nothing;
  append_quota_fields({}, QuotaWords::Common, kNow, nothing);
  EXPECT_EQ(nothing, "");
}

TEST(QuotaHints, OfAllTokensAreThoseOfTheLimitThatLeavesTheLeast) {
  QuotaHints hints;
  hints.of(QuotaDimension::AllTokens) = {.limit = 900, .remaining = 800, .reset = 1s};
  hints.of(QuotaDimension::InputTokens) = {.limit = 500, .remaining = 400, .reset = 2s};
  hints.of(QuotaDimension::OutputTokens) = {.limit = 50, .remaining = 40, .reset = 3s};
  std::string common;
  append_quota_fields(hints, QuotaWords::Common, kNow, common);
  EXPECT_EQ(common,
            "x-ratelimit-limit-tokens: 50\r\nx-ratelimit-remaining-tokens: 40\r\nx-ratelimit-reset-tokens: 3s\r\n");
}

TEST(QuotaHints, OfTwoTheLessIsKeptAndOfEqualsTheLonger) {
  QuotaHint least;
  keep_least(least, {.limit = 5});
  EXPECT_FALSE(least.any()) << "a limit alone says nothing of what is left";
  keep_least(least, {.limit = 5, .remaining = 4, .reset = 1s});
  keep_least(least, {.limit = 3, .remaining = 9, .reset = 9s});
  EXPECT_EQ(least.limit, 5);
  keep_least(least, {.limit = 7, .remaining = 4, .reset = 2s});
  EXPECT_EQ(least.limit, 7);
  keep_least(least, {});
  EXPECT_EQ(least.remaining, 4);
}

}  // namespace
}  // namespace drover::dialect
