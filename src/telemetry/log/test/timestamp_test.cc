#include "telemetry/log/timestamp.h"

#include <gtest/gtest.h>

namespace drover::telemetry {
namespace {

TEST(Timestamp, IsRfc3339InUtcWithMilliseconds) {
  EXPECT_EQ(timestamp_text(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(timestamp_text(1795391590123), "2026-11-22T23:53:10.123Z");
  EXPECT_EQ(timestamp_text(951782399999), "2000-02-28T23:59:59.999Z");
  EXPECT_EQ(timestamp_text(951782400000), "2000-02-29T00:00:00.000Z");
}

TEST(Timestamp, StaysWithinFourDigitYears) {
  EXPECT_EQ(timestamp_text(-1), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(timestamp_text(INT64_MAX), "9999-12-31T23:59:59.999Z");
}

}  // namespace
}  // namespace drover::telemetry
