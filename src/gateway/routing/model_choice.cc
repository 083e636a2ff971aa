#include "gateway/routing/model_choice.h"

#include <utility>
#include <vector>

#include "gateway/answers/request_error.h"
#include "gateway/routing/dialect_choice.h"
#include "gateway/routing/model_access.h"
#include "upstream/catalog/api_fence.h"

namespace drover::gateway {
namespace {

/// The APIs whose requests may leave the model out.
bool lets_it_out(dialect::Api api) {
  return api == dialect::Api::Moderations || api == dialect::Api::Images || api == dialect::Api::Audio;
}

/// Whether this client may ask for it and somebody behind it offers the API.
bool is_open(const RequestState& state, const core::Route* route, std::string_view model) {
  const core::Plan& plan = *state.snapshot->plan;
  return route != nullptr && serves(plan, *route, state.dialect) && may_name(state.client, model) &&
         upstream::any_inside(plan, *route, fence_of(state));
}

/// The names a client can choose from.
std::vector<std::string> open_models(const RequestState& state) {
  std::vector<std::string> names = known_models(*state.snapshot->plan, state.dialect, state.client);
  std::erase_if(
      names, [&](const std::string& name) { return !is_open(state, find_route(*state.snapshot->plan, name), name); });
  return names;
}

void name(RequestState& state, std::string_view model) {
  state.request.inspection.has_model = true;
  state.request.inspection.model.assign(model);
}

Error missing_model(const RequestState& state) {
  const std::vector<std::string> names = open_models(state);
  return request_error(400, ErrorKind::BadRequest, "missing_model",
                       "The request names no model: add the field \"model\"." +
                           (names.empty() ? std::string() : " Known here: " + listed(names) + "."));
}

}  // namespace

core::ProviderFence fence_of(const RequestState& state) {
  return {.within = state.snapshot->fences(state.client, state.dialect).of(state.request.api)};
}

Result<void> choose_model(RequestState& state) {
  dialect::Inspection& inspection = state.request.inspection;
  const std::string& deployment = state.asked_name;
  if (inspection.has_model) {
    if (deployment.empty() || deployment == inspection.model) return {};
    return may_name_two(state);
  }
  const dialect::Api api = state.request.api;
  if (api == dialect::Api::Pinned || api == dialect::Api::OtherModel) return {};
  if (!deployment.empty()) {
    name(state, deployment);
    return {};
  }
  if (!lets_it_out(api)) return fail(missing_model(state));
  const std::string_view usual = state.request.dialect->default_model(state.request.path);
  const core::Route* const route = usual.empty() ? nullptr : find_route(*state.snapshot->plan, usual);
  if (is_open(state, route, usual)) {
    name(state, usual);
    // Where any name passes through, the provider is asked as it would be without a gateway.
    inspection.model_may_be_missing = route->name == "*";
    return {};
  }
  const std::vector<std::string> names = open_models(state);
  if (names.size() != 1) return fail(missing_model(state));
  name(state, names.front());
  return {};
}

}  // namespace drover::gateway
