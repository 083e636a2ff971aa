// One configuration at work: settings, plan, catalog and fleet together. Immutable but for the fleet's state; a request
// keeps the one it began with.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "core/plan.h"
#include "upstream/api_fence.h"
#include "upstream/catalog.h"
#include "upstream/shared_fleet.h"

namespace drover::gateway {

struct Snapshot {
  config::Settings settings;
  std::shared_ptr<const core::Plan> plan;  ///< the settings' plan with a route to each pin behind it
  std::shared_ptr<const upstream::Catalog> catalog;
  std::shared_ptr<upstream::SharedFleet> fleet;
  /// Route of the paths that name no model, per dialect; null where no provider speaks it.
  std::array<const core::Route*, 2> pins{};
  upstream::ApiFences api_fences{};  ///< the providers that offer each API

  /// Errors: BadConfig. `before`: the snapshot whose fleet state is carried over, or null.
  [[nodiscard]] static Result<std::shared_ptr<const Snapshot>> build(config::Settings settings, upstream::TlsStore& tls,
                                                                     const Snapshot* before);

  [[nodiscard]] const core::Route* pin(core::DialectKind dialect) const {
    return pins[static_cast<std::size_t>(dialect)];
  }
};

/// Names of internal routes begin with this byte, which no model name a client sends can contain.
inline constexpr char kInternalRoute = '\x01';

}  // namespace drover::gateway
