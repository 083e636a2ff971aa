// Probes in the fleet: which nodes they change, and which news they may not contradict.
#include <gtest/gtest.h>

#include "core/fleet/fleet_handover.h"
#include "core/test/scenario.h"

namespace drover::core {
namespace {

using namespace std::chrono_literals;
using namespace testing;

struct Probed {
  explicit Probed(Plan made) : plan(std::move(made)), fleet(plan) {}
  void probe(std::uint32_t key, std::uint32_t server, const Error* error, Instant now) {
    fleet.on_probe({.key = {key}, .server = {server}, .error = error}, now);
  }
  void probe(const Error* error, Instant now) { probe(0, 0, error, now); }
  void request(const Error* error, Instant now) {
    const PickAnswer answer = fleet.pick({.route = &plan.routes[0]}, now, random);
    ASSERT_EQ(answer.kind, PickKind::Picked);
    fleet.settle(answer.ticket,
                 {.kind = error == nullptr ? Outcome::Kind::Succeeded : Outcome::Kind::Failed,
                  .error = error,
                  .stage = Stage::FailedAnswer},
                 now);
  }
  [[nodiscard]] TargetView view(std::uint32_t target, Instant now) const { return fleet.view(TargetId{target}, now); }

  Plan plan;
  Fleet fleet;
  Random random{1};
};

/// One provider with one key and two servers.
Plan two_servers() {
  Plan plan = plan_with_targets({"a"});
  plan.servers.push_back({.provider = {0}, .base_url = "https://a2"});
  plan.targets.push_back({.server = {1}, .model = "m", .name = "a2"});
  plan.pools[0].targets.push_back(TargetId{1});
  return plan;
}

TEST(FleetProbe, TakesOutAKeyThatIsRefusedAndBringsItBack) {
  Probed p(plan_with_targets({"a"}));
  const Error error = key_rejected();
  p.probe(&error, at(0s));
  EXPECT_EQ(p.view(0, at(1s)).condition, TargetCondition::Resting);
  p.probe(nullptr, at(2s));
  EXPECT_EQ(p.view(0, at(3s)).condition, TargetCondition::Ok);
}

TEST(FleetProbe, NeverEndsACooldown) {
  Probed p(plan_with_targets({"a"}));
  const Error error = rate_limited(50s);
  p.request(&error, at(0s));
  p.probe(nullptr, at(40s));
  EXPECT_EQ(p.view(0, at(41s)).condition, TargetCondition::Cooling);
}

TEST(FleetProbe, TakesAKeyOutAfterThreeFailuresInARow) {
  Probed p(plan_with_targets({"a"}));
  const Error error = server_error();
  p.probe(&error, at(0s));
  p.probe(&error, at(30s));
  EXPECT_EQ(p.view(0, at(31s)).condition, TargetCondition::Suspect);
  p.probe(&error, at(60s));
  EXPECT_EQ(p.view(0, at(61s)).condition, TargetCondition::Ejected);
  EXPECT_EQ(p.fleet.label(*p.fleet.next_change()), "key a/1");
}

TEST(FleetProbe, ASuccessBetweenFailuresStartsTheCountAgain) {
  Probed p(plan_with_targets({"a"}));
  const Error error = server_error();
  for (int round = 0; round < 12; ++round) p.probe(round % 3 == 2 ? nullptr : &error, at(round * 30s));
  EXPECT_EQ(p.view(0, at(331s)).condition, TargetCondition::Ok);
  EXPECT_EQ(p.view(0, at(331s)).consecutive_failures, 0U);
}

TEST(FleetProbe, KeepsASickKeyOutUntilAProbeSucceedsAndNoClientHasToTry) {
  Probed p(plan_with_targets({"a"}));
  const Error error = server_error();
  for (int round = 0; round < 40; ++round) {
    const Instant now = at(round * 30s);
    EXPECT_EQ(p.view(0, now).condition == TargetCondition::Ejected, round >= 3) << round;
    p.probe(&error, now);
  }
  p.probe(nullptr, at(1200s));
  EXPECT_EQ(p.view(0, at(1200s)).condition, TargetCondition::Ok);
}

TEST(FleetProbe, WithSeveralServersBlamesTheServerAndNotTheKey) {
  Probed p(two_servers());
  const Error error = server_error();
  for (int round = 0; round < 3; ++round) {
    p.probe(0, 0, &error, at(round * 30s));
    p.probe(0, 1, nullptr, at(round * 30s));
  }
  EXPECT_EQ(p.view(0, at(61s)).condition, TargetCondition::Ejected);
  EXPECT_EQ(p.view(1, at(61s)).condition, TargetCondition::Ok);
}

TEST(FleetProbe, IsNotBelievedAgainstRequestsOfTheSameInterval) {
  Probed p(plan_with_targets({"a"}));
  const Error error = server_error();
  for (int round = 0; round < 6; ++round) {
    p.request(nullptr, at(round * 30s));
    p.probe(&error, at(round * 30s + 10s));
  }
  EXPECT_EQ(p.view(0, at(161s)).condition, TargetCondition::Ok);
  EXPECT_FALSE(p.view(0, at(161s)).last_check->healthy);
  const Error rejected = key_rejected();
  p.request(&rejected, at(200s));
  p.probe(nullptr, at(210s));
  EXPECT_EQ(p.view(0, at(211s)).condition, TargetCondition::Resting);
}

TEST(FleetProbe, ARateLimitedProbeCountsAgainstNobody) {
  Probed p(plan_with_targets({"a"}));
  const Error error = rate_limited(60s);
  for (int round = 0; round < 5; ++round) p.probe(&error, at(round * 30s));
  EXPECT_EQ(p.view(0, at(121s)).condition, TargetCondition::Ok);
}

TEST(FleetProbe, RemembersWhenItLookedAndWhatItFound) {
  Probed p(plan_with_targets({"a"}));
  EXPECT_FALSE(p.view(0, at(0s)).last_check.has_value());
  const Error error = server_error(503);
  p.probe(&error, at(1s));
  const auto sick = p.view(0, at(2s)).last_check;
  ASSERT_TRUE(sick.has_value());
  EXPECT_EQ(sick->at, at(1s));
  EXPECT_FALSE(sick->healthy);
  EXPECT_EQ(sick->why, ErrorKind::ServerError);
  EXPECT_EQ(sick->status, 503);
  p.probe(nullptr, at(3s));
  EXPECT_TRUE(p.view(0, at(4s)).last_check->healthy);
}

TEST(FleetProbe, J12_WhatItFoundSurvivesAReload) {
  Probed old(plan_with_targets({"a", "b"}));
  old.probe(1, 1, nullptr, at(1s));
  Probed fresh(plan_with_targets({"b", "c"}));
  Succession reload;
  (void)reload.succeed(old.fleet, fresh.fleet);
  EXPECT_TRUE(fresh.view(0, at(2s)).last_check.has_value());
  EXPECT_FALSE(fresh.view(1, at(2s)).last_check.has_value());
  fresh.probe(7, 7, nullptr, at(3s));  // a key that is no longer there
}

TEST(FleetProbe, LooksAtEveryKeyAtEveryServerOnce) {
  Plan plan = two_servers();
  plan.targets.push_back({.server = {1}, .model = "other", .name = "a2:other"});
  EXPECT_EQ(Fleet(plan).check_points().size(), 2U);
}

}  // namespace
}  // namespace drover::core
