// The door of routing: which pools a request goes to, whether its client may use them, and whose keys alone can serve
// it. Pure: the answer depends on the arguments alone.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "core/fleet/fleet_port.h"
#include "core/plan/plan.h"
#include "gateway/routing/ownership.h"
#include "gateway/routing/routing_facts.h"

namespace drover::gateway {

/// What was decided for one request.
struct Routing {
  const core::Route* route = nullptr;
  core::ProviderFence fence{};        ///< the providers that the request may go to
  core::Owner owner{};                ///< whose keys alone can serve it; of a path without a model: always known
  std::string model{};                ///< chosen for a request whose body names none; empty: the body's
  bool model_may_be_missing = false;  ///< Inspection::model_may_be_missing, of a model that was chosen
  bool pinned = false;                ///< the path has no model: one key is asked, once
  bool counts_here = false;           ///< no provider of the model counts tokens: the gateway estimates them itself
};

/// Decides into `routing`, which is new. What was decided before an error is left there: a refused request is recorded
/// under its route. `holder`: what is known about the account that holds needed_object(asked).
/// Errors: 400 no model; 403 not this client's; 404 no such model, its providers speak another dialect or do not offer
/// the API, no key is pinned for the path, or the account's keys are gone.
[[nodiscard]] Result<void> decide_route(const RoutingFacts& facts, const RoutingRequest& asked, const Holder& holder,
                                        Routing& routing);

}  // namespace drover::gateway
