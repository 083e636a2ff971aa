#include "dialect/failure/timestamp.h"

#include <gtest/gtest.h>

#include <string>

namespace drover::dialect {
namespace {

constexpr std::int64_t kNow = 1'790'000'000;  // 21 September 2026

TEST(HttpDate, ReadsTheThreeFormsOfTheStandard) {
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT", kNow), 784111777);
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", kNow), 784111777);
  EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994", kNow), 784111777);
  EXPECT_EQ(parse_http_date("Thu Jan 22 00:00:00 2026", kNow), 1769040000);
}

TEST(HttpDate, TakesATwoDigitYearForTheNearCentury) {
  EXPECT_EQ(parse_http_date("Tuesday, 01-Sep-26 00:00:00 GMT", kNow), 1788220800);
  EXPECT_EQ(parse_http_date("Saturday, 01-Jan-77 00:00:00 GMT", kNow), 220924800);
}

TEST(HttpDate, KnowsLeapDaysAndLeapSeconds) {
  EXPECT_EQ(parse_http_date("Thu, 29 Feb 2024 00:00:00 GMT", kNow), 1709164800);
  EXPECT_FALSE(parse_http_date("Sat, 29 Feb 2025 00:00:00 GMT", kNow).has_value());
  EXPECT_EQ(parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT", kNow), 1483228800);
}

TEST(HttpDate, RefusesGarbage) {
  for (const std::string text :
       {"", "garbage", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 32 Nov 1994 08:49:37 GMT",
        "Xxx, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Xxx 1994 08:49:37 GMT", "Sun Nov 6 08:49:37 1994"}) {
    EXPECT_FALSE(parse_http_date(text, kNow).has_value()) << text;
  }
}

TEST(HttpDate, SurvivesAnOddClock) {
  EXPECT_TRUE(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", INT64_MIN).has_value());
  (void)parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", INT64_MAX);
}

TEST(Rfc3339, ReadsUtcOffsetsAndFractions) {
  EXPECT_EQ(parse_rfc3339("2025-08-21T12:40:59Z"), 1755780059);
  EXPECT_EQ(parse_rfc3339("2025-08-21T12:40:59.123456Z"), 1755780059);
  EXPECT_EQ(parse_rfc3339("2025-08-21T19:40:59+07:00"), 1755780059);
  EXPECT_EQ(parse_rfc3339("2025-08-21T08:10:59-04:30"), 1755780059);
}

TEST(Rfc3339, RefusesGarbage) {
  for (const std::string text :
       {"", "2025-08-21", "2025-08-21T12:40:59", "2025-08-21T12:40:59ZZ", "2025-13-21T12:40:59Z",
        "2025-08-21T12:40:59+7:00", "2025-08-21T12:40:59+24:00", "2025-08-21T12:40Z"}) {
    EXPECT_FALSE(parse_rfc3339(text).has_value()) << text;
  }
}

TEST(Timestamp, IsWrittenAsItIsRead) {
  EXPECT_EQ(rfc3339_text(1'797'033'600 + 34'200), "2026-12-12T09:30:00Z");
  for (const std::int64_t at : {std::int64_t{0}, std::int64_t{951'782'400}, std::int64_t{253'402'300'799}}) {
    EXPECT_EQ(parse_rfc3339(rfc3339_text(at)), at);
  }
  EXPECT_EQ(rfc3339_text(-5), "1970-01-01T00:00:00Z");
}

}  // namespace
}  // namespace drover::dialect
