#include "core/limits/limit_book.h"

#include <gtest/gtest.h>

#include <array>

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

TEST(LimitBook, ATargetThatRenamesIsHeldToTheLimitsOfWhatItSends) {
  Plan plan = plan_with_targets({"a", "b"});
  plan.quotas.push_back({.name = "q", .models = {{"big", {.requests_per_minute = 1}}}});
  plan.routes[0].name = plan.pools[0].model = "org/*";
  for (Target& target : plan.targets) {
    target.quota = QuotaId{0};
    target.model = "";
  }
  plan.targets[0].rename = {.drop = 4, .front = ""};
  plan.targets[1].rename = {.drop = 4, .front = "x/"};
  plan.finish();
  const Asker asker{.model = plan.limited_model("org/big")};
  ASSERT_NE(asker.model, kUnlimitedModel);
  const Asker by_its_own_name{.model = plan.limited_model("big")};
  Asking asking(std::move(plan));
  std::array<int, 2> picked{};
  for (int count = 0; count < 5; ++count) {
    const PickAnswer answer = asking.pick(at(1s), asker);
    ASSERT_EQ(answer.kind, PickKind::Picked) << "the other target sends x/big, which has no limit";
    ++picked[answer.ticket.target.index()];
  }
  EXPECT_EQ(picked[0], 1);
  EXPECT_EQ(asking.pick_again(TargetId{1}, at(2s), by_its_own_name).kind, PickKind::Picked)
      << "what is sent for that name is not big";
}

TEST(LimitBook, TellsAClientTheLeastOfItsOwnLimitAndTheModels) {
  Plan plan = two_targets();
  plan.principals = {{.name = "web", .limits = {.requests_per_minute = 10, .input_tokens_per_minute = 100}},
                     {.name = "batch"},
                     {.name = "other", .limits = {.requests_per_minute = 3}}};
  plan.routes[0].limits.requests_per_minute = 4;
  Asking asking(std::move(plan));
  const Route* const route = &asking.plan.routes[0];
  const auto left = [&](std::uint32_t principal, QuotaDimension dimension) {
    return asking.fleet.asker_left({.principal = principal}, route, at(1s)).of(dimension).remaining;
  };
  EXPECT_EQ(left(0, QuotaDimension::AllRequests), 4);
  ASSERT_EQ(asking.pick(at(0s), {.principal = 0}, {.input_tokens = {30}}).kind, PickKind::Picked);
  EXPECT_EQ(left(0, QuotaDimension::AllRequests), 3);
  EXPECT_EQ(left(0, QuotaDimension::InputTokens), 70);
  EXPECT_EQ(left(2, QuotaDimension::AllRequests), 3) << "of the client whose limit is less than the model's";
  EXPECT_EQ(left(1, QuotaDimension::AllRequests), 3) << "of a client without a limit: the model's";
  EXPECT_EQ(left(1, QuotaDimension::InputTokens), std::nullopt) << "nobody learns another client's numbers";
  EXPECT_EQ(left(kNobody, QuotaDimension::InputTokens), std::nullopt);
  EXPECT_FALSE(asking.fleet.asker_left({.principal = 1}, nullptr, at(1s)).of(QuotaDimension::AllRequests).any());
}

TEST(LimitBook, WhatIsLeftIsOneNumberBeforeAndAfterAReload) {
  Plan plan = two_targets();
  plan.principals = {{.name = "web", .limits = {.requests_per_minute = 5}}};
  Asking before(plan);
  ASSERT_EQ(before.pick(at(0s), {.principal = 0}).kind, PickKind::Picked);
  Asking after(std::move(plan));
  Succession reload;
  FleetHandover& handover = reload.succeed(before.fleet, after.fleet);
  ASSERT_EQ(after.pick(at(1s), {.principal = 0}).kind, PickKind::Picked);
  EXPECT_EQ(
      handover.asker_left({.principal = 0}, &before.plan.routes[0], at(1s)).of(QuotaDimension::AllRequests).remaining,
      3);
}

}  // namespace
}  // namespace drover::core
