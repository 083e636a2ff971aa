#include "gateway/models_page.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <set>
#include <utility>

#include "dialect/request_inspector.h"
#include "gateway/dialect_choice.h"
#include "gateway/model_access.h"
#include "gateway/phases.h"
#include "gateway/replies.h"
#include "gateway/worker.h"
#include "upstream/fetch.h"

namespace drover::gateway {
namespace {

constexpr std::string_view kListPath = "/v1/models";

/// The providers behind "*" that this client may use and that speak its dialect, each with one of its targets.
std::vector<core::TargetId> open_providers(const Snapshot& snapshot, core::DialectKind dialect,
                                           const config::ClientKey* client) {
  std::vector<core::TargetId> found;
  const core::Plan& plan = *snapshot.plan;
  const core::Route* open = plan.route_for("*");
  if (open == nullptr || open->name != "*" || dialect_of(plan, *open) != dialect) return found;
  std::set<core::ProviderId> seen;
  for (const core::PoolId pool : open->pools) {
    for (const core::TargetId target : plan.pools[pool.index()].targets) {
      const core::ProviderId provider = plan.targets[target.index()].provider;
      if (client != nullptr && !client->may_use(provider)) continue;
      if (seen.insert(provider).second) found.push_back(target);
    }
  }
  return found;
}

/// The ids in {"data":[{"id":…}, …]}; nothing when it is not such a list.
std::vector<std::string> names_in(const std::string& body) {
  std::vector<std::string> names;
  boost::system::error_code problem;
  const boost::json::value parsed = boost::json::parse(body, problem, {}, {.max_depth = 32});
  if (problem || !parsed.is_object()) return names;
  const boost::json::value* data = parsed.get_object().if_contains("data");
  if (data == nullptr || !data->is_array()) return names;
  for (const boost::json::value& entry : data->get_array()) {
    if (names.size() == kMaxModelNames) break;
    if (!entry.is_object()) continue;
    const boost::json::value* id = entry.get_object().if_contains("id");
    if (id != nullptr && id->is_string()) names.emplace_back(id->get_string());
  }
  return names;
}

net::Awaitable<> refresh(Worker& worker, std::shared_ptr<const Snapshot> snapshot, core::TargetId target) {
  const upstream::Endpoint& endpoint = snapshot->catalog->endpoint(target);
  ProviderModels::List& list = worker.provider_models().of(endpoint.provider->name);
  if (list.again_at > worker.loop().now()) co_return;
  list.again_at = worker.loop().now() + kModelsRetry;  // also keeps others from asking at the same time
  const bool in_pages = endpoint.provider->dialect == core::DialectKind::Anthropic;
  std::string path(in_pages ? "/models?limit=1000" : "/models");  // as many as one page may have
  const auto fetched =
      co_await upstream::fetch(worker.tools(), *endpoint.server, *endpoint.fields, std::move(path), kModelsTimeout);
  if (!fetched || fetched->status != 200) co_return;  // what was known stays
  std::vector<std::string> names = names_in(fetched->body);
  std::erase_if(names, [&](const std::string& name) { return !endpoint.search->clean(name + "\n"); });
  ProviderModels::List& fresh = worker.provider_models().of(endpoint.provider->name);
  fresh.names = std::move(names);
  fresh.again_at = worker.loop().now() + kModelsFresh;
}

std::vector<std::string> merged_names(Worker& worker, const RequestState& state,
                                      const std::vector<core::TargetId>& providers) {
  std::vector<std::string> names = known_models(*state.snapshot->plan, state.dialect, state.client);
  for (const core::TargetId target : providers) {
    for (const std::string& name :
         worker.provider_models().of(state.snapshot->catalog->endpoint(target).provider->name).names) {
      if (may_name(state.client, name)) names.push_back(name);
    }
  }
  std::ranges::sort(names);
  const auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
  return names;
}

/// What can be asked for is there: where any name passes through, also one that no list has.
bool is_there(const RequestState& state, const std::vector<std::string>& names) {
  const std::string& name = state.asked.name;
  if (std::ranges::binary_search(names, name)) return true;
  const core::Route* const route = find_route(*state.snapshot->plan, name);
  const bool passes = route != nullptr && route->name == "*" && name != "*" && name.find('%') == name.npos;
  return passes && dialect::is_model_name(name) && may_name(state.client, name) &&
         dialect_of(*state.snapshot->plan, *route) == state.dialect;
}

}  // namespace

net::Awaitable<Result<void>> answer_models(Worker& worker, RequestState& state) {
  const std::vector<core::TargetId> providers = open_providers(*state.snapshot, state.dialect, state.client);
  for (const core::TargetId target : providers) co_await refresh(worker, state.snapshot, target);

  const std::vector<std::string> names = merged_names(worker, state, providers);
  Reply reply{.status = 200, .fields = "Content-Type: application/json\r\n" + state.own_fields, .body = {}};
  if (state.request.path == kListPath) {
    reply.body = state.request.dialect->models_body(names);
  } else if (is_there(state, names)) {
    reply.body = state.request.dialect->model_body(state.asked.name);
  } else {
    co_return fail({.kind = ErrorKind::NotFound,
                    .scope = ErrorScope::Request,
                    .status = 404,
                    .code = "model_not_found",
                    .message = "This gateway has no such model; GET /v1/models lists those it has."});
  }
  send_reply(state, reply, net::Keep::Borrow);  // a list of thousands is longer than what may be copied
  if (state.exchange->pending_bytes() > 0) {
    const auto flushed = co_await state.exchange->until_flushed(flushed_by(worker, state));
    if (!flushed) state.exchange->abort();
  }
  co_return Result<void>{};
}

}  // namespace drover::gateway
