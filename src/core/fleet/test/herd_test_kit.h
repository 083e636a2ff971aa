// A fleet that tests pick from and settle by name. Only tests include it.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "core/test/scenario.h"

namespace drover::core::testing {

/// A fleet whose targets tests pick and settle by name.
struct Herd {
  explicit Herd(Plan made) : plan(std::move(made)), fleet(plan) {}

  PickAnswer pick(Instant now, std::vector<TargetId> tried = {}) {
    return fleet.pick({.route = &plan.routes[0], .tried = tried, .estimate = estimate}, now, random);
  }
  std::string name(const PickAnswer& answer) {
    return answer.kind == PickKind::Picked ? plan.targets[answer.ticket.target.index()].name : "";
  }
  void succeed(const PickAnswer& answer, Instant now) {
    fleet.settle(answer.ticket, {.kind = Outcome::Kind::Succeeded, .stage = Stage::Committed}, now);
  }
  void fail(const PickAnswer& answer, const Error& error, Instant now) {
    fleet.settle(answer.ticket, {.kind = Outcome::Kind::Failed, .error = &error, .stage = Stage::FailedAnswer}, now);
  }
  /// Picks until it gets this target, and gives the others back.
  PickAnswer pick_named(const std::string& wanted, Instant now) {
    for (int round = 0; round < 100; ++round) {
      const PickAnswer answer = pick(now);
      if (name(answer) == wanted) return answer;
      if (answer.kind == PickKind::Picked) fleet.release(answer.ticket);
    }
    ADD_FAILURE() << wanted << " was never picked";
    return {};
  }
  void eject(const std::string& wanted, Instant now) {
    for (int count = 0; count < 3; ++count) fail(pick_named(wanted, now), server_error(), now);
  }
  /// How often each target is picked in so many rounds.
  std::map<std::string, int> shares(int rounds, Instant now) {
    std::map<std::string, int> count;
    for (int round = 0; round < rounds; ++round) {
      const PickAnswer answer = pick(now);
      ++count[name(answer)];
      if (answer.kind == PickKind::Picked) fleet.release(answer.ticket);
    }
    return count;
  }
  TargetView view(std::uint32_t target, Instant now) { return fleet.view(TargetId{target}, now); }

  Plan plan;
  Fleet fleet;
  Random random{1};
  Amount estimate{};
};

/// Two servers × two keys of one provider; targets "1@x", "2@x", "1@y", "2@y".
inline Plan grid() {
  Plan plan;
  plan.providers.push_back({.name = "p"});
  plan.servers = {{.base_url = "https://x"}, {.base_url = "https://y"}};
  plan.keys = {{.name = "1", .fingerprint = "f1"}, {.name = "2", .fingerprint = "f2"}};
  plan.pools.push_back({.model = "m", .balance = Balance::RoundRobin});
  plan.routes.push_back({.name = "m", .pools = {PoolId{0}}});
  for (std::uint32_t server = 0; server < 2; ++server) {
    for (std::uint32_t key = 0; key < 2; ++key) {
      plan.pools[0].targets.push_back(TargetId{static_cast<std::uint32_t>(plan.targets.size())});
      plan.targets.push_back({.server = {server},
                              .key = {key},
                              .model = "m",
                              .name = plan.keys[key].name + "@" + (server == 0 ? "x" : "y")});
    }
  }
  plan.finish();
  return plan;
}

}  // namespace drover::core::testing
