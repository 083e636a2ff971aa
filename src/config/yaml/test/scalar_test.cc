#include "config/yaml/scalar.h"

#include <gtest/gtest.h>

namespace drover::config {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(Scalar, ReadsWholeNumbersAndNothingElse) {
  EXPECT_EQ(parse_whole("0"), 0U);
  EXPECT_EQ(parse_whole("18446744073709551615"), UINT64_MAX);
  for (const char* bad :
       {"", "-1", "+1", " 1", "1 ", "007", "1.0", "1e3", "0x10", "18446744073709551616", "1_000", "٣"}) {
    EXPECT_FALSE(parse_whole(bad)) << bad;
  }
}

TEST(Scalar, ReadsDecimals) {
  EXPECT_EQ(parse_decimal("2"), 2.0);
  EXPECT_EQ(parse_decimal("1.5"), 1.5);
  for (const char* bad : {"", ".5", "1.", "1.2345678", "-1.5", "1.5e3", "nan", "inf", "1,5"}) {
    EXPECT_FALSE(parse_decimal(bad)) << bad;
  }
}

TEST(Scalar, ReadsDurations) {
  EXPECT_EQ(parse_duration("500ms"), milliseconds(500));
  EXPECT_EQ(parse_duration("3s"), seconds(3));
  EXPECT_EQ(parse_duration("1.5s"), milliseconds(1500));
  EXPECT_EQ(parse_duration("10m"), minutes(10));
  EXPECT_EQ(parse_duration("1h"), hours(1));
  EXPECT_EQ(parse_duration("0s"), seconds(0));
}

TEST(Scalar, RefusesDurationsWithoutAUnitOrTooLong) {
  for (const char* bad : {"", "3", "s", "3 s", "3S", "3sec", "-3s", "1001h", "99999999999999999999h", "1h30m", "off"}) {
    EXPECT_FALSE(parse_duration(bad)) << bad;
  }
}

TEST(Scalar, ReadsSizes) {
  EXPECT_EQ(parse_size("4096"), 4096U);
  EXPECT_EQ(parse_size("64KiB"), 65536U);
  EXPECT_EQ(parse_size("64MiB"), 67108864U);
  EXPECT_EQ(parse_size("1GiB"), 1073741824U);
}

TEST(Scalar, RefusesSizesThatAreAmbiguousOrOverflow) {
  for (const char* bad : {"", "64MB", "64M", "64 MiB", "1.5GiB", "-1", "18446744073709551615KiB", "17179869184GiB"}) {
    EXPECT_FALSE(parse_size(bad)) << bad;
  }
}

TEST(Scalar, ReadsPercentages) {
  EXPECT_DOUBLE_EQ(parse_share("20%").value_or(-1), 0.2);
  EXPECT_DOUBLE_EQ(parse_share("0.5%").value_or(-1), 0.005);
  EXPECT_DOUBLE_EQ(parse_share("100%").value_or(-1), 1.0);
  for (const char* bad : {"", "%", "20", "0.2", "101%", "-1%", "20 %"}) EXPECT_FALSE(parse_share(bad)) << bad;
}

TEST(Scalar, WritesWhatItReads) {
  EXPECT_EQ(format_duration(milliseconds(500)), "500ms");
  EXPECT_EQ(format_duration(milliseconds(1500)), "1500ms");
  EXPECT_EQ(format_duration(seconds(120)), "2m");
  EXPECT_EQ(format_duration(seconds(0)), "0s");
  EXPECT_EQ(format_duration(kNoLimit), "off");
  EXPECT_EQ(format_size(67108864), "64MiB");
  EXPECT_EQ(format_size(1000), "1000 bytes");
  EXPECT_EQ(format_decimal(2), "2");
  EXPECT_EQ(format_decimal(1.5), "1.5");
  EXPECT_EQ(format_share(0.2), "20%");
  EXPECT_EQ(format_share(0.005), "0.5%");
}

}  // namespace
}  // namespace drover::config
