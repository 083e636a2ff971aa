// Waiting for capacity at a real fleet: which request is served when room is made, and that none is overtaken.
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>

#include "core/test/scenario.h"

namespace drover::core {
namespace {

using namespace std::chrono_literals;
using namespace testing;

/// One target that takes one request at a time, two clients, and requests that wait.
class Counter {
 public:
  explicit Counter(std::int64_t concurrent = 1, Duration queue = 10s) : plan_(plan_with_targets({"a"})) {
    plan_.keys[0].limits.concurrent = concurrent;
    plan_.pools[0].timeouts.queue = queue;
    plan_.principals.push_back({.name = "x"});
    plan_.principals.push_back({.name = "y"});
  }

  struct Customer final : Bell {
    void ring() override { ++rings; }
    int rings = 0;
    WaiterId waiter{};
    PickAnswer last{};
    std::uint32_t client = 0;
  };

  Plan& plan() { return plan_; }
  Fleet& fleet() {
    if (!fleet_) fleet_ = std::make_unique<Fleet>(plan_);
    return *fleet_;
  }
  PickRequest request(Customer& who, Instant now) {
    PickRequest request{.route = &plan_.routes[0], .asker = {.principal = who.client}, .bell = &who};
    request.waiter = who.waiter;
    if (who.last.kind != PickKind::Wait) since_ = now;
    request.patient_until = until_ == Instant{} ? now + plan_.pools[0].timeouts.queue : until_;
    return request;
  }
  PickAnswer& ask(Customer& who, Instant now) {
    Random random(1);
    who.last = fleet().pick(request(who, now), now, random);
    who.waiter = who.last.waiter;
    return who.last;
  }
  Customer& arrive(std::uint32_t client, Instant now) {
    Customer& who = customers_.emplace_back();
    who.client = client;
    (void)ask(who, now);
    return who;
  }
  void finish(const Customer& who, Instant now) {
    fleet().settle(who.last.ticket, {.kind = Outcome::Kind::Succeeded, .stage = Stage::Committed}, now);
  }

 private:
  Plan plan_;
  std::unique_ptr<Fleet> fleet_;
  std::deque<Customer> customers_;
  Instant since_{};
  Instant until_{};
};

TEST(FleetWaiting, ASettlementServesTheNextAtOnceAndRings) {
  Counter counter;
  auto& first = counter.arrive(0, at(0ms));
  ASSERT_EQ(first.last.kind, PickKind::Picked);
  auto& second = counter.arrive(0, at(1ms));
  ASSERT_EQ(second.last.kind, PickKind::Wait);
  EXPECT_EQ(second.rings, 0);
  counter.finish(first, at(500ms));
  EXPECT_EQ(second.rings, 1);
  EXPECT_EQ(counter.ask(second, at(501ms)).kind, PickKind::Picked);
}

TEST(FleetWaiting, NobodyNewOvertakesThoseWhoWait) {
  Counter counter;
  auto& first = counter.arrive(0, at(0ms));
  auto& second = counter.arrive(0, at(1ms));
  counter.finish(first, at(2ms));  // served to the second, who has not heard of it yet
  auto& late = counter.arrive(1, at(2ms));
  EXPECT_EQ(late.last.kind, PickKind::Wait);
  EXPECT_EQ(counter.ask(second, at(3ms)).kind, PickKind::Picked);
}

TEST(FleetWaiting, NobodyNewTakesTheRoomThatTimeHasMadeForThoseWhoWait) {
  Counter counter(100, 5min);
  counter.plan().keys[0].limits.requests_per_minute = 1;
  (void)counter.arrive(0, at(0ms));
  auto& second = counter.arrive(0, at(1ms));
  ASSERT_EQ(second.last.kind, PickKind::Wait);
  const auto& late = counter.arrive(1, at(61s));  // before the second has looked again
  EXPECT_EQ(late.last.kind, PickKind::Wait);
  EXPECT_EQ(counter.ask(second, at(61s)).kind, PickKind::Picked);
}

TEST(FleetWaiting, ARequestThatLeavesGivesItsTurnToTheNext) {
  Counter counter;
  auto& first = counter.arrive(0, at(0ms));
  auto& second = counter.arrive(0, at(1ms));
  auto& third = counter.arrive(0, at(2ms));
  counter.finish(first, at(3ms));
  counter.fleet().leave(second.waiter);
  EXPECT_GE(third.rings, 1);
  EXPECT_EQ(counter.ask(third, at(4ms)).kind, PickKind::Picked);
  counter.finish(third, at(5ms));
  EXPECT_EQ(counter.fleet().in_flight(), 0U);
}

TEST(FleetWaiting, OneOfThoseWhoWaitLooksAgainWhenTimeAloneMakesRoom) {
  Counter counter(100, 5min);
  counter.plan().keys[0].limits.requests_per_minute = 1;
  (void)counter.arrive(0, at(0ms));
  auto& second = counter.arrive(0, at(1ms));
  auto& third = counter.arrive(0, at(2ms));
  EXPECT_LE(second.last.wait_until, at(62s));
  EXPECT_GT(third.last.wait_until, at(4min));  // its own deadline: it is rung before
  EXPECT_EQ(counter.ask(second, second.last.wait_until).kind, PickKind::Picked);
  EXPECT_EQ(third.rings, 1);  // somebody has to look from now on
  EXPECT_LE(counter.ask(third, at(63s)).wait_until, at(123s));
}

TEST(FleetWaiting, WhoeverLooksAgainAndLeavesIsReplaced) {
  Counter counter(100, 5min);
  counter.plan().keys[0].limits.requests_per_minute = 1;
  (void)counter.arrive(0, at(0ms));
  auto& second = counter.arrive(0, at(1ms));
  auto& third = counter.arrive(0, at(2ms));
  counter.fleet().leave(second.waiter);
  EXPECT_EQ(third.rings, 1);
}

TEST(FleetWaiting, J1_NobodyWaitsForWhatComesAfterItsDeadline) {
  Counter counter(1, 2s);
  counter.plan().keys[0].limits.requests_per_minute = 1;
  (void)counter.arrive(0, at(0ms));
  const auto& second = counter.arrive(0, at(1ms));
  EXPECT_EQ(second.last.kind, PickKind::None);
  EXPECT_EQ(second.last.refusal, WaitRefusal::TooLong);
  EXPECT_GE(second.last.wait_until, at(59s));
  EXPECT_EQ(counter.fleet().waiting(), 0U);
}

TEST(FleetWaiting, EndsAtTheDeadlineAndSaysWhen) {
  Counter counter(1, 2s);
  (void)counter.arrive(0, at(0ms));
  auto& second = counter.arrive(0, at(1ms));
  ASSERT_EQ(second.last.kind, PickKind::Wait);
  Random random(1);
  PickRequest request = counter.request(second, at(3s));
  const PickAnswer answer = counter.fleet().pick(request, at(3s), random);
  EXPECT_EQ(answer.kind, PickKind::None);
  EXPECT_EQ(answer.refusal, WaitRefusal::TimedOut);
  EXPECT_TRUE(answer.rate_limited);
  EXPECT_NE(answer.wait_until, kNever);
  EXPECT_EQ(counter.fleet().waiting(), 0U);
}

TEST(FleetWaiting, WhatWasReservedForAWaiterIsTakenBackWhenItCoolsDownMeanwhile) {
  Counter counter(2);
  auto& first = counter.arrive(0, at(0ms));
  auto& other = counter.arrive(0, at(0ms));
  auto& waiter = counter.arrive(0, at(1ms));
  counter.finish(first, at(2ms));
  ASSERT_EQ(waiter.rings, 1);
  const Error error = rate_limited(3s);
  counter.fleet().settle(other.last.ticket, {.kind = Outcome::Kind::Failed, .error = &error, .stage = Stage::Refused},
                         at(2ms));
  EXPECT_EQ(counter.ask(waiter, at(3ms)).kind, PickKind::Wait);
  EXPECT_EQ(counter.fleet().in_flight(), 0U);
  EXPECT_EQ(counter.ask(waiter, at(4s)).kind, PickKind::Picked);
}

/// A request of `counter` takes the room of one more, whose Dispatch gets events.
class Reserved {
 public:
  Reserved() {
    first_ = &counter_.arrive(0, at(0ms));
    request_.plan = &counter_.plan();
    request_.route = &counter_.plan().routes.front();
    request_.arrived = at(0ms);
    request_.client_timeout = 2s;
    request_.bell = &bell_;
    dispatch_ = std::make_unique<Dispatch>(request_, counter_.fleet(), random_);
    (void)dispatch_->on(RequestReady{}, at(1ms));
    counter_.finish(*first_, at(1999ms));
  }
  Commands on(const Event& event, Instant now) { return dispatch_->on(event, now); }
  [[nodiscard]] int rings() const { return bell_.rings; }
  [[nodiscard]] std::uint64_t in_flight() { return counter_.fleet().in_flight(); }

 private:
  Counter counter_;
  Counter::Customer* first_ = nullptr;
  Counter::Customer bell_;
  DispatchRequest request_;
  Random random_{1};
  std::unique_ptr<Dispatch> dispatch_;
};

TEST(FleetWaiting, WhatIsReservedForARequestWhoseDeadlinePassesIsGivenBackAtOnce) {
  Reserved scene;
  ASSERT_EQ(scene.rings(), 1);
  ASSERT_EQ(scene.in_flight(), 1U);
  const Commands out = scene.on(TimerFired{TimerKind::Total}, at(2s));  // before it has heard of its turn
  EXPECT_TRUE(has<EndWithError>(out));
  EXPECT_EQ(scene.in_flight(), 0U);
}

TEST(FleetWaiting, WhatIsReservedForAClientThatLeavesIsGivenBackAtOnce) {
  Reserved scene;
  (void)scene.on(ClientLeft{}, at(1999ms));
  EXPECT_EQ(scene.in_flight(), 0U);
}

TEST(FleetWaiting, WhatIsReservedWhenTheProcessGoesIsGivenBackAtOnce) {
  Reserved scene;
  EXPECT_TRUE(has<EndWithError>(scene.on(Drain{}, at(1999ms))));
  EXPECT_EQ(scene.in_flight(), 0U);
}

TEST(FleetWaiting, AClientAtItsOwnLimitHoldsUpNobodyElse) {
  Counter counter(100);
  counter.plan().principals[0].limits.concurrent = 1;
  (void)counter.arrive(0, at(0ms));
  EXPECT_EQ(counter.arrive(0, at(1ms)).last.kind, PickKind::Wait);
  EXPECT_EQ(counter.arrive(1, at(2ms)).last.kind, PickKind::Picked);
}

}  // namespace
}  // namespace drover::core
