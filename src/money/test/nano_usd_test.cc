#include "money/nano_usd.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/random.h"

namespace drover::money {
namespace {

std::int64_t nano(std::string_view text) {
  const auto read = parse_usd(text);
  return read ? read->value : -1;
}

std::string fault(std::string_view text) {
  const auto read = parse_usd(text);
  return read ? "" : read.error().code;
}

TEST(NanoUsd, ReadsDollarsExactly) {
  EXPECT_EQ(nano("5"), 5'000'000'000);
  EXPECT_EQ(nano("5.00 usd"), 5'000'000'000);
  EXPECT_EQ(nano("0.1USD"), 100'000'000);
  EXPECT_EQ(nano(" 12.345678901 Usd "), 12'345'678'901);
  EXPECT_EQ(nano(".5"), 500'000'000);
  EXPECT_EQ(nano("0"), 0);
  EXPECT_EQ(nano("-0.00"), 0);
  EXPECT_EQ(nano("1.00000000000000000000"), kNanoUsdPerUsd);
  EXPECT_EQ(nano("1000000000"), kMostMoney.value);
  EXPECT_EQ(nano("000000000000000000000000000000005"), 5'000'000'000);
}

TEST(NanoUsd, TellsWhatIsWrongWithAText) {
  EXPECT_EQ(fault(""), "money_missing");
  EXPECT_EQ(fault(" usd"), "money_missing");
  for (const char* text : {"nan", "NaN", "inf", "-inf", "1e3", "0x10", "1,000", "$5", "5 eur", "1.2.3", "5.", "--1",
                           ".", "-", "5 usd usd", "٥"}) {
    EXPECT_EQ(fault(text), "money_not_a_number") << text;
  }
  EXPECT_EQ(fault(std::string(10'000, '9')), "money_not_a_number");
  EXPECT_EQ(fault("-0.000000001"), "money_negative");
  EXPECT_EQ(fault("-99999999999999999999999999"), "money_negative");
  EXPECT_EQ(fault("0.0000000001"), "money_too_fine");
  EXPECT_EQ(fault("1000000000.000000001"), "money_too_large");
  EXPECT_EQ(fault("9223372036.854775808"), "money_too_large");
  EXPECT_EQ(fault("99999999999999999999999999999999999999"), "money_too_large");
}

TEST(NanoUsd, ReadsNumbersOfJsonToTheNearestBillionth) {
  EXPECT_EQ(usd_from_number(0.1)->value, 100'000'000);
  EXPECT_EQ(usd_from_number(0)->value, 0);
  EXPECT_EQ(usd_from_number(1e9)->value, kMostMoney.value);
  EXPECT_EQ(usd_from_number(4e-10)->value, 0);
  EXPECT_EQ(usd_from_number(std::nan("")).error().code, "money_not_a_number");
  EXPECT_EQ(usd_from_number(std::numeric_limits<double>::infinity()).error().code, "money_not_a_number");
  EXPECT_EQ(usd_from_number(-0.01).error().code, "money_negative");
  EXPECT_EQ(usd_from_number(1e300).error().code, "money_too_large");
}

TEST(NanoUsd, PrintsDollarsWithTwoToNineDecimals) {
  EXPECT_EQ(usd_text({0}), "0.00");
  EXPECT_EQ(usd_text({5'000'000'000}), "5.00");
  EXPECT_EQ(usd_text({25'000}), "0.000025");
  EXPECT_EQ(usd_text({-1'500'000'000}), "-1.50");
  EXPECT_EQ(usd_text({std::numeric_limits<std::int64_t>::min()}), "-9223372036.854775808");
}

TEST(NanoUsd, ReadsWhatItPrints) {
  Random random(4);
  for (int round = 0; round < 10'000; ++round) {
    const auto bits = static_cast<unsigned>(random.below(60));
    const NanoUsd money{static_cast<std::int64_t>(random.below(std::uint64_t{1} << bits))};
    if (money > kMostMoney) continue;
    ASSERT_EQ(parse_usd(usd_text(money)).value(), money);
  }
}

TEST(NanoUsd, SumsStopAtTheEndsOfTheirRange) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ(add_capped(kMax, 1), kMax);
  EXPECT_EQ(add_capped(kMin, -1), kMin);
  EXPECT_EQ(add_capped(kMax, kMin), -1);
  EXPECT_EQ(add_capped(2, -5), -3);
}

}  // namespace
}  // namespace drover::money
