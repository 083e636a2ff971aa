#include "core/dispatch/retry_budget.h"

#include <gtest/gtest.h>

namespace drover::core {
namespace {

using namespace std::chrono_literals;

int spent(RetryBudget& budget, Instant now, int wanted) {
  int granted = 0;
  for (int round = 0; round < wanted; ++round) granted += budget.spend(now) ? 1 : 0;
  return granted;
}

TEST(RetryBudget, GrantsAShareOfTheRequestsOfTheLastTenSeconds) {
  RetryBudget budget(0.2);
  const Instant now(1h);
  for (int request = 0; request < 1000; ++request) budget.count_request(now);
  EXPECT_EQ(spent(budget, now, 1000), 200);
}

TEST(RetryBudget, GrantsThreeASecondHoweverFewTheRequestsAre) {
  RetryBudget budget(0.2);
  EXPECT_EQ(spent(budget, Instant(1h), 10), 3);
  EXPECT_EQ(spent(budget, Instant(1h + 500ms), 10), 0);
  EXPECT_EQ(spent(budget, Instant(1h + 1200ms), 10), 3);
}

TEST(RetryBudget, GrantsNoThreeASecondOnTopOfAShareThatIsMore) {
  RetryBudget budget(0.2);
  for (int request = 0; request < 1000; ++request) budget.count_request(Instant(1h));
  EXPECT_EQ(spent(budget, Instant(1h), 1000), 200);
  EXPECT_EQ(spent(budget, Instant(1h + 5s), 10), 0);
}

TEST(RetryBudget, GrantsNoMoreThanTheShareOfAnyTenSeconds) {
  RetryBudget budget(0.2);
  int retries = 0;
  for (int request = -2000; request < 2000; ++request) {  // a hundred a second, an outage of twenty seconds
    const Instant now(1h + request * 10ms);
    budget.count_request(now);
    if (request >= 0) retries += spent(budget, now, 4);
  }
  EXPECT_GE(retries, 380);
  EXPECT_LE(retries, 400);
}

TEST(RetryBudget, ChargesTheShareAndLeavesTheFewThatAreAlwaysGranted) {
  RetryBudget budget(0.2);
  for (int request = 0; request < 50; ++request) budget.count_request(Instant(1h));
  for (int charge = 0; charge < 20; ++charge) budget.charge(Instant(1h));
  EXPECT_EQ(spent(budget, Instant(1h), 20), 3);
}

TEST(RetryBudget, ForgetsRequestsThatAreLongPast) {
  RetryBudget budget(0.2);
  for (int request = 0; request < 1000; ++request) budget.count_request(Instant(1h));
  EXPECT_EQ(spent(budget, Instant(1h + 30s), 1000), 3);
}

TEST(RetryBudget, J3_KeepsAttemptsPerRequestAtOnePointTwoWhenAllFails) {
  RetryBudget budget(0.2);
  int retries = 0;
  for (int request = 0; request < 100'000; ++request) {
    const Instant now(1h + request * 1ms);
    budget.count_request(now);
    retries += spent(budget, now, 4);
  }
  EXPECT_LE(retries, 20'200);
}

}  // namespace
}  // namespace drover::core
