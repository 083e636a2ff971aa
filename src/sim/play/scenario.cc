#include "sim/play/scenario.h"

#include <algorithm>
#include <utility>

namespace drover::sim {

bool Scenario::has_prices() const {
  return std::ranges::any_of(
      upstreams, [](const Upstream& u) { return u.usd_per_million_input > 0 || u.usd_per_million_output > 0; });
}

double Scenario::expected_requests() const {
  if (!arrivals.given.empty()) return static_cast<double>(arrivals.given.size());
  double sum = 0;
  for (std::size_t at = 0; at < arrivals.steps.size(); ++at) {
    const Duration end = at + 1 < arrivals.steps.size() ? std::min(arrivals.steps[at + 1].at, span) : span;
    const Duration long_is = std::max(end - arrivals.steps[at].at, Duration::zero());
    sum += arrivals.steps[at].per_second * std::chrono::duration<double>(long_is).count();
  }
  return sum;
}

Scenario default_scenario() {
  Scenario scenario;
  scenario.upstreams.push_back({.name = "key", .count = 4});
  scenario.troubles.push_back({.key = 3, .from = std::chrono::seconds(20), .fault = Fault::Refuse});
  return scenario;
}

ScenarioPlan plan_of(const Scenario& scenario) {
  ScenarioPlan made;
  core::Plan& plan = made.plan;
  plan.pools.push_back({.model = "m"});
  plan.routes.push_back({.name = "m", .pools = {core::PoolId{0}}});
  for (std::uint32_t number = 0; number < scenario.upstreams.size(); ++number) {
    const Upstream& upstream = scenario.upstreams[number];
    for (std::uint32_t copy = 0; copy < upstream.count; ++copy) {
      const auto at = static_cast<std::uint32_t>(plan.targets.size());
      const std::string name = upstream.count == 1 ? upstream.name : upstream.name + "-" + std::to_string(copy + 1);
      plan.providers.push_back({.name = name});
      plan.servers.push_back({.provider = {at}, .base_url = "https://" + name});
      core::Key key{.provider = {at}, .name = "1", .fingerprint = name};
      if (upstream.configured && upstream.requests_per_minute > 0) {
        key.limits.requests_per_minute = static_cast<std::int64_t>(upstream.requests_per_minute);
      }
      if (upstream.configured && upstream.concurrent) key.limits.concurrent = *upstream.concurrent;
      plan.keys.push_back(std::move(key));
      plan.targets.push_back({.provider = {at},
                              .server = {at},
                              .key = {at},
                              .model = "m",
                              .weight = upstream.weight,
                              .priority = upstream.priority,
                              .name = name});
      plan.pools.front().targets.push_back(core::TargetId{at});
      made.upstream_of.push_back(number);
    }
  }
  std::ranges::sort(plan.pools.front().targets, {},
                    [&plan](core::TargetId id) { return std::pair(plan.targets[id.index()].priority, id.value); });
  plan.finish();
  return made;
}

ScenarioPlan plan_of(const Scenario& scenario, const core::Plan& configured) {
  ScenarioPlan made{.plan = configured, .upstream_of = {}};
  for (const core::Target& target : configured.targets) {
    const auto called = [&](const std::string& name) {
      return std::ranges::find(scenario.upstreams, name, &Upstream::name) - scenario.upstreams.begin();
    };
    const auto none = static_cast<std::ptrdiff_t>(scenario.upstreams.size());
    std::ptrdiff_t found = called(target.name);
    if (found == none) found = called(configured.providers[target.provider.index()].name);
    made.upstream_of.push_back(found == none ? 0 : static_cast<std::uint32_t>(found));
  }
  return made;
}

}  // namespace drover::sim
