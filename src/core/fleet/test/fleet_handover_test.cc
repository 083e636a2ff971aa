// Reloads while requests run and wait: the limits that they use, what they hold and what they learn is one with the
// newest fleet.
#include "core/fleet/fleet_handover.h"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "core/test/scenario.h"

namespace drover::core {
namespace {

using namespace std::chrono_literals;
using namespace testing;

struct Customer final : Bell {
  void ring() override { ++rings; }
  int rings = 0;
  WaiterId waiter{};
  PickAnswer last{};
};

/// The successive fleets of a gateway. A request stays with the fleet that it began with.
class Reloads {
 public:
  struct Generation {
    explicit Generation(Plan made) : plan(std::move(made)), fleet(plan) {}
    Plan plan;
    Fleet fleet;
    FleetPort* port = &fleet;
  };

  explicit Reloads(Plan plan) { generations_.push_back(std::make_unique<Generation>(std::move(plan))); }
  Reloads(const Reloads&) = delete;
  Reloads& operator=(const Reloads&) = delete;
  ~Reloads() {
    for (const auto& generation : generations_) {
      if (generation) succession_.leave(generation->fleet);
    }
  }

  Generation& newest() { return *generations_.back(); }
  Generation& first() { return *generations_.front(); }
  void reload(Plan plan) {
    Generation& before = newest();
    generations_.push_back(std::make_unique<Generation>(std::move(plan)));
    before.port = &succession_.succeed(before.fleet, newest().fleet);
  }
  void reload() { reload(newest().plan); }
  void forget_first() {
    succession_.leave(first().fleet);
    generations_.erase(generations_.begin());
  }

  PickAnswer pick(Generation& at_one, Instant now, Asker asker = {}) {
    return at_one.port->pick({.route = &at_one.plan.routes[0], .asker = asker}, now, random_);
  }
  PickAnswer pick_at(Generation& at_one, std::uint32_t target, Instant now) {
    std::vector<TargetId> others;
    for (std::uint32_t other = 0; other < at_one.plan.targets.size(); ++other) {
      if (other != target) others.push_back(TargetId{other});
    }
    return at_one.port->pick({.route = &at_one.plan.routes[0], .tried = others}, now, random_);
  }
  PickAnswer& ask(Generation& at_one, Customer& who, Instant now, std::uint32_t client = kNobody) {
    PickRequest request{.route = &at_one.plan.routes[0], .asker = {.principal = client}, .bell = &who};
    request.waiter = who.waiter;
    request.patient_until = at(10s);
    who.last = at_one.port->pick(request, now, random_);
    who.waiter = who.last.waiter;
    return who.last;
  }
  static void succeed(Generation& at_one, const PickAnswer& answer, Instant now) {
    at_one.port->settle(answer.ticket, {.kind = Outcome::Kind::Succeeded, .stage = Stage::Committed}, now);
  }
  static void fail(Generation& at_one, const PickAnswer& answer, const Error& error, Instant now) {
    at_one.port->settle(answer.ticket, {.kind = Outcome::Kind::Failed, .error = &error, .stage = Stage::Refused}, now);
  }
  TargetView view(std::uint32_t target, Instant now) { return newest().fleet.view(TargetId{target}, now); }

 private:
  Random random_{1};
  Succession succession_;
  std::vector<std::unique_ptr<Generation>> generations_;
};

Plan with_client(std::int64_t concurrent) {
  Plan plan = plan_with_targets({"a", "b"});
  plan.principals = {{.name = "web", .limits = {.concurrent = concurrent}}};
  return plan;
}
Plan with_key_limit(std::int64_t concurrent) {
  Plan plan = plan_with_targets({"a"});
  plan.keys[0].limits.concurrent = concurrent;
  return plan;
}

// ------------------------------------------------------------------------------------------ limits

TEST(FleetHandover, E6_AClientsLimitStaysExactOverAHundredReloads) {
  Reloads r(with_client(2));
  auto& first = r.first();
  const PickAnswer one = r.pick(first, at(0s), {.principal = 0});
  const PickAnswer two = r.pick(first, at(0s), {.principal = 0});
  for (int round = 0; round < 100; ++round) {
    r.reload();
    EXPECT_EQ(r.pick(r.newest(), at(1s), {.principal = 0}).kind, PickKind::Wait) << round;
  }
  Reloads::succeed(first, one, at(2s));
  const PickAnswer three = r.pick(r.newest(), at(3s), {.principal = 0});
  EXPECT_EQ(three.kind, PickKind::Picked);
  EXPECT_EQ(r.pick(r.newest(), at(3s), {.principal = 0}).kind, PickKind::Wait);
  EXPECT_EQ(r.pick(first, at(3s), {.principal = 0}).kind, PickKind::Wait) << "an old request is held to it as well";
  first.port->release(two.ticket);
  Reloads::succeed(r.newest(), three, at(4s));
  EXPECT_EQ(r.pick(r.newest(), at(5s), {.principal = 0}).kind, PickKind::Picked);
  EXPECT_EQ(r.pick(r.newest(), at(5s), {.principal = 0}).kind, PickKind::Picked);
  EXPECT_EQ(r.pick(r.newest(), at(5s), {.principal = 0}).kind, PickKind::Wait);
}

TEST(FleetHandover, E6_SoDoTheLimitsOfKeysQuotasAndModels) {
  Plan quota = plan_with_targets({"a"});
  quota.quotas = {{.name = "team", .models = {{"*", {.concurrent = 2}}}}};
  quota.keys[0].quota = quota.targets[0].quota = QuotaId{0};
  Plan model = plan_with_targets({"a"});
  model.routes[0].limits.concurrent = 2;
  for (const Plan& plan : {with_key_limit(2), quota, model}) {
    Reloads r(plan);
    ASSERT_EQ(r.pick(r.first(), at(0s)).kind, PickKind::Picked);
    r.reload();
    ASSERT_EQ(r.pick(r.newest(), at(1s)).kind, PickKind::Picked);
    r.reload();
    EXPECT_EQ(r.pick(r.newest(), at(2s)).kind, PickKind::Wait);
  }
}

TEST(FleetHandover, E6_AnAmountThatChangedHoldsAtOnceForOldAndNew) {
  Reloads r(with_client(2));
  const PickAnswer one = r.pick(r.first(), at(0s), {.principal = 0});
  ASSERT_EQ(r.pick(r.first(), at(0s), {.principal = 0}).kind, PickKind::Picked);
  r.reload(with_client(1));
  Reloads::succeed(r.first(), one, at(1s));
  EXPECT_EQ(r.pick(r.newest(), at(2s), {.principal = 0}).kind, PickKind::Wait);
  EXPECT_EQ(r.pick(r.first(), at(2s), {.principal = 0}).kind, PickKind::Wait);
  r.reload(with_client(3));
  EXPECT_EQ(r.pick(r.newest(), at(3s), {.principal = 0}).kind, PickKind::Picked);
  EXPECT_EQ(r.pick(r.first(), at(3s), {.principal = 0}).kind, PickKind::Picked);
  EXPECT_EQ(r.pick(r.newest(), at(3s), {.principal = 0}).kind, PickKind::Wait);
}

TEST(FleetHandover, E6_ALimitThatWasGoneInBetweenStillKnowsWhoRuns) {
  Reloads r(with_client(2));
  ASSERT_EQ(r.pick(r.first(), at(0s), {.principal = 0}).kind, PickKind::Picked);
  ASSERT_EQ(r.pick(r.first(), at(0s), {.principal = 0}).kind, PickKind::Picked);
  r.reload(plan_with_targets({"a", "b"}));
  r.reload(with_client(2));
  EXPECT_EQ(r.pick(r.newest(), at(1s), {.principal = 0}).kind, PickKind::Wait);
}

TEST(FleetHandover, E6_ALimitThatAReloadBringsKnowsWhoRunsAlready) {
  Plan plan = plan_with_targets({"a"});
  plan.principals = {{.name = "web"}};
  plan.quotas = {{.name = "team"}};
  plan.keys[0].quota = plan.targets[0].quota = QuotaId{0};
  std::vector<Plan> limited(4, plan);
  limited[0].principals[0].limits.concurrent = 2;
  limited[1].routes[0].limits.concurrent = 2;
  limited[2].keys[0].limits.concurrent = 2;
  limited[3].quotas[0].models["*"].concurrent = 2;
  for (const Plan& after : limited) {
    Reloads r(plan);
    const PickAnswer one = r.pick(r.first(), at(0s), {.principal = 0});
    ASSERT_EQ(r.pick(r.first(), at(0s), {.principal = 0}).kind, PickKind::Picked);
    r.reload(after);
    EXPECT_EQ(r.pick(r.newest(), at(1s), {.principal = 0}).kind, PickKind::Wait);
    Reloads::succeed(r.first(), one, at(2s));
    EXPECT_EQ(r.pick(r.newest(), at(3s), {.principal = 0}).kind, PickKind::Picked);
  }
}

TEST(FleetHandover, E6_AClientsLimitHoldsThoughTheTargetOfItsStreamIsGone) {
  Reloads r(with_client(1));
  const PickAnswer stream = r.pick(r.first(), at(0s), {.principal = 0});
  Plan other = plan_with_targets({"x"});
  other.principals = {{.name = "web", .limits = {.concurrent = 1}}};
  r.reload(other);
  EXPECT_EQ(r.pick(r.newest(), at(1s), {.principal = 0}).kind, PickKind::Wait);
  Reloads::succeed(r.first(), stream, at(2s));
  EXPECT_EQ(r.pick(r.newest(), at(3s), {.principal = 0}).kind, PickKind::Picked);
}

// ------------------------------------------------------------------------------------------ what is found out

TEST(FleetHandover, E6_AKeyThatAnOldStreamFindsRefusedRestsInTheNewFleet) {
  Reloads r(plan_with_targets({"a", "b"}));
  const PickAnswer old = r.pick_at(r.first(), 0, at(0s));
  r.reload();
  r.reload();
  Reloads::fail(r.first(), old, key_rejected(), at(1s));
  EXPECT_EQ(r.view(0, at(2s)).condition, TargetCondition::Resting);
  EXPECT_EQ(r.view(1, at(2s)).condition, TargetCondition::Ok);
}

/// One key at two servers, and a third target of the key, which is out only when the whole key is; `before` it: a
/// provider of another name.
Plan key_at_two_servers(bool before) {
  Plan plan = before ? plan_with_targets({"x", "a", "b"}) : plan_with_targets({"a", "b"});
  const std::uint32_t first = before ? 1 : 0;
  plan.targets[first + 1].key = plan.targets[first].key;
  plan.targets[first + 1].provider = plan.targets[first].provider;
  Target third = plan.targets[first];
  third.model = "other";
  third.name = "third";
  plan.targets.push_back(third);
  plan.pools[0].targets.push_back(TargetId{first + 2});
  plan.finish();
  return plan;
}

TEST(FleetHandover, E6_AnOldAndANewRequestAgreeThatAKeyIsRefused) {
  for (const bool moved : {false, true}) {
    Reloads r(key_at_two_servers(false));
    const PickAnswer old = r.pick_at(r.first(), 0, at(0s));
    r.reload(key_at_two_servers(moved));
    const std::uint32_t first = moved ? 1 : 0;
    Reloads::fail(r.first(), old, key_rejected(), at(1s));
    EXPECT_EQ(r.view(first, at(2s)).condition, TargetCondition::Resting);
    EXPECT_EQ(r.view(first + 2, at(2s)).condition, TargetCondition::Ok) << "it may be that server's mistake";
    Reloads::fail(r.newest(), r.pick_at(r.newest(), first + 1, at(2s)), key_rejected(), at(3s));
    EXPECT_EQ(r.view(first + 2, at(4s)).condition, TargetCondition::Resting) << "both servers refuse the key";
  }
}

TEST(FleetHandover, E6_AnOldRequestOfTheServerThatRefusedAgreesWithNobody) {
  Reloads r(key_at_two_servers(false));
  const PickAnswer one = r.pick_at(r.first(), 0, at(0s));
  const PickAnswer other = r.pick_at(r.first(), 0, at(0s));
  Reloads::fail(r.first(), one, key_rejected(), at(1s));
  r.reload(key_at_two_servers(true));
  Reloads::fail(r.first(), other, key_rejected(), at(2s));
  EXPECT_EQ(r.view(3, at(3s)).condition, TargetCondition::Ok);
}

TEST(FleetHandover, E6_AnOldRequestKeepsOffWhatTheNewOnesFoundOut) {
  Reloads r(plan_with_targets({"a", "b"}));
  ASSERT_EQ(r.pick(r.first(), at(0s)).kind, PickKind::Picked);
  r.reload(plan_with_targets({"new", "b", "a"}));
  Reloads::fail(r.newest(), r.pick_at(r.newest(), 2, at(1s)), rate_limited(60s), at(1s));
  for (int round = 0; round < 20; ++round) {
    const PickAnswer again = r.pick(r.first(), at(2s));
    EXPECT_EQ(r.first().plan.targets[again.ticket.target.index()].name, "b");
    r.first().port->release(again.ticket);
  }
}

TEST(FleetHandover, E6_ATrialOfTheOldFleetEndsInTheNewOne) {
  for (const bool good : {true, false}) {
    Reloads r(plan_with_targets({"a", "b"}));
    for (int round = 0; round < 3; ++round) {
      Reloads::fail(r.first(), r.pick_at(r.first(), 0, at(0s)), server_error(), at(0s));
    }
    const PickAnswer trial = r.pick_at(r.first(), 0, at(40s));
    ASSERT_TRUE(trial.ticket.trial);
    r.reload();
    EXPECT_EQ(r.view(0, at(41s)).condition, TargetCondition::HalfOpen);
    good ? Reloads::succeed(r.first(), trial, at(42s)) : Reloads::fail(r.first(), trial, server_error(), at(42s));
    EXPECT_EQ(r.view(0, at(43s)).condition, good ? TargetCondition::Ok : TargetCondition::Ejected);
  }
}

TEST(FleetHandover, E6_WhatAnOldAnswerSaysAboutLimitsHoldsInTheNewFleet) {
  Reloads r(plan_with_targets({"a"}));
  const PickAnswer old = r.pick(r.first(), at(0s));
  r.reload();
  QuotaHints hints;
  hints.by_dimension[0] = {.limit = 10, .remaining = 0, .reset = 60s};
  r.first().port->hint(old.ticket, hints, at(1s));
  EXPECT_EQ(r.pick(r.newest(), at(2s)).kind, PickKind::Wait);
}

TEST(FleetHandover, E6_RetriesAreCountedTogether) {
  Plan plan = plan_with_targets({"a"});
  plan.retry.budget = 0;
  Reloads r(plan);
  int granted = 0;
  for (int round = 0; round < 10; ++round) {
    granted += r.first().port->spend_retry(at(0s)) ? 1 : 0;
    r.reload();
    granted += r.newest().port->spend_retry(at(0s)) ? 1 : 0;
  }
  EXPECT_EQ(granted, kRetriesPerSecondAtLeast);
}

TEST(FleetHandover, E6_ABodyThatFailedAtTwoTargetsIsKnownToBoth) {
  Reloads r(plan_with_targets({"a", "b", "c"}));
  const Error error = server_error();
  const Outcome failed{.kind = Outcome::Kind::Failed, .error = &error, .stage = Stage::FailedAnswer, .body = 77};
  const PickAnswer one = r.pick_at(r.first(), 0, at(0s));
  const PickAnswer two = r.pick_at(r.first(), 1, at(0s));
  r.first().port->settle(one.ticket, failed, at(0s));
  r.reload(plan_with_targets({"c", "b", "a"}));
  EXPECT_FALSE(r.newest().port->quarantined(77, at(1s)));
  r.newest().port->settle(r.pick_at(r.newest(), 2, at(1s)).ticket, failed, at(1s));
  EXPECT_FALSE(r.newest().port->quarantined(77, at(1s))) << "the same target again, in another place of the plan";
  r.first().port->settle(two.ticket, failed, at(2s));
  EXPECT_TRUE(r.newest().port->quarantined(77, at(3s)));
  EXPECT_TRUE(r.first().port->quarantined(77, at(3s)));
}

TEST(FleetHandover, E6_TheUsualTimeOfAnswersIsNotForgotten) {
  Reloads r(plan_with_targets({"a", "b"}));
  for (int round = 0; round < 100; ++round) {
    const PickAnswer answer = r.pick_at(r.first(), 0, at(round * 10ms));
    r.first().port->settle(answer.ticket, {.kind = Outcome::Kind::Succeeded, .stage = Stage::Committed, .whole = 1s},
                           at(round * 10ms));
  }
  ASSERT_GT(r.view(0, at(2s)).seconds_per_output_token, 0);
  r.reload();
  EXPECT_GT(r.view(0, at(2s)).seconds_per_output_token, 0);
  const PickAnswer old = r.pick_at(r.first(), 1, at(2s));
  r.first().port->settle(old.ticket, {.kind = Outcome::Kind::Succeeded, .stage = Stage::Committed, .whole = 3s},
                         at(5s));
  EXPECT_DOUBLE_EQ(r.view(1, at(5s)).seconds_per_output_token, 3.0);
}

// ------------------------------------------------------------------------------------------ what runs

TEST(FleetHandover, E6_WhatRunsIsStillSeenToRun) {
  Plan before = plan_with_targets({"a", "b"});
  Plan after = plan_with_targets({"b", "a"});
  before.pools[0].balance = after.pools[0].balance = Balance::LeastRequests;
  Reloads r(before);
  const PickAnswer stream = r.pick_at(r.first(), 0, at(0s));
  r.reload(after);
  EXPECT_EQ(r.view(1, at(1s)).in_flight, 1U);
  EXPECT_EQ(r.view(0, at(1s)).in_flight, 0U);
  for (int round = 0; round < 20; ++round) {  // what is busy is passed over
    const PickAnswer answer = r.pick(r.newest(), at(1s));
    EXPECT_EQ(answer.ticket.target, TargetId{0});
    r.newest().port->release(answer.ticket);
  }
  Reloads::succeed(r.first(), stream, at(2s));
  EXPECT_EQ(r.view(1, at(3s)).in_flight, 0U);
  EXPECT_EQ(r.newest().fleet.in_flight(), 0U);
}

TEST(FleetHandover, E6_ATargetThatWasGoneInBetweenBeginsAnew) {
  Reloads r(plan_with_targets({"a", "b"}));
  const PickAnswer stream = r.pick_at(r.first(), 0, at(0s));
  r.reload(plan_with_targets({"b"}));
  r.reload(plan_with_targets({"a", "b"}));
  EXPECT_EQ(r.view(0, at(1s)).in_flight, 0U);
  Reloads::succeed(r.first(), stream, at(2s));
  EXPECT_EQ(r.view(0, at(3s)).in_flight, 0U) << "and is not given back what was never taken from it";
}

TEST(FleetHandover, E6_TargetsOfOneNameStayApart) {
  // The key's targets for "*" and for paths without a model have one name.
  Plan plan = plan_with_targets({"a"});
  plan.targets.push_back(plan.targets[0]);
  plan.pools.push_back({.model = "pin", .targets = {TargetId{1}}});
  plan.routes.push_back({.name = "pin", .pools = {PoolId{1}}});
  Reloads r(plan);
  const PickAnswer stream = r.pick(r.first(), at(0s));
  ASSERT_EQ(stream.ticket.target, TargetId{0});
  r.reload();
  EXPECT_EQ(r.view(0, at(1s)).in_flight, 1U);
  EXPECT_EQ(r.view(1, at(1s)).in_flight, 0U);
  Reloads::succeed(r.first(), stream, at(2s));
  EXPECT_EQ(r.newest().fleet.in_flight(), 0U);
}

TEST(FleetHandover, E6_OldRequestsGoOnWhenTheNewestFleetIsGone) {
  Plan plan = with_client(2);
  Fleet first(plan);
  Succession succession;
  Random random(1);
  auto second = std::make_unique<Fleet>(plan);
  FleetHandover& port = succession.succeed(first, *second);
  const PickAnswer answer = port.pick({.route = &plan.routes[0], .asker = {.principal = 0}}, at(0s), random);
  succession.leave(*second);
  second.reset();
  EXPECT_EQ(port.pick({.route = &plan.routes[0], .asker = {.principal = 0}}, at(1s), random).kind, PickKind::Picked);
  port.settle(answer.ticket, {.kind = Outcome::Kind::Succeeded, .stage = Stage::Committed}, at(1s));
  EXPECT_EQ(first.in_flight(), 1U);
}

// ------------------------------------------------------------------------------------------ who waits

TEST(FleetHandover, E6_WhoWaitsInTheOldFleetIsServedByWhatTheNewOneGivesBack) {
  Reloads r(with_key_limit(2));
  const PickAnswer one = r.pick(r.first(), at(0s));
  r.reload();
  const PickAnswer two = r.pick(r.newest(), at(0s));
  Customer waiting;
  ASSERT_EQ(r.ask(r.first(), waiting, at(0s)).kind, PickKind::Wait);
  Reloads::succeed(r.newest(), two, at(1s));
  EXPECT_GT(waiting.rings, 0);
  EXPECT_EQ(r.ask(r.first(), waiting, at(1s)).kind, PickKind::Picked);
  EXPECT_EQ(r.pick(r.newest(), at(1s)).kind, PickKind::Wait);
  Reloads::succeed(r.first(), one, at(2s));
}

TEST(FleetHandover, E6_RoomsOfOldAndNewTakeTurnsAndNeverOverrun) {
  Reloads r(with_key_limit(1));
  PickAnswer running = r.pick(r.first(), at(0s));
  ASSERT_EQ(running.kind, PickKind::Picked);
  std::deque<Customer> old(3);
  std::deque<Customer> fresh(3);
  for (Customer& who : old) ASSERT_EQ(r.ask(r.first(), who, at(0s)).kind, PickKind::Wait);
  r.reload();
  for (Customer& who : fresh) ASSERT_EQ(r.ask(r.newest(), who, at(1s)).kind, PickKind::Wait);
  EXPECT_EQ(r.newest().fleet.waiting(), 6U);

  Reloads::succeed(r.first(), running, at(2s));
  std::string order;
  for (int round = 0; round < 6; ++round) {
    int served = 0;
    for (auto* room : {&old, &fresh}) {
      auto& generation = room == &old ? r.first() : r.newest();
      for (Customer& who : *room) {
        if (who.last.kind == PickKind::Picked || !who.waiter.any()) continue;
        if (r.ask(generation, who, at(2s)).kind != PickKind::Picked) continue;
        ++served;
        running = who.last;
        order.push_back(room == &old ? 'o' : 'n');
      }
    }
    ASSERT_EQ(served, 1) << order;
    Reloads::succeed(order.back() == 'o' ? r.first() : r.newest(), running, at(2s));
  }
  EXPECT_TRUE(order == "ononon" || order == "nonono") << order;
}

TEST(FleetHandover, E6_ARaisedLimitServesWhoWaitsAtOnce) {
  Reloads r(with_key_limit(1));
  ASSERT_EQ(r.pick(r.first(), at(0s)).kind, PickKind::Picked);
  Customer waiting;
  ASSERT_EQ(r.ask(r.first(), waiting, at(0s)).kind, PickKind::Wait);
  const int before = waiting.rings;
  r.reload(with_key_limit(2));
  EXPECT_GT(waiting.rings, before);
  EXPECT_EQ(r.ask(r.first(), waiting, at(1s)).kind, PickKind::Picked);
}

TEST(FleetHandover, E6_WhatWasReservedForOneThatWaitedIsGivenBackToAll) {
  Reloads r(with_key_limit(1));
  const PickAnswer running = r.pick(r.first(), at(0s));
  Customer waiting;
  ASSERT_EQ(r.ask(r.first(), waiting, at(0s)).kind, PickKind::Wait);
  Reloads::succeed(r.first(), running, at(1s));  // its turn has come, but it has not come for it
  r.reload();
  EXPECT_EQ(r.pick(r.newest(), at(1s)).kind, PickKind::Wait);
  r.first().port->leave(waiting.waiter);
  EXPECT_EQ(r.pick(r.newest(), at(2s)).kind, PickKind::Picked);
}

TEST(FleetHandover, E6_AfterTheLastOldRequestTheNewestStandsAlone) {
  Reloads r(with_key_limit(1));
  const PickAnswer running = r.pick(r.first(), at(0s));
  r.reload();
  Reloads::succeed(r.first(), running, at(1s));
  r.forget_first();
  Customer waiting;
  const PickAnswer again = r.pick(r.newest(), at(2s));
  ASSERT_EQ(r.ask(r.newest(), waiting, at(2s)).kind, PickKind::Wait);
  Reloads::succeed(r.newest(), again, at(3s));
  EXPECT_EQ(r.ask(r.newest(), waiting, at(3s)).kind, PickKind::Picked);
}

}  // namespace
}  // namespace drover::core
