// One configuration at work: settings, plan, catalog and fleet together. Immutable but for the fleet's state; a request
// keeps the one it began with.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "core/plan/plan.h"
#include "gateway/accounts/pricing.h"
#include "telemetry/metrics/metrics.h"
#include "upstream/catalog/api_fence.h"
#include "upstream/catalog/catalog.h"
#include "upstream/catalog/owner_map.h"
#include "upstream/run/recorder.h"
#include "upstream/run/shared_fleet.h"
#include "upstream/translation/translation.h"

namespace drover::gateway {

struct Snapshot {
  config::Settings settings;
  std::shared_ptr<const core::Plan> plan;  ///< the settings' plan with a route to each pin behind it
  std::shared_ptr<const upstream::Catalog> catalog;
  std::shared_ptr<upstream::SharedFleet> fleet;
  std::shared_ptr<upstream::OwnerMap> owners;            ///< one for all snapshots
  std::shared_ptr<upstream::ReasoningMemory> reasoning;  ///< the same
  /// Route of the paths that name no model, per dialect; null where no provider speaks it.
  std::array<const core::Route*, core::kDialects> pins{};
  std::unique_ptr<const Prices> prices;  ///< never null once it is built
  std::int64_t loaded_at = 0;            ///< milliseconds since 1970
  /// What routes and targets are counted under, by their ids; `unrouted`: requests that found no route.
  std::vector<telemetry::Slot> model_slots;
  std::vector<telemetry::Slot> target_slots;
  telemetry::Slot unrouted = telemetry::kOtherSlot;
  using Fences = std::array<upstream::RouteFences, core::kDialects>;  ///< by the client's dialect
  Fences fences_of_all{};
  std::vector<Fences> fences_of_client{};  ///< by client; empty for a client that may use all

  /// Reads what the settings name, and changes nothing that is in use. Errors: BadConfig. `metrics`: counts the fleet's
  /// changes of state; outlives the snapshot; null: they are not counted. `recorder`: records the fleet's events; null:
  /// nothing is recorded.
  [[nodiscard]] static Result<std::shared_ptr<Snapshot>> build(config::Settings settings, upstream::TlsStore& tls,
                                                               telemetry::Metrics* metrics = nullptr,
                                                               std::shared_ptr<upstream::Recorder> recorder = nullptr);
  /// Makes the snapshot the newest one. Called once, before its first request; cannot fail. Takes its metric slots, and
  /// takes over from `before` (null: this is the first) what its fleet knows and which requests run.
  void begin(const Snapshot* before, telemetry::Metrics& metrics);

  [[nodiscard]] static Fences client_fences(const core::Plan& plan, const core::ProviderSet& within);
  /// The providers that a client of the configuration (null: no client) may use.
  [[nodiscard]] const Fences& fences(const config::ClientKey* client) const {
    if (client == nullptr || !client->providers) return fences_of_all;
    return fences_of_client[static_cast<std::size_t>(client - settings.clients.data())];
  }

  [[nodiscard]] const core::Route* pin(core::DialectKind dialect) const {
    return pins[static_cast<std::size_t>(dialect)];
  }
  /// The metric slot of a request for this route (null: it found no route).
  [[nodiscard]] telemetry::Slot model_slot(const core::Route* route) const {
    return route == nullptr ? unrouted : model_slots[static_cast<std::size_t>(route - plan->routes.data())];
  }
};

/// The settings' plan with a route to each pin behind it.
struct GatewayPlan {
  std::shared_ptr<const core::Plan> plan;
  std::array<std::optional<core::RouteId>, core::kDialects> pins{};  ///< per dialect; absent: nobody speaks it
};
[[nodiscard]] GatewayPlan gateway_plan(const config::Settings& settings);

}  // namespace drover::gateway
