#include "gateway/routing/model_choice.h"

#include <utility>
#include <vector>

#include "gateway/answers/request_error.h"
#include "gateway/routing/model_access.h"

namespace drover::gateway {
namespace {

/// The APIs whose requests may leave the model out.
bool lets_it_out(dialect::Api api) {
  return api == dialect::Api::Moderations || api == dialect::Api::Images || api == dialect::Api::Audio;
}

/// Whether this client may ask for it and somebody behind it offers the API.
bool is_open(const RoutingFacts& facts, const RoutingRequest& asked, const core::Route* route, std::string_view model) {
  return route != nullptr && may_name(asked.client, model) &&
         upstream::any_inside(*facts.plan, *route, fence_of(facts, *asked.request, *route));
}

/// The names a client can choose from.
std::vector<std::string> open_models(const RoutingFacts& facts, const RoutingRequest& asked) {
  std::vector<std::string> names = known_models(*facts.plan, asked.request->speaks, asked.client);
  std::erase_if(names,
                [&](const std::string& name) { return !is_open(facts, asked, find_route(*facts.plan, name), name); });
  return names;
}

Error missing_model(const std::vector<std::string>& names) {
  return request_error(400, ErrorKind::BadRequest, "missing_model",
                       "The request names no model: add the field \"model\"." +
                           (names.empty() ? std::string() : " Known here: " + listed(names) + "."));
}

}  // namespace

bool has_model_always(dialect::Api api) {
  return api != dialect::Api::Pinned && api != dialect::Api::OtherModel;
}

Result<ModelChoice> choose_model(const RoutingFacts& facts, const RoutingRequest& asked) {
  const upstream::UpstreamRequest& request = *asked.request;
  if (request.inspection.has_model) {
    if (!asked.named.empty() && asked.named != request.inspection.model && is_limited(asked.client)) {
      return fail(names_two_models());
    }
    return ModelChoice{};
  }
  if (!has_model_always(request.api)) return ModelChoice{};
  if (!asked.named.empty()) return ModelChoice{.model = std::string(asked.named)};
  if (!lets_it_out(request.api)) return fail(missing_model(open_models(facts, asked)));
  const std::string_view usual = request.dialect->default_model(request.path);
  const core::Route* const route = usual.empty() ? nullptr : find_route(*facts.plan, usual);
  if (is_open(facts, asked, route, usual)) {
    // Where any name passes through, the provider is asked as it would be without a gateway.
    return ModelChoice{.model = std::string(usual), .may_be_missing = route->name == "*"};
  }
  std::vector<std::string> names = open_models(facts, asked);
  if (names.size() != 1) return fail(missing_model(names));
  return ModelChoice{.model = std::move(names.front())};
}

}  // namespace drover::gateway
