// The evidence against one target: its refusals, and how long they are checked at other targets.
#include "core/health/doubt.h"

#include <gtest/gtest.h>

namespace drover::core {
namespace {

using namespace std::chrono_literals;

constexpr Instant at(Duration since) {
  return Instant{} + since;
}

Doubt doubted() {
  Doubt doubt;
  doubt.refused(at(0s));
  doubt.refused(at(1s));
  return doubt;
}

TEST(Doubt, ADoubtedTargetGetsNothingWhileItsRefusalIsCheckedElsewhere) {
  Doubt doubt = doubted();
  EXPECT_FALSE(doubt.barred(at(1s)));
  doubt.asks(at(1s));
  EXPECT_TRUE(doubt.barred(at(2s)));
  doubt.learned();
  EXPECT_FALSE(doubt.barred(at(2s)));
}

TEST(Doubt, OneRefusalIsNoDoubt) {
  Doubt doubt;
  doubt.refused(at(0s));
  doubt.asks(at(0s));
  EXPECT_FALSE(doubt.barred(at(0s)));
}

/// The other target hangs: an answer that never comes must not keep a target out that may be well.
TEST(Doubt, ACheckThatDoesNotEndBarsForSomeSecondsOnly) {
  Doubt doubt = doubted();
  doubt.asks(at(1s));
  EXPECT_TRUE(doubt.barred(at(5s)));
  EXPECT_FALSE(doubt.barred(at(6s)));
  doubt.asks(at(7s));
  EXPECT_TRUE(doubt.barred(at(8s)));
}

TEST(Doubt, AnAnswerToAnOlderRequestEndsNothing) {
  Doubt doubt = doubted();
  doubt.answered(at(-1s));
  EXPECT_TRUE(doubt.doubted());
  doubt.answered(at(2s));
  EXPECT_FALSE(doubt.doubted());
}

}  // namespace
}  // namespace drover::core
