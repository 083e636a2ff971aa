#include "gateway/answers/models_page.h"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "base/glob.h"
#include "dialect/answer/model_names.h"
#include "dialect/request/request_inspector.h"
#include "gateway/answers/replies.h"
#include "gateway/answers/request_error.h"
#include "gateway/process/worker.h"
#include "gateway/request/phases.h"
#include "gateway/routing/dialect_choice.h"
#include "gateway/routing/model_access.h"
#include "upstream/connections/fetch.h"

namespace drover::gateway {
namespace {

/// A provider that a route for many names ("*", "claude-*") passes them on to, by one of its targets.
struct Source {
  const core::Route* route;
  core::TargetId target;
};

/// Those this client may use and that its requests reach.
std::vector<Source> sources_for(const Snapshot& snapshot, core::DialectKind dialect, const config::ClientKey* client) {
  std::vector<Source> found;
  const core::Plan& plan = *snapshot.plan;
  for (const core::Route& route : plan.routes) {
    if (!is_glob(route.name) || !reaches(plan, route, dialect, client)) continue;
    const bool own_only = route.keeps_apart() && serves(plan, route, dialect, client);
    std::set<std::tuple<core::ProviderId, std::size_t, std::string>> seen;
    for (const core::TargetId id : plan.pools[route.pools.front().index()].targets) {
      const core::Target& target = plan.targets[id.index()];
      if (!target.model.empty()) continue;
      if (own_only && plan.providers[target.provider.index()].dialect != dialect) continue;
      if (client != nullptr && !client->may_use(target.provider)) continue;
      if (seen.emplace(target.provider, target.rename.drop, target.rename.front).second) found.push_back({&route, id});
    }
  }
  return found;
}

net::Awaitable<> refresh(Worker& worker, std::shared_ptr<const Snapshot> snapshot, core::TargetId target) {
  const upstream::Endpoint& endpoint = snapshot->catalog->endpoint(target);
  ProviderModels::List& list = worker.provider_models().of(endpoint.provider->name);
  if (list.again_at > worker.loop().now()) co_return;
  list.again_at = worker.loop().now() + kModelsRetry;  // also keeps others from asking at the same time
  std::string path(upstream::models_path(endpoint.provider->dialect));
  const auto fetched =
      co_await upstream::fetch(worker.tools(), *endpoint.server, *endpoint.fields, std::move(path), kModelsTimeout);
  if (!fetched || fetched->status != 200) co_return;  // what was known stays
  std::vector<std::string> names = dialect::names_in(fetched->body, kMaxModelNames);
  std::erase_if(names, [&](const std::string& name) { return !endpoint.search->clean(name + "\n"); });
  ProviderModels::List& fresh = worker.provider_models().of(endpoint.provider->name);
  fresh.names = std::move(names);
  fresh.again_at = worker.loop().now() + kModelsFresh;
}

std::vector<std::string> merged_names(Worker& worker, const RequestState& state, const std::vector<Source>& sources) {
  const core::Plan& plan = *state.snapshot->plan;
  std::vector<std::string> names = known_models(plan, state.dialect, state.client);
  for (const Source& source : sources) {
    const std::string& provider = state.snapshot->catalog->endpoint(source.target).provider->name;
    for (const std::string& theirs : worker.provider_models().of(provider).names) {
      auto name = plan.name_asked(*source.route, plan.targets[source.target.index()], theirs);
      if (name && may_name(state.client, *name)) names.push_back(*std::move(name));
    }
  }
  std::ranges::sort(names);
  const auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
  return names;
}

/// Providers' lists are not complete (dated names, aliases), so a name that a route takes is one that can be asked for.
bool would_be_sent(const RequestState& state, std::string_view model) {
  const core::Plan& plan = *state.snapshot->plan;
  const core::Route* route = find_route(plan, model);
  // A glob takes names, not another glob, nor a name that was escaped twice.
  if (route != nullptr && is_glob(route->name) && (is_glob(model) || model.find('%') != model.npos)) return false;
  return route != nullptr && dialect::is_model_name(model) && may_name(state.client, model) &&
         reaches(plan, *route, state.dialect, state.client);
}

}  // namespace

net::Awaitable<Result<void>> answer_models(Worker& worker, RequestState& state) {
  Reply reply{.status = 200, .fields = "Content-Type: application/json\r\n" + state.own_fields, .body = {}};
  if (state.asked_name.empty()) {
    const std::vector<Source> sources = sources_for(*state.snapshot, state.dialect, state.client);
    for (const Source& source : sources) co_await refresh(worker, state.snapshot, source.target);
    reply.body = state.request.dialect->models_body(merged_names(worker, state, sources));
  } else if (would_be_sent(state, state.asked_name)) {
    reply.body = state.request.dialect->model_body(state.asked_name);
  } else {
    co_return fail(request_error(404, ErrorKind::NotFound, "model_not_found",
                                 "This gateway has no such model; GET /v1/models lists those it has."));
  }
  send_reply(state, reply, net::Keep::Borrow);  // a list of thousands is longer than what may be copied
  if (state.exchange->pending_bytes() > 0) {
    const auto flushed = co_await state.exchange->until_flushed(flushed_by(worker, state));
    if (!flushed) state.exchange->abort();
  }
  co_return Result<void>{};
}

}  // namespace drover::gateway
