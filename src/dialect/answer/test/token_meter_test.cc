#include "dialect/answer/token_meter.h"

#include <gtest/gtest.h>

namespace drover::dialect {
namespace {

TEST(TokenMeter, CountsOneTokenForEachShortEvent) {
  TokenMeter meter;
  EXPECT_EQ(meter.tokens(), 0);
  for (int event = 0; event < 100; ++event) meter.content(200);
  EXPECT_EQ(meter.tokens(), 100);
}

TEST(TokenMeter, CountsTheTextOfLongEventsByItsSize) {
  TokenMeter meter;
  meter.content(200);
  meter.content(200 + 4000);
  EXPECT_EQ(meter.tokens(), 996);
}

TEST(TokenMeter, LearnsTheFrameFromAShorterEventThatComesLater) {
  TokenMeter meter;
  meter.content(4200);  // may be all frame
  EXPECT_EQ(meter.tokens(), 1);
  meter.content(200);
  EXPECT_EQ(meter.tokens(), 996);
}

}  // namespace
}  // namespace drover::dialect
