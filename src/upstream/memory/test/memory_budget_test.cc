#include "upstream/memory/memory_budget.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace drover::upstream {
namespace {

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;

TEST(MemoryBudget, RefusesWhatWouldPassTheLimitAndTakesNothingThen) {
  MemoryBudget budget(100);
  EXPECT_TRUE(budget.take({.bytes = 60}));
  EXPECT_FALSE(budget.take({.bytes = 41}));
  EXPECT_EQ(budget.used(), 60U);
  EXPECT_EQ(budget.refusals(), 1U);
  EXPECT_TRUE(budget.take({.bytes = 40}));
}

TEST(MemoryBudget, X1_OneClientHoldsAtMostHalf) {
  MemoryBudget budget(100);
  BodyBytes one;
  BodyBytes other;
  EXPECT_TRUE(budget.take({.bytes = 50}, &one));
  EXPECT_FALSE(budget.take({.bytes = 1}, &one));
  EXPECT_EQ(budget.used(), 50U);
  EXPECT_TRUE(budget.take({.bytes = 50}, &other));
  budget.give(50, &one);
  EXPECT_EQ(one.used(), 0U);
  EXPECT_EQ(budget.used(), 50U);
}

TEST(MemoryBudget, X1_ARefusedBodyCostsItsClientNothing) {
  MemoryBudget budget(100);
  BodyBytes others[2];
  BodyBytes one;
  EXPECT_TRUE(budget.take({.bytes = 40}, &others[0]));
  EXPECT_TRUE(budget.take({.bytes = 40}, &others[1]));
  for (const BodyStage stage : {BodyStage::Whole, BodyStage::Receiving}) {
    EXPECT_FALSE(budget.take({.bytes = 30, .stage = stage}, &one)) << "all together have more than there is";
    EXPECT_EQ(one.used(), 0U);
    EXPECT_EQ(one.receiving(), 0U);
  }
}

TEST(MemoryBudget, X1_LeavesRoomForSmallBodiesWhateverLargeOnesAndSlowOnesDo) {
  MemoryBudget budget(800);
  BodyBytes clients[3];
  const auto take = [&](BodyBytes& client, BodySize size, BodyStage stage) {
    std::uint64_t taken = 0;
    while (budget.take({.bytes = 10, .held = 1, .size = size, .stage = stage}, &client)) taken += 10;
    return taken;
  };
  EXPECT_EQ(take(clients[0], BodySize::Large, BodyStage::Receiving), 300U);  // three quarters of its half
  EXPECT_EQ(take(clients[1], BodySize::Large, BodyStage::Receiving), 300U);  // together three quarters
  EXPECT_EQ(take(clients[2], BodySize::Large, BodyStage::Receiving), 0U);
  EXPECT_EQ(take(clients[2], BodySize::Small, BodyStage::Receiving), 100U);  // small ones an eighth more
  EXPECT_EQ(take(clients[2], BodySize::Large, BodyStage::Whole), 0U);
  EXPECT_EQ(take(clients[2], BodySize::Small, BodyStage::Whole), 100U);  // whole ones all of it
  EXPECT_EQ(budget.used(), 800U);
}

TEST(MemoryBudget, AlwaysFitsOneBodyOfTheGreatestSizeThatIsAlone) {
  MemoryBudget budget(1000, 1000);
  BodyBytes client;
  const BodyBytes::Claim claim{.bytes = 500, .size = BodySize::Large, .stage = BodyStage::Receiving};
  EXPECT_TRUE(budget.take(claim, &client));
  EXPECT_FALSE(budget.take(claim, &client)) << "another one's";
  EXPECT_TRUE(
      budget.take({.bytes = 500, .held = 500, .size = BodySize::Large, .stage = BodyStage::Receiving}, &client));
}

TEST(ReplayBody, X1_TakesNothingForALengthThatIsOnlyAnnounced) {
  MemoryBudget budget(kMiB, kMiB);
  ReplayBody body;
  body.begin(budget, nullptr, kMiB);
  EXPECT_EQ(budget.used(), 0U);
  ASSERT_TRUE(body.append("x"));
  EXPECT_LE(budget.used(), 64 * kKiB);
}

TEST(ReplayBody, X1_IsChargedInStepsForWhatHasArrived) {
  MemoryBudget budget(64 * kMiB, 8 * kMiB);
  BodyBytes client;
  ReplayBody body;
  body.begin(budget, &client, 8 * kMiB);
  const std::string piece(50 * kKiB, 'x');
  while (body.view().size() + piece.size() <= 8 * kMiB) {
    ASSERT_TRUE(body.append(piece));
    EXPECT_GE(budget.used(), body.view().size());
    EXPECT_LE(budget.used(), std::max(2 * body.view().size(), 64 * kKiB));
    EXPECT_EQ(budget.receiving(), budget.used());
    EXPECT_EQ(client.used(), budget.used());
  }
  body.completed();
  EXPECT_EQ(budget.receiving(), 0U);
  EXPECT_GT(budget.used(), 0U);
  body.free();
  EXPECT_EQ(budget.used(), 0U);
  EXPECT_EQ(client.used(), 0U);
  EXPECT_EQ(body.view(), "");
}

TEST(ReplayBody, X1_ThatComesWholeAtOnceIsNeverOneBeingReceived) {
  MemoryBudget budget(kMiB);
  ReplayBody body;
  body.begin(budget, nullptr, 5);
  ASSERT_TRUE(body.append("hello"));
  EXPECT_EQ(budget.used(), 5U);
  EXPECT_EQ(budget.receiving(), 0U);
  body.completed();
  body.free();
  EXPECT_EQ(budget.receiving(), 0U);
}

TEST(ReplayBody, GivesItsMemoryBackWhenItIsDestroyed) {
  MemoryBudget budget(kMiB);
  {
    ReplayBody body;
    body.begin(budget, nullptr, 0);
    ASSERT_TRUE(body.append("hello"));
    EXPECT_GT(budget.receiving(), 0U);
  }
  EXPECT_EQ(budget.used(), 0U);
  EXPECT_EQ(budget.receiving(), 0U);
}

TEST(ReplayBody, OfUnknownLengthGrowsAndStopsAtTheBudget) {
  MemoryBudget budget(200 * kKiB, 200 * kKiB);
  ReplayBody body;
  body.begin(budget, nullptr, 0);
  const std::string piece(50 * kKiB, 'x');
  int taken = 0;
  while (body.append(piece)) ++taken;
  EXPECT_EQ(taken, 4);
  EXPECT_LE(budget.used(), 200 * kKiB);
  EXPECT_EQ(body.view().size(), 200 * kKiB);
}

TEST(ReplayBody, IsChargedOnceWhenItMoves) {
  MemoryBudget budget(kMiB);
  ReplayBody first;
  first.begin(budget, nullptr, 5);
  ASSERT_TRUE(first.append("hello"));
  ReplayBody second = std::move(first);
  EXPECT_EQ(budget.used(), 5U);
  second = ReplayBody();
  EXPECT_EQ(budget.used(), 0U);
}

TEST(ReplayBody, K6_IsChargedForWhatIsHeldBesideItUntilItIsWhole) {
  MemoryBudget budget(kMiB);
  ReplayBody body;
  body.begin(budget, nullptr, 0);
  ASSERT_TRUE(body.set_aside(100 * kKiB));
  ASSERT_TRUE(body.set_aside(50 * kKiB));  // never less
  ASSERT_TRUE(body.append("x"));
  EXPECT_EQ(budget.used(), 164 * kKiB);
  EXPECT_EQ(budget.receiving(), 164 * kKiB);
  {
    ReplayBody other;
    other.begin(budget, nullptr, 0);
    ASSERT_TRUE(other.append("x"));
    EXPECT_FALSE(body.set_aside(2 * kMiB));
  }
  body.completed();
  EXPECT_EQ(budget.used(), 64 * kKiB);
  EXPECT_EQ(budget.receiving(), 0U);
  ASSERT_TRUE(body.set_aside(10 * kKiB));
  body.free();
  EXPECT_EQ(budget.used(), 0U);
}

TEST(ReplayBody, K6_ThatIsAloneFitsWholeBesideWhatUndoesItsCoding) {
  MemoryBudget budget(kMiB, kMiB);
  BodyBytes client;
  ReplayBody body;
  body.begin(budget, &client, 0);
  ASSERT_TRUE(body.set_aside(128 * kKiB));
  const std::string piece(64 * kKiB, 'x');
  for (int pieces = 1; pieces <= 16; ++pieces) {
    ASSERT_TRUE(body.append(piece)) << pieces;
    ASSERT_TRUE(body.set_aside(128 * kKiB + static_cast<std::uint64_t>(pieces) * piece.size())) << pieces;
  }
  EXPECT_FALSE(body.append("x")) << "the limit of bodies stays what it is";
  body.completed();
  EXPECT_EQ(budget.used(), kMiB);
  body.free();
  EXPECT_EQ(budget.used() + client.used(), 0U);
}

TEST(AnswerCharge, CountsInStepsAndLeavesRoomForRequests) {
  MemoryBudget budget(8 * kMiB, kMiB);
  BodyBytes client;
  AnswerCharge first({.budget = &budget, .client = &client});
  EXPECT_TRUE(first.hold(100 * kKiB));
  EXPECT_EQ(budget.used(), 256 * kKiB);
  EXPECT_TRUE(first.hold(200 * kKiB));
  EXPECT_EQ(budget.used(), 256 * kKiB);
  EXPECT_TRUE(first.hold(4 * kMiB)) << "half of it may be one client's";
  EXPECT_FALSE(first.hold(4 * kMiB + 1));
  AnswerCharge second({.budget = &budget, .client = nullptr});
  EXPECT_FALSE(second.hold(3 * kMiB)) << "six eighths of it are for what is large and not whole";
  EXPECT_TRUE(second.hold(2 * kMiB));
  ReplayBody prompt;
  prompt.begin(budget, nullptr, 5);
  EXPECT_TRUE(prompt.append("hello"));
  AnswerCharge moved = std::move(first);
  EXPECT_FALSE(first.any());
  moved.free();
  second.free();
  prompt.free();
  EXPECT_EQ(budget.used() + budget.receiving() + client.used() + client.receiving(), 0U);
}

TEST(AnswerCharge, OfNobodyIsFree) {
  AnswerCharge charge;
  EXPECT_TRUE(charge.hold(kMiB));
  EXPECT_FALSE(charge.any());
}

}  // namespace
}  // namespace drover::upstream
