#include "upstream/run/shared_fleet.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace drover::upstream {
namespace {

using namespace std::chrono_literals;

std::shared_ptr<const core::Plan> three_targets() {
  core::Plan plan;
  plan.providers.emplace_back().name = "p";
  plan.servers.emplace_back().base_url = "http://h/v1";
  core::Pool pool;
  pool.model = "m";
  for (std::uint32_t at = 0; at < 3; ++at) {
    core::Key key;
    key.name = std::to_string(at);
    key.fingerprint = key.name;
    plan.keys.push_back(key);
    core::Target target;
    target.key = core::KeyId{at};
    target.name = "p/" + key.name;
    plan.targets.push_back(target);
    pool.targets.push_back(core::TargetId{at});
  }
  plan.pools.push_back(pool);
  core::Route route;
  route.name = "m";
  route.pools.push_back(core::PoolId{0});
  plan.routes.push_back(route);
  plan.finish();
  return std::make_shared<const core::Plan>(plan);
}

TEST(SharedFleet, SettlesEveryLeaseOfManyThreads) {
  const auto plan = three_targets();
  SharedFleet fleet(plan, nullptr);
  std::vector<std::thread> threads;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    threads.emplace_back([&, seed] {
      Random random(seed);
      for (int round = 0; round < 2000; ++round) {
        const auto answer = fleet.pick({.route = plan->route_for("m")}, Instant(1s), random);
        ASSERT_EQ(answer.kind, core::PickKind::Picked);
        core::Outcome outcome;
        outcome.kind = core::Outcome::Kind::Succeeded;
        fleet.settle(answer.ticket, outcome, Instant(1s));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(fleet.with([](core::Fleet& inner) { return inner.in_flight(); }), 0U);
}

TEST(SharedFleet, TellsItsObserverOfEachChangeByName) {
  const auto plan = three_targets();
  std::vector<std::string> told;
  SharedFleet fleet(plan, [&](const core::StateChange&, std::string_view label) { told.emplace_back(label); });
  Random random(1);
  const auto answer = fleet.pick({.route = plan->route_for("m")}, Instant(1s), random);
  Error limited;
  limited.kind = ErrorKind::RateLimited;
  limited.scope = ErrorScope::Key;
  limited.status = 429;
  core::Outcome outcome;
  outcome.kind = core::Outcome::Kind::Failed;
  outcome.error = &limited;
  outcome.stage = core::Stage::Refused;
  fleet.settle(answer.ticket, outcome, Instant(1s));
  ASSERT_EQ(told.size(), 1U);
  EXPECT_NE(told[0].find("p/"), std::string::npos);
}

}  // namespace
}  // namespace drover::upstream
