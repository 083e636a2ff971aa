#include "gateway/routing/routing.h"

#include <utility>

#include "gateway/answers/request_error.h"
#include "gateway/routing/model_access.h"
#include "gateway/routing/model_choice.h"

namespace drover::gateway {
namespace {

/// A path without a model goes to the one key that is pinned for it, or to the account that holds what it is about.
Result<void> decide_pin(const RoutingFacts& facts, const RoutingRequest& asked, const Holder& holder,
                        Routing& routing) {
  routing.pinned = true;
  routing.route = facts.pin;
  if (facts.pin == nullptr) {
    return fail(request_error(404, ErrorKind::NotFound, "unknown_path", "No provider here takes this path."));
  }
  routing.fence = fence_of(facts, *asked.request, *facts.pin);
  const Result<core::Owner> owner = owner_on_pin(facts, holder);
  if (!owner) return fail(owner.error());
  routing.owner = *owner;
  return may_use_pin(facts, asked.client, *owner);
}

}  // namespace

Result<void> decide_route(const RoutingFacts& facts, const RoutingRequest& asked, const Holder& holder,
                          Routing& routing) {
  const upstream::UpstreamRequest& request = *asked.request;
  Result<ModelChoice> chosen = choose_model(facts, asked);
  if (!chosen) return fail(std::move(chosen.error()));
  if (!request.inspection.has_model && chosen->model.empty()) return decide_pin(facts, asked, holder, routing);
  routing.model = std::move(chosen->model);
  routing.model_may_be_missing = chosen->may_be_missing;
  const std::string& model = routing.model.empty() ? request.inspection.model : routing.model;
  routing.route = find_route(*facts.plan, model);
  const Result<void> allowed = may_use_model(facts, asked, routing.route, model);
  if (!allowed) return allowed;
  const core::Route& route = *routing.route;
  routing.fence = fence_of(facts, request, route);
  if (!upstream::any_inside(*facts.plan, route, routing.fence)) {
    routing.counts_here = request.api == dialect::Api::CountTokens && route.translate != core::Translate::Off;
    if (routing.counts_here) return {};
    return fail(
        request_error(404, ErrorKind::NotFound, "api_not_offered",
                      "No provider of this model offers this API; 'apis' of the providers says which they offer."));
  }
  const Result<core::Owner> owner = owner_on_route(facts, request, holder, route);
  if (!owner) return fail(owner.error());
  routing.owner = *owner;
  return {};
}

}  // namespace drover::gateway
