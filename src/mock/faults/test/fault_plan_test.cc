#include "mock/faults/fault_plan.h"

#include <gtest/gtest.h>

namespace drover::mock {
namespace {

using namespace std::chrono_literals;

Instant at(Duration span) {
  return Instant{} + 1h + span;
}

FaultPlan plan(std::string_view text) {
  FaultPlan made;
  made.add(*parse_fault(text), at(0s));
  return made;
}

std::size_t strikes(FaultPlan& plan, const Subject& subject, Instant now = at(0s), Moment moment = Moment::Request) {
  Random random(1);
  return plan.strike(subject, moment, now, random).size();
}

TEST(FaultPlan, StrikesOnlyItsScope) {
  FaultPlan by_key = plan("key=sk-a:500");
  EXPECT_EQ(strikes(by_key, {.key = "sk-a"}), 1U);
  EXPECT_EQ(strikes(by_key, {.key = "sk-b"}), 0U);
  FaultPlan by_tail = plan("key=*-b:500");
  EXPECT_EQ(strikes(by_tail, {.key = "sk-b"}), 1U);
  FaultPlan by_path = plan("path=/v1/chat:500");
  EXPECT_EQ(strikes(by_path, {.path = "/v1/chat/completions"}), 1U);
  EXPECT_EQ(strikes(by_path, {.path = "/v1/embeddings"}), 0U);
  FaultPlan by_model = plan("model=gpt-4o*:500");
  EXPECT_EQ(strikes(by_model, {.model = "gpt-4o-mini"}), 1U);
  EXPECT_EQ(strikes(by_model, {.model = "other"}), 0U);
  FaultPlan by_port = plan("port=1:500");
  EXPECT_EQ(strikes(by_port, {.port = 1}), 1U);
  EXPECT_EQ(strikes(by_port, {.port = 0}), 0U);
}

TEST(FaultPlan, StrikesSoManyTimesAfterSkippingSome) {
  FaultPlan counted = plan("500:skip=1:count=2");
  std::string seen;
  for (int request = 0; request < 5; ++request) seen += strikes(counted, {}) == 1 ? 'x' : '.';
  EXPECT_EQ(seen, ".xx..");
  EXPECT_EQ(counted.entries()[0].hits, 2U);
}

TEST(FaultPlan, StrikesInItsWindowOnly) {
  FaultPlan windowed = plan("500:from=10s:for=5s");
  EXPECT_EQ(strikes(windowed, {}, at(9s)), 0U);
  EXPECT_EQ(strikes(windowed, {}, at(10s)), 1U);
  EXPECT_EQ(strikes(windowed, {}, at(15s)), 0U);
}

TEST(FaultPlan, StrikesWithItsProbability) {
  FaultPlan chancy = plan("500:p=0.25");
  Random random(3);
  std::size_t hits = 0;
  for (int request = 0; request < 10'000; ++request) hits += chancy.strike({}, Moment::Request, at(0s), random).size();
  EXPECT_NEAR(static_cast<double>(hits), 2'500, 150);
}

TEST(FaultPlan, EachKindHasItsMoment) {
  FaultPlan accept = plan("reset-on-accept");
  EXPECT_EQ(strikes(accept, {}, at(0s), Moment::Request), 0U);
  EXPECT_EQ(strikes(accept, {}, at(0s), Moment::Accept), 1U);
  FaultPlan head = plan("early-413");
  EXPECT_EQ(strikes(head, {}, at(0s), Moment::Head), 1U);
}

TEST(FaultPlan, AClosedPortOpensWhenItsWindowEnds) {
  const FaultPlan closed = plan("port=0:refuse:from=1s:for=2s");
  EXPECT_FALSE(closed.refuses(0, at(0s)));
  EXPECT_EQ(closed.next_change(at(0s)), at(1s));
  EXPECT_TRUE(closed.refuses(0, at(1s)));
  EXPECT_FALSE(closed.refuses(1, at(1s)));
  EXPECT_EQ(closed.next_change(at(1s)), at(3s));
  EXPECT_FALSE(closed.refuses(0, at(3s)));
  EXPECT_EQ(closed.next_change(at(3s)), kNever);
}

TEST(FaultPlan, SeveralFaultsStrikeInTheirOrder) {
  FaultPlan both = plan("slow:factor=2");
  both.add(*parse_fault("cut:after=1"), at(0s));
  Random random(1);
  const std::vector<Fault> striking = both.strike({}, Moment::Request, at(0s), random);
  ASSERT_EQ(striking.size(), 2U);
  EXPECT_EQ(striking[0].kind, FaultKind::Slow);
  EXPECT_EQ(striking[1].kind, FaultKind::Cut);
}

}  // namespace
}  // namespace drover::mock
