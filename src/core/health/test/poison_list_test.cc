#include "core/health/poison_list.h"

#include <gtest/gtest.h>

#include "core/test/scenario.h"

namespace drover::core {
namespace {

using namespace std::chrono_literals;
using namespace testing;

constexpr TargetId kA{0};
constexpr TargetId kB{1};
constexpr auto kKind = ErrorKind::ServerError;

TEST(PoisonList, J15_ABodyThatFailsAtTwoTargetsChargesTheFirstOnly) {
  PoisonList list;
  EXPECT_FALSE(list.failed(7, kKind, kA, at(0s)));
  EXPECT_FALSE(list.quarantined(7, at(0s)));
  EXPECT_TRUE(list.failed(7, kKind, kB, at(1s)));
  EXPECT_TRUE(list.quarantined(7, at(1s)));
  EXPECT_TRUE(list.failed(7, kKind, kA, at(2s)));
}

TEST(PoisonList, OneTargetThatFailsABodyAgainAndAgainIsCharged) {
  PoisonList list;
  for (int failure = 0; failure < 5; ++failure) EXPECT_FALSE(list.failed(7, kKind, kA, at(1s * failure)));
}

TEST(PoisonList, AnotherKindOfFailureIsAnotherMatter) {
  PoisonList list;
  (void)list.failed(7, kKind, kA, at(0s));
  EXPECT_FALSE(list.failed(7, ErrorKind::HeadTimeout, kB, at(1s)));
}

TEST(PoisonList, ABodyThatWasAnsweredIsInnocent) {
  PoisonList list;
  (void)list.failed(7, kKind, kA, at(0s));
  (void)list.failed(7, kKind, kB, at(1s));
  list.answered(7, at(1s));
  EXPECT_FALSE(list.quarantined(7, at(1s)));
  EXPECT_FALSE(list.failed(7, kKind, kA, at(2s)));
}

TEST(PoisonList, J15_ThreeBodiesThatAgreeAreAnOutage) {
  PoisonList list;
  for (std::uint64_t body = 1; body <= 3; ++body) {
    (void)list.failed(body, kKind, kA, at(0s));
    EXPECT_EQ(list.failed(body, kKind, kB, at(1s)), body < 3) << body;
  }
  EXPECT_FALSE(list.quarantined(1, at(1s)));
}

TEST(PoisonList, ForgetsAfterAWhile) {
  PoisonList list;
  (void)list.failed(7, kKind, kA, at(0s));
  (void)list.failed(7, kKind, kB, at(1s));
  EXPECT_FALSE(list.quarantined(7, at(1s) + kPoisonHolds));
  EXPECT_FALSE(list.failed(7, kKind, kB, at(1s) + kPoisonHolds));
}

TEST(PoisonList, RemembersTheLatestOfManyBodies) {
  PoisonList list;
  for (std::uint64_t body = 1; body <= 10 * kBodiesWatched; ++body) {
    (void)list.failed(body, kKind, kA, at(1ms * static_cast<std::int64_t>(body)));
  }
  EXPECT_TRUE(list.failed(10 * kBodiesWatched, kKind, kB, at(1s)));
}

// ------------------------------------------------------------------------------------------ through Dispatch

TEST(Dispatch, J15_APoisonousRequestTakesOutNoTargetHoweverOftenItIsSent) {
  Plan plan = plan_with_targets({"a", "b", "c", "d"});
  plan.retry.same_target = 0;
  Scenario s(std::move(plan));
  s.request().body = 7;
  for (int request = 0; request < 20; ++request) {
    int attempts = 0;
    Commands out = s.on(RequestReady{}, at(1s * request));
    while (find<StartAttempt>(out) != nullptr) {
      ++attempts;
      out = s.failed(server_error(), Stage::FailedAnswer, at(1s * request));
    }
    EXPECT_NE(find<EndWithError>(out), nullptr);
    EXPECT_EQ(attempts, request == 0 ? 4 : 2) << "the first may be anybody's fault";
    s.forget_dispatch();
  }
  std::uint64_t failures = 0;
  for (std::uint32_t target = 0; target < 4; ++target) {
    EXPECT_NE(s.fleet().view(TargetId{target}, at(20s)).condition, TargetCondition::Ejected);
    failures += s.fleet().view(TargetId{target}, at(20s)).failures;
  }
  EXPECT_EQ(failures, 1U);
}

TEST(Dispatch, J15_DifferentRequestsThatFailEverywhereAreAnOutage) {
  Scenario s = Scenario::with_targets({"a", "b", "c"});
  std::uint64_t body = 0;
  for (int request = 0; request < 6; ++request) {
    s.request().body = ++body;
    (void)s.on(RequestReady{}, at(1s * request));
    (void)s.failed(server_error(), Stage::FailedAnswer, at(1s * request));
    (void)s.failed(server_error(), Stage::FailedAnswer, at(1s * request));
    s.forget_dispatch();
  }
  std::uint64_t failures = 0;
  for (std::uint32_t target = 0; target < 3; ++target) failures += s.fleet().view(TargetId{target}, at(6s)).failures;
  EXPECT_GE(failures, 9U) << "the first of each, and both from the third on";
}

TEST(Dispatch, J15_TwoSickKeysOfThreeLoseNoRequestThatComesAgainAndAgain) {
  Scenario s = Scenario::with_targets({"a", "b", "c"});
  s.request().body = 7;
  int lost = 0;
  for (int request = 0; request < 30; ++request) {
    std::string started = s.started(s.on(RequestReady{}, at(1s * request)));
    while (!started.empty() && started != "c") {
      const Commands out = s.failed(server_error(), Stage::FailedAnswer, at(1s * request));
      started = s.started(out);
      if (started.empty()) ++lost;
    }
    if (started == "c") (void)s.ended(at(1s * request));
    s.forget_dispatch();
  }
  EXPECT_EQ(lost, 0);
}

}  // namespace
}  // namespace drover::core
