#include "gateway/process/snapshot.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "gateway/routing/model_access.h"
#include "net/loop/seed.h"
#include "telemetry/log/state_lines.h"

namespace drover::gateway {
namespace {

constexpr std::array<core::DialectKind, core::kDialects> kAllDialects{core::DialectKind::OpenAi,
                                                                      core::DialectKind::Anthropic};

/// With more keys than that, paths that name no model reach the pinned one only.
constexpr std::size_t kMostPinned = 1000;

/// Adds the target of a key at its provider's first server. False: it has none.
bool add_target(core::Plan& plan, core::KeyId key, core::Pool& pool) {
  const core::ProviderId provider = plan.keys[key.index()].provider;
  const auto server = std::find_if(plan.servers.begin(), plan.servers.end(),
                                   [&](const core::Server& candidate) { return candidate.provider == provider; });
  if (server == plan.servers.end()) return false;
  core::Target target;
  target.provider = provider;
  target.server = core::ServerId{static_cast<std::uint32_t>(server - plan.servers.begin())};
  target.key = key;
  target.quota = plan.keys[key.index()].quota;
  target.name = plan.providers[provider.index()].name + "/" + plan.keys[key.index()].name;
  pool.targets.push_back(core::TargetId{static_cast<std::uint32_t>(plan.targets.size())});
  plan.targets.push_back(std::move(target));
  return true;
}

/// Adds the route of the paths that name no model: the pinned key's target, then those of the other keys of the
/// dialect, for what is known to be theirs. Requests on it always say whose. False: the key has no server.
bool add_pin(core::Plan& plan, core::KeyId pinned, core::DialectKind dialect, const core::Timeouts& timeouts) {
  core::Pool pool;
  pool.model = std::string(1, kInternalRoute) + "pin" + std::to_string(static_cast<int>(dialect));
  pool.balance = core::Balance::RoundRobin;
  pool.timeouts = timeouts;
  if (!add_target(plan, pinned, pool)) return false;
  for (std::uint32_t key = 0; key < plan.keys.size() && plan.keys.size() <= kMostPinned; ++key) {
    const bool speaks_it = plan.providers[plan.keys[key].provider.index()].dialect == dialect;
    if (speaks_it && key != pinned.value) (void)add_target(plan, core::KeyId{key}, pool);
  }
  core::Route route{.name = pool.model, .pools = {core::PoolId{static_cast<std::uint32_t>(plan.pools.size())}}};
  plan.pools.push_back(std::move(pool));
  plan.routes.push_back(std::move(route));
  return true;
}

/// What is counted where no route is, and what a path without a model is counted under. No model can have such a name
/// by accident: clients would have to ask for it.
constexpr std::string_view kUnrouted = "(none)";
constexpr std::string_view kPinned = "(pinned)";

void take_slots(Snapshot& snapshot, telemetry::Metrics& metrics) {
  snapshot.unrouted = metrics.model_slot(kUnrouted);
  for (const core::Route& route : snapshot.plan->routes) {
    snapshot.model_slots.push_back(metrics.model_slot(route.name.front() == kInternalRoute ? kPinned : route.name));
  }
  for (const core::Target& target : snapshot.plan->targets) {
    snapshot.target_slots.push_back(metrics.target_slot(target.name));
  }
}

/// `within`: of these providers only; null: of all.
Snapshot::Fences fences_within(const core::Plan& plan, const core::ProviderSet* within) {
  Snapshot::Fences fences;
  for (const core::DialectKind dialect : kAllDialects) {
    fences[static_cast<std::size_t>(dialect)] = upstream::RouteFences(plan, dialect, within);
  }
  return fences;
}

upstream::SharedFleet::Observer observer(telemetry::Metrics* metrics) {
  if (metrics == nullptr) return &telemetry::log_state_change;
  return [metrics](const core::StateChange& change, std::string_view label) {
    metrics->state_changed(change.what, label);
    telemetry::log_state_change(change, label);
  };
}

}  // namespace

GatewayPlan gateway_plan(const config::Settings& settings) {
  auto plan = std::make_shared<core::Plan>(*settings.plan);
  GatewayPlan made;
  for (const core::DialectKind dialect : kAllDialects) {
    const auto key = settings.pin_for(dialect);
    if (key && add_pin(*plan, *key, dialect, settings.timeouts)) {
      made.pins[static_cast<std::size_t>(dialect)] = core::RouteId{static_cast<std::uint32_t>(plan->routes.size() - 1)};
    }
  }
  plan->finish();
  made.plan = std::move(plan);
  return made;
}

Result<std::shared_ptr<Snapshot>> Snapshot::build(config::Settings settings, upstream::TlsStore& tls,
                                                  telemetry::Metrics* metrics,
                                                  std::shared_ptr<upstream::Recorder> recorder) {
  const auto [plan, pins] = gateway_plan(settings);
  auto snapshot = std::make_shared<Snapshot>();
  auto catalog = upstream::Catalog::build(plan, tls);
  if (!catalog) return fail(std::move(catalog.error()));
  snapshot->settings = std::move(settings);
  snapshot->plan = plan;
  snapshot->fences_of_all = fences_within(*plan, nullptr);
  for (const config::ClientKey& client : snapshot->settings.clients) {
    snapshot->fences_of_client.push_back(client.providers ? fences_within(*plan, &*client.providers) : Fences());
  }
  snapshot->catalog = std::move(*catalog);
  const std::uint64_t seed = recorder != nullptr ? recorder->fleet_seed() : net::fresh_seed();
  snapshot->fleet = std::make_shared<upstream::SharedFleet>(plan, observer(metrics), seed, std::move(recorder));
  for (std::size_t at = 0; at < pins.size(); ++at) {
    if (pins[at]) snapshot->pins[at] = &plan->routes[pins[at]->index()];
  }
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  snapshot->loaded_at = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  return snapshot;
}

void Snapshot::begin(const Snapshot* before, telemetry::Metrics& metrics) {
  take_slots(*this, metrics);
  owners = before != nullptr ? before->owners : std::make_shared<upstream::OwnerMap>();
  reasoning = before != nullptr ? before->reasoning : std::make_shared<upstream::ReasoningMemory>();
  if (before != nullptr) fleet->succeed(*before->fleet);
}

}  // namespace drover::gateway
