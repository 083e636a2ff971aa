#include "upstream/memory_budget.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace drover::upstream {
namespace {

TEST(MemoryBudget, RefusesWhatWouldPassTheLimitAndTakesNothingThen) {
  MemoryBudget budget(100);
  EXPECT_TRUE(budget.take(60));
  EXPECT_FALSE(budget.take(41));
  EXPECT_EQ(budget.used(), 60U);
  EXPECT_TRUE(budget.take(40));
}

TEST(ReplayBody, CountsAgainstTheBudgetUntilItIsFreed) {
  MemoryBudget budget(1000);
  ReplayBody body;
  ASSERT_TRUE(body.reserve(budget, 600));
  EXPECT_EQ(budget.used(), 600U);
  ASSERT_TRUE(body.append(budget, "hello"));
  EXPECT_EQ(budget.used(), 600U);
  EXPECT_EQ(body.view(), "hello");
  body.free();
  EXPECT_EQ(budget.used(), 0U);
  EXPECT_EQ(body.view(), "");
}

TEST(ReplayBody, GivesItsMemoryBackWhenItIsDestroyed) {
  MemoryBudget budget(1000);
  {
    ReplayBody body;
    ASSERT_TRUE(body.reserve(budget, 600));
  }
  EXPECT_EQ(budget.used(), 0U);
}

TEST(ReplayBody, OfUnknownLengthGrowsAndStopsAtTheBudget) {
  MemoryBudget budget(200 * 1024);
  ReplayBody body;
  const std::string piece(50 * 1024, 'x');
  int taken = 0;
  while (body.append(budget, piece)) ++taken;
  EXPECT_EQ(taken, 4);
  EXPECT_LE(budget.used(), 200U * 1024);
  EXPECT_EQ(body.view().size(), 200U * 1024);
}

TEST(ReplayBody, IsChargedOnceWhenItMoves) {
  MemoryBudget budget(1000);
  ReplayBody first;
  ASSERT_TRUE(first.reserve(budget, 300));
  ReplayBody second = std::move(first);
  EXPECT_EQ(budget.used(), 300U);
  second = ReplayBody();
  EXPECT_EQ(budget.used(), 0U);
}

}  // namespace
}  // namespace drover::upstream
