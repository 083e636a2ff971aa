// The cost of a pick and its settle, by policy and by number of targets.
#include <benchmark/benchmark.h>

#include <string>

#include "core/dispatch/dispatch.h"
#include "core/fleet/fleet.h"

namespace drover::core {
namespace {

using namespace std::chrono_literals;

Plan plan_of(Balance balance, std::uint32_t count) {
  Plan plan;
  plan.providers.push_back({.name = "p"});
  plan.servers.push_back({.base_url = "https://p"});
  plan.pools.push_back({.model = "m", .balance = balance});
  plan.routes.push_back({.name = "m", .pools = {PoolId{0}}});
  for (std::uint32_t at = 0; at < count; ++at) {
    plan.keys.push_back({.name = std::to_string(at), .fingerprint = std::to_string(at)});
    plan.targets.push_back({.key = {at}, .model = "m", .name = std::to_string(at)});
    plan.pools[0].targets.push_back(TargetId{at});
  }
  plan.finish();
  return plan;
}

void pick_and_settle(benchmark::State& state, Balance balance) {
  const Plan plan = plan_of(balance, static_cast<std::uint32_t>(state.range(0)));
  Fleet fleet(plan);
  Random random(1);
  Instant now(1h);
  const PickRequest request{.route = &plan.routes[0], .affinity = 7, .streamed = true};
  for (auto _ : state) {
    now += 1us;
    const PickAnswer answer = fleet.pick(request, now, random);
    fleet.settle(answer.ticket, {.kind = Outcome::Kind::Succeeded, .first_content = 200ms}, now);
  }
}
void pick_only(benchmark::State& state, Balance balance) {
  const Plan plan = plan_of(balance, static_cast<std::uint32_t>(state.range(0)));
  Fleet fleet(plan);
  Random random(1);
  const PickRequest request{.route = &plan.routes[0], .affinity = 7, .streamed = true, .look = true};
  for (auto _ : state) benchmark::DoNotOptimize(fleet.pick(request, Instant(1h), random));
}

#define POLICY(name)                                          \
  BENCHMARK_CAPTURE(pick_only, name, Balance::name)->Arg(10); \
  BENCHMARK_CAPTURE(pick_and_settle, name, Balance::name)->Arg(3)->Arg(10)->Arg(100)->Arg(1000)->Arg(10000)
POLICY(P2c);
POLICY(RoundRobin);
POLICY(Random);
POLICY(LeastRequests);
POLICY(LeastLatency);
POLICY(Sticky);
#undef POLICY

void whole_request(benchmark::State& state) {
  const Plan plan = plan_of(Balance::P2c, 10);
  Fleet fleet(plan);
  Random random(1);
  Instant now(1h);
  for (auto _ : state) {
    now += 1us;
    Dispatch dispatch({.plan = &plan, .route = &plan.routes[0], .arrived = now}, fleet, random);
    benchmark::DoNotOptimize(dispatch.on(RequestReady{}, now));
    benchmark::DoNotOptimize(dispatch.on(AttemptConnected{{1}}, now));
    benchmark::DoNotOptimize(dispatch.on(RequestSent{{1}}, now));
    benchmark::DoNotOptimize(dispatch.on(HeadArrived{{1}}, now));
    benchmark::DoNotOptimize(dispatch.on(FirstContent{{1}}, now));
    benchmark::DoNotOptimize(dispatch.on(AttemptEnded{{1}, {}}, now));
  }
}
BENCHMARK(whole_request);

}  // namespace
}  // namespace drover::core
