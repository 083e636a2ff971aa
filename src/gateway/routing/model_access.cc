#include "gateway/routing/model_access.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/glob.h"
#include "dialect/request/multipart_scan.h"
#include "dialect/request/routed_keys.h"
#include "gateway/answers/request_error.h"
#include "gateway/routing/dialect_choice.h"
#include "http/head/header_rules.h"
#include "http/url.h"

namespace drover::gateway {
namespace {

/// Names listed in an error; with more, the rest is counted.
constexpr std::size_t kNamesTold = 20;

/// Fields by which routers, gateways and model servers choose a model or a provider of their own.
constexpr auto kRoutingFields = std::to_array<std::string_view>({
    "azureml-model-deployment",
    "helicone-fallbacks",
    "helicone-model-override",
    "helicone-openai-api-base",
    "helicone-target-provider",
    "helicone-target-url",
    "x-amzn-sagemaker-inference-component",
    "x-amzn-sagemaker-target-model",
    "x-amzn-sagemaker-target-variant",
    "x-gateway-destination-endpoint",
    "x-gateway-model-name",
    "x-litellm-model",
    "x-model",
    "x-model-id",
    "x-model-name",
    "x-model-override",
    "x-portkey-config",
    "x-portkey-custom-host",
    "x-portkey-provider",
    "x-portkey-virtual-key",
    "x-selected-model",
});

/// Whether a parameter of the query is called like a field that names a model: some servers read both alike.
bool names_a_model(std::string_view query) {
  while (!query.empty()) {
    const std::string name = dialect::routed_name(http::parameter_name(http::take_parameter(query)));
    if (name == "model" || dialect::names_other_models(name)) return true;
  }
  return false;
}

Error path_not_allowed(std::string message) {
  return request_error(403, ErrorKind::Unauthorized, "path_not_allowed", std::move(message));
}

Error names_more_models() {
  return request_error(
      403, ErrorKind::Unauthorized, "model_not_allowed",
      "This client key is limited to certain models or providers: the one model is named by \"model\" in the "
      "body and nothing else.");
}

/// Of a route for many names it is not known that the model exists, in any dialect.
Error in_other_dialect(const core::Route& route, core::DialectKind asked, const std::string& known) {
  const core::DialectKind served =
      asked == core::DialectKind::OpenAi ? core::DialectKind::Anthropic : core::DialectKind::OpenAi;
  std::string text = is_glob(route.name) ? "This model is not listed here, and \"" + route.name + "\" is for " +
                                               std::string(shown(served))
                                         : "This gateway serves this model in " + std::string(shown(served));
  text += ", not for requests in " + std::string(shown(asked)) + ", and its 'translate' is off." + known;
  return request_error(404, ErrorKind::NotFound, "model_in_other_dialect", std::move(text));
}

}  // namespace

bool is_limited(const config::ClientKey* client) {
  if (client == nullptr) return false;
  const bool all_models = client->models.empty() || std::ranges::find(client->models, "*") != client->models.end();
  return !all_models || client->providers.has_value();
}

Result<void> may_use_path(const config::ClientKey* client, upstream::UpstreamRequest& request) {
  if (!is_limited(client)) return {};
  if (request.method != "GET" && request.method != "HEAD" && !request.dialect->lists(request.path)) {
    return fail(path_not_allowed(
        "This client key is limited to certain models or providers, and may only use the paths of the API itself, such "
        "as /v1/chat/completions, spelt just so."));
  }
  if (names_a_model(request.query)) return fail(names_more_models());
  for (const std::string_view name : kRoutingFields) http::drop_field(request.fields, name);
  return {};
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t at = 0; at < names.size() && at < kNamesTold; ++at)
    text.append(at == 0 ? "" : ", ").append(names[at]);
  if (names.size() > kNamesTold) text.append(" and ").append(std::to_string(names.size() - kNamesTold)).append(" more");
  return text;
}

Error names_two_models() {
  return path_not_allowed(
      "This client key is limited to certain models or providers, and the path of this request names one model and "
      "its body another.");
}

const core::Route* find_route(const core::Plan& plan, std::string_view model) {
  if (model.empty() || model.front() == kInternalRoute) return nullptr;
  return plan.route_for(model);
}

bool may_name(const config::ClientKey* client, std::string_view model) {
  if (client == nullptr || client->models.empty()) return true;
  return std::ranges::any_of(client->models, [&](const std::string& allowed) { return takes_name(allowed, model); });
}

std::vector<std::string> known_models(const core::Plan& plan, core::DialectKind dialect,
                                      const config::ClientKey* client) {
  std::vector<std::string> names;
  for (const core::Route& route : plan.routes) {
    if (is_glob(route.name) || route.name.starts_with(kInternalRoute) || !may_name(client, route.name)) continue;
    if (!reaches(plan, route, dialect, client)) continue;
    names.push_back(route.name);
  }
  std::ranges::sort(names);
  return names;
}

Result<void> may_use_model(const RoutingFacts& facts, const RoutingRequest& asked, const core::Route* route,
                           std::string_view model) {
  const core::DialectKind speaks = asked.request->speaks;
  const bool allowed = route != nullptr && may_name(asked.client, model);
  const bool served = route == nullptr || reaches(*facts.plan, *route, speaks);
  if (allowed && is_limited(asked.client) && asked.request->inspection.names_other_models) {
    return fail(names_more_models());
  }
  if (allowed && served) return {};
  const std::vector<std::string> names = known_models(*facts.plan, speaks, asked.client);
  const std::string listing = names.empty() ? std::string() : " Known here: " + listed(names) + ".";
  if (allowed) return fail(in_other_dialect(*route, speaks, listing));
  const std::string known = names.empty() ? " No models are configured." : listing;
  if (route == nullptr) {
    return fail(request_error(404, ErrorKind::NotFound, "model_not_found", "This gateway has no such model." + known));
  }
  return fail(request_error(403, ErrorKind::Unauthorized, "model_not_allowed",
                            "This client key may not use this model." + known));
}

Result<void> may_use_pin(const RoutingFacts& facts, const config::ClientKey* client, const core::Owner& owner) {
  if (client == nullptr) return {};
  const core::Plan& plan = *facts.plan;
  const std::vector<core::TargetId>& targets = plan.pools[facts.pin->pools.front().index()].targets;
  const bool inside = std::ranges::any_of(targets, [&](core::TargetId id) {
    const core::Target& target = plan.targets[id.index()];
    return owner.is(target.key, target.quota) && client->may_use(target.provider);
  });
  if (client->models.empty() && inside) return {};
  return fail(path_not_allowed("This client key is limited to certain models or providers, and this path names none."));
}

}  // namespace drover::gateway
