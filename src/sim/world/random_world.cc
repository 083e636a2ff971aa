// Worlds made from a seed: every size, policy, setting and fault comes up in some of them.
#include <algorithm>
#include <string>

#include "sim/world/world.h"

namespace drover::sim {
namespace {

using namespace std::chrono_literals;

core::Timeouts short_timeouts() {
  return {.connect = 1s,
          .send = 1s,
          .head_stream = 5s,
          .head_plain = 8s,
          .first_content = 6s,
          .idle = 4s,
          .total = 40s,
          .stream_max = 60s,
          .queue = 10s};
}

template <class T, std::size_t N>
T one_of(const T (&choices)[N], Random& random) {
  return choices[random.below(N)];
}

void add_target(core::Plan& plan, std::uint32_t provider, std::uint32_t server, std::uint32_t key, core::PoolId pool) {
  const auto id = static_cast<std::uint32_t>(plan.targets.size());
  plan.targets.push_back({.provider = {provider},
                          .server = {server},
                          .key = {key},
                          .quota = plan.keys[key].quota,
                          .model = plan.pools[pool.index()].model,
                          .name = "t" + std::to_string(id)});
  plan.pools[pool.index()].targets.push_back(core::TargetId{id});
}

core::ModelLimits random_limits(Random& random) {
  core::ModelLimits limits;
  if (random.below(2) == 0) limits.requests_per_minute = 2 + static_cast<std::int64_t>(random.below(60));
  if (random.below(2) == 0) limits.concurrent = 1 + static_cast<std::int64_t>(random.below(4));
  if (random.below(4) == 0) limits.output_tokens_per_minute = 500 + static_cast<std::int64_t>(random.below(20'000));
  return limits;
}

/// Adds limits of clients, models and keys, and of one model within the quota, beside the quota's own.
void add_limits(core::Plan& plan, Random& random) {
  if (random.below(3) != 0) return;
  for (int client = 0; client < 3; ++client) {
    plan.principals.push_back({.name = "c" + std::to_string(client), .limits = random_limits(random)});
  }
  if (random.below(2) == 0) plan.routes.front().limits = random_limits(random);
  for (core::Key& key : plan.keys) {
    if (random.below(3) == 0) key.limits = random_limits(random);
  }
  if (!plan.quotas.empty()) plan.quotas[0].models["m0"] = random_limits(random);
  for (core::Target& target : plan.targets) {
    if (random.below(4) == 0) target.model.clear();
  }
}

core::Plan random_plan(Random& random) {
  core::Plan plan;
  const std::uint64_t pools = 1 + random.below(2);
  for (std::uint64_t pool = 0; pool < pools; ++pool) {
    plan.pools.push_back(
        {.model = "m" + std::to_string(pool),
         .balance = one_of({core::Balance::P2c, core::Balance::RoundRobin, core::Balance::Random,
                            core::Balance::LeastRequests, core::Balance::LeastLatency, core::Balance::Sticky},
                           random),
         .timeouts = short_timeouts()});
  }
  if (random.below(3) == 0) {
    plan.quotas.push_back({.name = "q",
                           .models = {{"*",
                                       {.requests_per_minute = 5 + static_cast<std::int64_t>(random.below(60)),
                                        .concurrent = 1 + static_cast<std::int64_t>(random.below(4))}}}});
  }
  const auto providers = static_cast<std::uint32_t>(1 + random.below(3));
  for (std::uint32_t provider = 0; provider < providers; ++provider) {
    plan.providers.push_back({.name = "p" + std::to_string(provider)});
    const auto first_server = static_cast<std::uint32_t>(plan.servers.size());
    const auto first_key = static_cast<std::uint32_t>(plan.keys.size());
    for (std::uint64_t server = 1 + random.below(2); server > 0; --server) {
      plan.servers.push_back({.provider = {provider}, .base_url = "https://s" + std::to_string(plan.servers.size())});
    }
    for (std::uint64_t key = 1 + random.below(3); key > 0; --key) {
      plan.keys.push_back(
          {.provider = {provider}, .name = std::to_string(key), .fingerprint = "k" + std::to_string(plan.keys.size())});
      if (!plan.quotas.empty() && random.below(2) == 0) plan.keys.back().quota = core::QuotaId{0};
    }
    for (std::uint32_t server = first_server; server < plan.servers.size(); ++server) {
      for (std::uint32_t key = first_key; key < plan.keys.size(); ++key) {
        add_target(plan, provider, server, key, core::PoolId{static_cast<std::uint32_t>(random.below(pools))});
      }
    }
  }
  return plan;
}

void random_settings(core::Plan& plan, Random& random) {
  plan.retry.walk = static_cast<std::uint32_t>(1 + random.below(5));
  plan.retry.same_target = static_cast<std::uint32_t>(random.below(3));
  plan.retry.ambiguous =
      one_of({core::Ambiguous::Never, core::Ambiguous::ReusedOnly, core::Ambiguous::Failover}, random);
  plan.retry.jitter = one_of({core::Jitter::Full, core::Jitter::None}, random);
  plan.health.eject_after = static_cast<std::uint32_t>(1 + random.below(4));
  plan.health.eject_for = one_of({1s, 5s, 30s}, random);
  if (random.below(4) == 0) {
    plan.health.mode = core::HealthMode::Score;
    plan.health.when_all_out = core::WhenAllOut::Reset;
  } else if (random.below(6) == 0) {
    plan.health.when_all_out = one_of({core::WhenAllOut::First, core::WhenAllOut::Fail}, random);
  }
  // Priorities: within a pool they must not fall.
  for (core::Pool& pool : plan.pools) {
    if (random.below(8) == 0) pool.timeouts.stream_max = 500ms;
    std::uint32_t priority = 0;
    for (const core::TargetId id : pool.targets) {
      plan.targets[id.index()].weight = static_cast<std::uint32_t>(1 + random.below(4));
      plan.targets[id.index()].priority = priority;
      if (random.below(4) == 0) ++priority;
    }
  }
}

/// A busy world: long enough to learn how long answers take; then some targets fail, and are slow when they are back.
void make_busy(WorldSettings& world, Random& random) {
  world.requests = 300;
  world.span = 120s;
  world.streamed = one_of({0.0, 1.0}, random);
  for (std::uint32_t target = 0; target < world.plan.targets.size(); ++target) {
    const Duration from = 20s + 1s * random.below(60);
    if (random.below(2) == 0) continue;
    const Fault after = one_of({Fault::None, Fault::Slow, Fault::Hang}, random);
    world.faults.push_back({.target = {target}, .from = from, .until = from + 3s, .fault = Fault::ServerError});
    world.faults.push_back({.target = {target}, .from = from + 3s, .until = from + 20s, .fault = after});
  }
  // For a while every target is slow: a trial may answer before the attempt beside it.
  const Duration slow_from = 30s + 1s * random.below(50);
  for (std::uint32_t target = 0; target < world.plan.targets.size(); ++target) {
    world.faults.push_back({.target = {target}, .from = slow_from, .until = slow_from + 10s, .fault = Fault::Slow});
  }
}

}  // namespace

core::Plan simple_plan(std::uint32_t count) {
  core::Plan plan;
  plan.pools.push_back({.model = "m", .timeouts = short_timeouts()});
  plan.routes.push_back({.name = "m", .pools = {core::PoolId{0}}});
  for (std::uint32_t at = 0; at < count; ++at) {
    const std::string name = std::to_string(at);
    plan.providers.push_back({.name = "p" + name});
    plan.servers.push_back({.provider = {at}, .base_url = "https://s" + name});
    plan.keys.push_back({.provider = {at}, .name = "1", .fingerprint = "k" + name});
    add_target(plan, at, at, at, core::PoolId{0});
  }
  plan.finish();
  return plan;
}

WorldSettings random_world(std::uint64_t seed) {
  Random random(seed ^ 0x5eed);
  WorldSettings world;
  world.plan = random_plan(random);
  random_settings(world.plan, random);
  for (std::uint32_t pool = 0; pool < world.plan.pools.size(); ++pool) {
    core::Route route{.name = "r" + std::to_string(pool), .pools = {core::PoolId{pool}}};
    if (pool == 0 && world.plan.pools.size() > 1) route.pools.push_back(core::PoolId{1});
    world.plan.routes.push_back(std::move(route));
  }
  add_limits(world.plan, random);
  world.plan.finish();
  world.late_events = one_of({0.0, 0.1, 0.5}, random);
  world.requests = static_cast<std::uint32_t>(20 + random.below(100));
  world.span = one_of({2s, 20s, 120s}, random);
  if (random.below(8) == 0) world.probes = one_of({2s, 10s}, random);
  if (random.below(10) == 0) {
    world.drain = Duration(static_cast<Duration::rep>(random.below(static_cast<std::uint64_t>(world.span.count()))));
  }
  const std::uint64_t troubles = random.below(2 * world.plan.targets.size() + 1);
  for (std::uint64_t trouble = 0; trouble < troubles; ++trouble) {
    const auto from =
        Duration(static_cast<Duration::rep>(random.below(static_cast<std::uint64_t>(world.span.count()))));
    const Duration length = one_of({2s, 10s, 60s}, random);
    world.faults.push_back({.target = {static_cast<std::uint32_t>(random.below(world.plan.targets.size()))},
                            .from = random.below(3) == 0 ? Duration::zero() : from,
                            .until = random.below(4) == 0 ? kNoLimit : from + length,
                            .fault = static_cast<Fault>(1 + random.below(kFaults - 1))});
  }
  world.plan.retry.hedge = one_of({0.0, 0.0, 0.02, 0.2, 1.0}, random);
  if (random.below(16) == 0) make_busy(world, random);
  if (random.below(4) == 0) world.reloads = one_of<Duration>({300ms, 3s, 20s}, random);
  return world;
}

}  // namespace drover::sim
