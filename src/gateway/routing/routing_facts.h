// What routing is asked, and what it may know: plain references, so that it can be tried without a request at work.
#pragma once

#include <string_view>

#include "config/settings.h"
#include "core/fleet/fleet_port.h"
#include "core/plan/plan.h"
#include "upstream/catalog/api_fence.h"
#include "upstream/run/request.h"

namespace drover::gateway {

/// What the configuration at work says about the requests of one client in one dialect. It outlives what is decided by
/// it.
struct RoutingFacts {
  const core::Plan* plan = nullptr;
  const upstream::RouteFences* fences = nullptr;  ///< the providers that the client may use
  const core::Route* pin = nullptr;  ///< of the paths that name no model; null: no provider speaks the dialect
};

/// One request, inspected.
struct RoutingRequest {
  const config::ClientKey* client = nullptr;  ///< null: no clients are configured
  const upstream::UpstreamRequest* request = nullptr;
  std::string_view named{};  ///< AskedPath::name: the deployment in the path; may be empty
};

/// The providers that the request may go to on `route`: those that its client may use and that offer its API, or one
/// that the request can be translated into. Valid as long as the facts.
[[nodiscard]] inline core::ProviderFence fence_of(const RoutingFacts& facts, const upstream::UpstreamRequest& request,
                                                  const core::Route& route) {
  return facts.fences->of(*facts.plan, route, request.api, request.inspection.continues != 0);
}

}  // namespace drover::gateway
