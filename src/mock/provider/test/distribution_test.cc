#include "mock/provider/distribution.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "mock/provider/duration_text.h"

namespace drover::mock {
namespace {

using namespace std::chrono_literals;
using Quantity = Distribution::Quantity;

Distribution latency(std::string_view text) {
  Result<Distribution> read = parse_distribution(text, Quantity::Span);
  EXPECT_TRUE(read.has_value()) << (read ? "" : read.error().message);
  return read.value_or(Distribution{});
}

std::vector<double> draws(const Distribution& distribution, std::size_t count) {
  Random random(7);
  std::vector<double> values(count);
  for (double& value : values) value = distribution.draw(random);
  std::sort(values.begin(), values.end());
  return values;
}

TEST(DurationText, ReadsUnitsAndDecimals) {
  EXPECT_EQ(parse_span("200ms"), Duration(200ms));
  EXPECT_EQ(parse_span("1.5s"), Duration(1500ms));
  EXPECT_EQ(parse_span("2m"), Duration(2min));
  EXPECT_EQ(parse_span("-10s"), Duration(-10s));
  EXPECT_EQ(parse_span("0"), Duration(0));
}

TEST(DurationText, RefusesMissingUnitsAndNonsense) {
  for (const char* text : {"", "5", "s", "5 s", "5x", "nan", "inf", "25h", "1e300s"}) {
    EXPECT_FALSE(parse_span(text).has_value()) << text;
  }
  EXPECT_NE(parse_span("5").error().message.find("needs a unit"), std::string::npos);
}

TEST(DurationText, WritesWhatItReads) {
  for (const char* text : {"200ms", "2s", "150us", "-10s"}) EXPECT_EQ(span_text(*parse_span(text)), text);
}

TEST(Distribution, ABareValueIsFixed) {
  EXPECT_EQ(latency("200ms"), Distribution::fixed(Duration(200ms)));
  Random random(1);
  EXPECT_EQ(latency("fixed:200ms").draw_span(random), Duration(200ms));
}

TEST(Distribution, UniformStaysBetweenItsEnds) {
  const std::vector<double> values = draws(latency("uniform:1s-3s"), 10'000);
  EXPECT_GE(values.front(), 1e9);
  EXPECT_LE(values.back(), 3e9);
  EXPECT_NEAR(values[5'000], 2e9, 0.05e9);
}

TEST(Distribution, LognormalHasTheMedianAndTailItWasGiven) {
  const std::vector<double> values = draws(latency("lognormal:p50=300ms,p99=2s"), 100'000);
  EXPECT_NEAR(values[50'000], 300e6, 10e6);
  EXPECT_NEAR(values[99'000], 2e9, 0.15e9);
}

TEST(Distribution, ExponentialHasItsMean) {
  const std::vector<double> values = draws(latency("exp:100ms"), 100'000);
  double sum = 0;
  for (const double value : values) sum += value;
  EXPECT_NEAR(sum / 100'000, 100e6, 2e6);
}

TEST(Distribution, SameSeedSameDraws) {
  EXPECT_EQ(draws(latency("exp:1s"), 100), draws(latency("exp:1s"), 100));
}

TEST(Distribution, WritesTheFormItReads) {
  for (const char* text : {"fixed:200ms", "uniform:1s-3s", "lognormal:p50=300ms,p99=2s", "exp:150ms"}) {
    EXPECT_EQ(latency(text).text(Quantity::Span), text);
  }
  EXPECT_EQ(parse_distribution("uniform:20-80", Quantity::Number)->text(Quantity::Number), "uniform:20-80");
}

TEST(Distribution, RefusesWhatItCannotMean) {
  for (const char* text : {"gauss:1s", "uniform:3s-1s", "uniform:1s", "lognormal:p50=1s", "lognormal:p50=0,p99=1s",
                           "fixed:-1s", "uniform:1s-x", "lognormal:p50=x,p99=1s", "lognormal:p50=1s,p99=y", "exp:"}) {
    EXPECT_FALSE(parse_distribution(text, Quantity::Span).has_value()) << text;
  }
  EXPECT_FALSE(parse_distribution("-5", Quantity::Number).has_value());
}

}  // namespace
}  // namespace drover::mock
