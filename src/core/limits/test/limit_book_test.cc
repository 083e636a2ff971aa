#include "core/limits/limit_book.h"

#include <gtest/gtest.h>

#include "core/fleet/fleet.h"
#include "core/fleet/fleet_handover.h"
#include "core/test/scenario.h"

namespace drover::core {
namespace {

using namespace std::chrono_literals;
using namespace testing;

/// A fleet, and requests of one client to it.
struct Asking {
  explicit Asking(Plan made) : plan(std::move(made)), fleet(plan) {}

  PickAnswer pick(Instant now, Asker asker = {}, Amount estimate = {}) {
    return fleet.pick({.route = &plan.routes.front(), .asker = asker, .estimate = estimate}, now, random);
  }
  PickAnswer pick_again(TargetId tried, Instant now, Asker asker = {}) {
    return fleet.pick({.route = &plan.routes.front(), .tried = {&tried, 1}, .asker = asker}, now, random);
  }
  void succeed(const PickAnswer& answer, Instant now, Amount used = {}) {
    fleet.settle(answer.ticket, {.kind = Outcome::Kind::Succeeded, .stage = Stage::Committed, .used = used}, now);
  }

  Plan plan;
  Fleet fleet;
  Random random{1};
};

Plan two_targets() {
  return plan_with_targets({"a", "b"});
}

TEST(LimitBook, HoldsOneClientToItsLimitAndNotTheOther) {
  Plan plan = two_targets();
  plan.principals = {{.name = "web", .limits = {.requests_per_minute = 1}}, {.name = "batch"}};
  Asking asking(std::move(plan));
  ASSERT_EQ(asking.pick(at(0s), {.principal = 0}).kind, PickKind::Picked);

  const PickAnswer second = asking.pick(at(1s), {.principal = 0});
  EXPECT_EQ(second.kind, PickKind::Wait);
  EXPECT_TRUE(second.asker_limited);
  EXPECT_GE(second.wait_until, at(60s));
  EXPECT_EQ(asking.pick(at(1s), {.principal = 1}).kind, PickKind::Picked);
  EXPECT_EQ(asking.pick(at(1s)).kind, PickKind::Picked);
}

TEST(LimitBook, HoldsEverybodyTogetherToTheLimitOfAModel) {
  Plan plan = two_targets();
  plan.routes[0].limits.requests_per_minute = 2;
  Asking asking(std::move(plan));
  ASSERT_EQ(asking.pick(at(0s)).kind, PickKind::Picked);
  ASSERT_EQ(asking.pick(at(0s), {.principal = 7}).kind, PickKind::Picked);
  EXPECT_TRUE(asking.pick(at(0s)).asker_limited);
}

TEST(LimitBook, CountsARequestOnceForItsClientHoweverManyAttemptsItTakes) {
  Plan plan = two_targets();
  plan.principals = {{.name = "web", .limits = {.requests_per_minute = 2}}};
  Asking asking(std::move(plan));
  const PickAnswer first = asking.pick(at(0s), {.principal = 0});
  const Error error = refused();
  asking.fleet.settle(first.ticket, {.kind = Outcome::Kind::Failed, .error = &error}, at(0s));
  const PickAnswer failover = asking.pick_again(first.ticket.target, at(0s), {.principal = 0});
  ASSERT_EQ(failover.kind, PickKind::Picked);
  asking.succeed(failover, at(1s));

  EXPECT_EQ(asking.pick(at(2s), {.principal = 0}).kind, PickKind::Picked);
  EXPECT_EQ(asking.pick(at(2s), {.principal = 0}).kind, PickKind::Wait);
}

TEST(LimitBook, AFailoverIsNotRefusedByTheLimitThatLetTheRequestIn) {
  Plan plan = two_targets();
  plan.principals = {{.name = "web", .limits = {.requests_per_minute = 1}}};
  Asking asking(std::move(plan));
  const PickAnswer first = asking.pick(at(0s), {.principal = 0});
  const Error error = server_error();
  asking.fleet.settle(first.ticket, {.kind = Outcome::Kind::Failed, .error = &error}, at(0s));
  EXPECT_EQ(asking.pick_again(first.ticket.target, at(0s), {.principal = 0}).kind, PickKind::Picked);
}

TEST(LimitBook, WhatWasRefusedByOneLimitTakesFromNone) {
  Plan plan = two_targets();
  plan.principals = {{.name = "web", .limits = {.requests_per_minute = 5}}};
  plan.routes[0].limits.concurrent = 1;
  Asking asking(std::move(plan));
  const PickAnswer running = asking.pick(at(0s), {.principal = 0});
  for (int refused = 0; refused < 20; ++refused) {
    ASSERT_EQ(asking.pick(at(0s), {.principal = 0}).kind, PickKind::Wait);
  }
  asking.succeed(running, at(1s));
  for (int count = 0; count < 4; ++count) {
    const PickAnswer next = asking.pick(at(2s), {.principal = 0});
    ASSERT_EQ(next.kind, PickKind::Picked) << count;
    asking.succeed(next, at(2s));
  }
  EXPECT_EQ(asking.pick(at(2s), {.principal = 0}).kind, PickKind::Wait);
}

TEST(LimitBook, ATargetIsHeldToItsModelAndToItsWholeQuota) {
  Plan plan = two_targets();
  plan.quotas.push_back({.name = "q", .models = {{"m", {.requests_per_minute = 5}}, {"*", {.concurrent = 1}}}});
  plan.targets[0].quota = QuotaId{0};
  plan.targets[1].quota = QuotaId{0};
  plan.targets[1].model = "other";
  Asking asking(std::move(plan));
  ASSERT_EQ(asking.pick(at(0s)).kind, PickKind::Picked);
  EXPECT_EQ(asking.pick(at(0s)).kind, PickKind::Wait);  // the other model shares "*"
}

TEST(LimitBook, ATargetOfAnyModelIsHeldToTheLimitsOfTheModelThatIsAskedFor) {
  Plan plan = plan_with_targets({"a"});
  plan.quotas.push_back({.name = "q", .models = {{"small", {.requests_per_minute = 1}}}});
  plan.targets[0].quota = QuotaId{0};
  plan.targets[0].model = "";
  plan.finish();
  const std::uint32_t small = plan.limited_model("small");
  ASSERT_NE(small, kUnlimitedModel);
  Asking asking(std::move(plan));
  ASSERT_EQ(asking.pick(at(0s), {.model = small}).kind, PickKind::Picked);
  EXPECT_EQ(asking.pick(at(1s), {.model = small}).kind, PickKind::Wait);
  EXPECT_EQ(asking.pick(at(1s)).kind, PickKind::Picked);
}

TEST(LimitBook, AKeyIsHeldToItsOwnLimitsAndItsSiblingTakesOver) {
  Plan plan = two_targets();
  plan.keys[0].limits.requests_per_minute = 1;
  Asking asking(std::move(plan));
  int at_the_limited = 0;
  for (int count = 0; count < 10; ++count) {
    const PickAnswer answer = asking.pick(at(0s));
    ASSERT_EQ(answer.kind, PickKind::Picked);
    if (answer.ticket.target == TargetId{0}) ++at_the_limited;
  }
  EXPECT_EQ(at_the_limited, 1);
}

TEST(LimitBook, TokensOfAClientAreSettledByTheRealUsage) {
  Plan plan = two_targets();
  plan.principals = {{.name = "web", .limits = {.output_tokens_per_minute = 100}}};
  Asking asking(std::move(plan));
  const PickAnswer first = asking.pick(at(0s), {.principal = 0}, {.output_tokens = {90}});
  EXPECT_EQ(asking.pick(at(0s), {.principal = 0}, {.output_tokens = {90}}).kind, PickKind::Wait);
  asking.succeed(first, at(1s), {.output_tokens = {3}});
  EXPECT_EQ(asking.pick(at(2s), {.principal = 0}, {.output_tokens = {90}}).kind, PickKind::Picked);
}

TEST(LimitBook, CountsSurviveAReloadByName) {
  Plan plan = two_targets();
  plan.principals = {{.name = "web", .limits = {.requests_per_minute = 1}}};
  Asking before(plan);
  ASSERT_EQ(before.pick(at(0s), {.principal = 0}).kind, PickKind::Picked);

  plan.principals.insert(plan.principals.begin(), {.name = "new"});
  Asking after(std::move(plan));
  Succession reload;
  (void)reload.succeed(before.fleet, after.fleet);
  EXPECT_EQ(after.pick(at(1s), {.principal = 1}).kind, PickKind::Wait);
  EXPECT_EQ(after.pick(at(1s), {.principal = 0}).kind, PickKind::Picked);
}

TEST(Dispatch, TellsAClientAtItsOwnLimitSoAndWhenToComeBack) {
  Plan plan = two_targets();
  plan.principals = {{.name = "web", .limits = {.requests_per_minute = 1}}};
  Scenario s(std::move(plan));
  s.request().asker.principal = 0;
  ASSERT_NE(s.started(s.on(RequestReady{}, at(0s))), "");
  ASSERT_TRUE(has<Finish>(s.ended(at(0s))));
  s.forget_dispatch();

  const Commands refused = s.on(RequestReady{}, at(1s));
  const auto* end = find<EndWithError>(refused);
  ASSERT_NE(end, nullptr);
  EXPECT_EQ(end->error.status, 429);
  EXPECT_EQ(end->error.code, "limit_reached");
  EXPECT_GE(end->error.retry_after, 59s);
  EXPECT_FALSE(end->retries_spent);
}

}  // namespace
}  // namespace drover::core
