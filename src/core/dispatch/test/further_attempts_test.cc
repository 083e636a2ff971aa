#include "core/dispatch/further_attempts.h"

#include <gtest/gtest.h>

#include "core/test/scenario.h"

namespace drover::core {
namespace {

using namespace std::chrono_literals;
using namespace testing;

/// How many of `spend` a fleet grants at once.
template <class Spend>
int granted(Spend&& spend) {
  int count = 0;
  while (count < 1000 && spend()) ++count;
  return count;
}

void count_requests(FurtherAttempts& further, int count) {
  for (int request = 0; request < count; ++request) further.count_request(at(10ms * request));
}

TEST(FurtherAttempts, EachKindIsAShareOfAllRequests) {
  FurtherAttempts retried({.budget = 0.2});
  FurtherAttempts hedged({.budget = 1, .hedge = 0.05});
  FurtherAttempts asked({.budget = 0.2});
  for (FurtherAttempts* each : {&retried, &hedged, &asked}) count_requests(*each, 400);
  EXPECT_EQ(granted([&] { return retried.spend_retry(at(4s)); }), 80);
  EXPECT_EQ(granted([&] { return hedged.spend_hedge(at(4s)); }), 20);
  EXPECT_EQ(granted([&] { return asked.ask_elsewhere(/*doubted=*/true, at(4s)); }), 40);
}

TEST(FurtherAttempts, AHedgeCostsARetryToo) {
  FurtherAttempts further({.budget = 0.1, .hedge = 1});
  count_requests(further, 400);
  EXPECT_TRUE(further.may_hedge());
  EXPECT_EQ(granted([&] { return further.spend_hedge(at(4s)); }), 40);
  EXPECT_FALSE(further.spend_retry(at(4s)));
}

TEST(FurtherAttempts, WithoutAShareOfHedgesNoRequestIsHedged) {
  FurtherAttempts further({.budget = 1});
  count_requests(further, 400);
  EXPECT_FALSE(further.may_hedge());
  EXPECT_FALSE(further.spend_hedge(at(4s)));
}

TEST(FurtherAttempts, AnOpinionIsGivenBackWhenTheOtherTargetAnswers) {
  FurtherAttempts further({.budget = 0.2});
  const int most = granted([&] { return further.ask_elsewhere(true, at(0s)); });
  further.answered_elsewhere(at(0s));
  EXPECT_GT(most, 0);
  EXPECT_EQ(granted([&] { return further.ask_elsewhere(true, at(0s)); }), 1);
}

TEST(FurtherAttempts, AReloadKeepsTheCountsAndTakesTheNewShares) {
  FurtherAttempts old({.budget = 0.2});
  count_requests(old, 400);
  for (int retry = 0; retry < 30; ++retry) EXPECT_TRUE(old.spend_retry(at(4s)));
  FurtherAttempts next({.budget = 0.1});
  next.take_counts(old);
  EXPECT_EQ(granted([&] { return next.spend_retry(at(4s)); }), 10);
}

}  // namespace
}  // namespace drover::core
