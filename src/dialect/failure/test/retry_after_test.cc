#include "dialect/failure/retry_after.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

namespace drover::dialect {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kNow = 1'755'780'000;  // 2025-08-21T12:40:00Z

std::optional<Duration> from(std::initializer_list<http::Field> list) {
  http::Fields fields;
  for (const http::Field& field : list) (void)fields.push_back(field);
  return retry_after(fields, kNow);
}

TEST(RetryAfter, C1_ReadsSeconds) {
  EXPECT_EQ(from({{"Retry-After", "7"}}), 7s);
  EXPECT_EQ(from({{"retry-after", " 7.5 "}}), 7500ms);
  EXPECT_EQ(from({{"retry-after", "0"}}), 0s);
}

TEST(RetryAfter, C2_ReadsDatesInThreeForms) {
  EXPECT_EQ(from({{"retry-after", "Thu, 21 Aug 2025 12:40:30 GMT"}}), 30s);
  EXPECT_EQ(from({{"retry-after", "Thursday, 21-Aug-25 12:40:30 GMT"}}), 30s);
  EXPECT_EQ(from({{"retry-after", "Thu Aug 21 12:40:30 2025"}}), 30s);
}

TEST(RetryAfter, C2_TakesThePastForNowAndCapsTheFuture) {
  EXPECT_EQ(from({{"retry-after", "Thu, 21 Aug 2025 12:39:00 GMT"}}), 0s);
  EXPECT_EQ(from({{"retry-after", "Sat, 20 Sep 2025 12:40:00 GMT"}}), kMaxRetryAfter);
  EXPECT_EQ(from({{"retry-after", "999999"}}), kMaxRetryAfter);
  EXPECT_EQ(from({{"retry-after", "99999999999999999999999999"}}), kMaxRetryAfter);
}

TEST(RetryAfter, C2_TakesGarbageForNothing) {
  for (const std::string_view text : {"", "soon", "-1", "1e3", "7 seconds", "0x10", "1.2.3", "nan", "inf", "."}) {
    EXPECT_FALSE(from({{"retry-after", text}}).has_value()) << text;
  }
}

TEST(RetryAfter, ReadsSecondsSince1970) {
  EXPECT_EQ(from({{"retry-after", "1755780020"}}), 20s);
  EXPECT_EQ(from({{"retry-after", "1755779000"}}), 0s);
}

TEST(RetryAfter, C3_ReadsMillisecondsAndPrefersThem) {
  EXPECT_EQ(from({{"retry-after-ms", "120"}}), 120ms);
  EXPECT_EQ(from({{"x-ms-retry-after-ms", "1500"}, {"retry-after", "60"}}), 1500ms);
  EXPECT_EQ(from({{"retry-after-ms", "junk"}, {"retry-after", "60"}}), 60s);
}

TEST(RetryAfter, C3_OfTwoOfOneRankTheLongerCounts) {
  EXPECT_EQ(from({{"retry-after-ms", "120"}, {"x-ms-retry-after-ms", "450"}}), 450ms);
  EXPECT_EQ(from({{"retry-after", "3"}, {"retry-after", "9"}}), 9s);
}

TEST(RetryAfter, C3_ReadsResetsOnlyWhereNothingRemains) {
  EXPECT_EQ(from({{"x-ratelimit-remaining-requests", "0"},
                  {"x-ratelimit-reset-requests", "120ms"},
                  {"x-ratelimit-remaining-tokens", "100"},
                  {"x-ratelimit-reset-tokens", "6m0s"}}),
            120ms);
  EXPECT_FALSE(from({{"x-ratelimit-reset-tokens", "6m0s"}}).has_value());
  EXPECT_FALSE(from({{"x-ratelimit-remaining-tokens", "-1"}, {"x-ratelimit-reset-tokens", "6m0s"}}).has_value());
}

TEST(RetryAfter, C3_ReadsTheFamiliesOfOtherProviders) {
  EXPECT_EQ(from({{"Anthropic-RateLimit-Tokens-Remaining", "0"},
                  {"anthropic-ratelimit-tokens-reset", "2025-08-21T12:40:59Z"}}),
            59s);
  EXPECT_EQ(from({{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1755780005"}}), 5s);
  EXPECT_EQ(from({{"x-rate-limit-remaining-tokens", "0"}, {"x-rate-limit-reset-tokens", "37"}}), 37s);
  EXPECT_EQ(from({{"x-ratelimit-remaining-project-tokens", "0"}, {"x-ratelimit-reset-project-tokens", "1s"}}), 1s);
}

TEST(RetryAfter, C3_OfTwoResetsTheLongerCountsAndRetryAfterComesFirst) {
  const std::initializer_list<http::Field> resets = {{"x-ratelimit-remaining-requests", "0"},
                                                     {"x-ratelimit-reset-requests", "2s"},
                                                     {"x-ratelimit-remaining-tokens", "0"},
                                                     {"x-ratelimit-reset-tokens", "6m0s"}};
  EXPECT_EQ(from(resets), 6min);
  EXPECT_EQ(from({{"x-ratelimit-remaining-tokens", "0"}, {"x-ratelimit-reset-tokens", "6m0s"}, {"retry-after", "1"}}),
            1s);
}

TEST(ParseReset, ReadsGoDurations) {
  EXPECT_EQ(parse_reset("1s", kNow), 1s);
  EXPECT_EQ(parse_reset("12ms", kNow), 12ms);
  EXPECT_EQ(parse_reset("8.64s", kNow), 8640ms);
  EXPECT_EQ(parse_reset("1h2m3s", kNow), 3723s);
  EXPECT_EQ(parse_reset("1m26.4s", kNow), 86400ms);
  EXPECT_EQ(parse_reset("2m59.56s", kNow), 179560ms);
  EXPECT_EQ(parse_reset("250us", kNow), 250us);
  EXPECT_EQ(parse_reset("250\xC2\xB5s", kNow), 250us);
  EXPECT_EQ(parse_reset("100ns", kNow), 100ns);
}

TEST(ParseReset, TakesGarbageForNothing) {
  for (const std::string_view text : {"", "m", "s1", "1x", "1m-2s", "6m0s!", "one minute", "1m2"}) {
    EXPECT_FALSE(parse_reset(text, kNow).has_value()) << text;
  }
}

TEST(RetryHint, ReadsTheSentencesOfProviders) {
  EXPECT_EQ(retry_hint("Rate limit reached. Limit 3, Used 3, Requested 1. Please try again in 20s. Visit x."), 20s);
  EXPECT_EQ(retry_hint("Please try again in 1.2s."), 1200ms);
  EXPECT_EQ(retry_hint("Please try again in 6m0s."), 6min);
  EXPECT_EQ(retry_hint("Please try again in 120ms"), 120ms);
  EXPECT_EQ(retry_hint("Please retry after 37 seconds. Go away."), 37s);
  EXPECT_EQ(retry_hint("RETRY AFTER 1 minute"), 1min);
  EXPECT_EQ(retry_hint("Please retry in 37.9s"), 37900ms);
  EXPECT_EQ(retry_hint("retry after 400 days"), kMaxRetryAfter);
}

TEST(RetryHint, FindsNothingWhereNothingIs) {
  for (const std::string_view text :
       {"", "try again in a while", "try again in ", "try again later", "retry after 5"}) {
    EXPECT_FALSE(retry_hint(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace drover::dialect
