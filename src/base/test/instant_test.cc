#include "base/instant.h"

#include <gtest/gtest.h>

namespace drover {
namespace {

using namespace std::chrono_literals;

constexpr Instant at(Duration since_start) {
  return Instant(since_start);
}

TEST(Instant, AddsASpan) {
  EXPECT_EQ(after(at(1s), 500ms), at(1500ms));
  EXPECT_EQ(after(at(0s), 0s), at(0s));
}

TEST(Instant, NeverComesWithoutALimit) {
  EXPECT_EQ(after(at(1s), kNoLimit), kNever);
  EXPECT_EQ(after(at(0s), kNoLimit), kNever);
}

TEST(Instant, StaysNever) {
  EXPECT_EQ(after(kNever, 1s), kNever);
}

TEST(Instant, StopsAtNeverInsteadOfOverflowing) {
  EXPECT_EQ(after(kNever - 1s, 2s), kNever);
  EXPECT_EQ(after(kNever - 2s, 1s), kNever - 1s);
  EXPECT_EQ(after(at(1h), kNoLimit - 1ns), kNever);
}

TEST(Instant, AddsToATimeBeforeTheStart) {
  EXPECT_EQ(after(at(-5s), 3s), at(-2s));
}

}  // namespace
}  // namespace drover
