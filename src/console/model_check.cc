#include "console/model_check.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <set>
#include <utility>

#include "dialect/answer/model_names.h"
#include "net/dns/resolver.h"
#include "net/loop/loop.h"
#include "upstream/catalog/retirements.h"
#include "upstream/connections/connection_pools.h"
#include "upstream/connections/fetch.h"

namespace drover::console {
namespace {

constexpr Duration kListPatience = std::chrono::seconds(10);
constexpr std::size_t kMostNames = 10'000;

struct Question {
  upstream::LoopTools tools;
  std::shared_ptr<const upstream::Catalog> catalog;
  std::vector<std::string> warnings;
};

/// The models that targets ask this provider for by name.
std::set<std::string> names_at(const core::Plan& plan, core::ProviderId provider) {
  std::set<std::string> names;
  for (const core::Target& target : plan.targets) {
    if (target.provider == provider && !target.model.empty()) names.insert(target.model);
  }
  return names;
}

void judge(Question& question, core::ProviderId provider, const upstream::Endpoint& endpoint,
           const Result<upstream::Fetched>& fetched) {
  const core::Plan& plan = question.catalog->plan();
  const std::string subject = "provider " + plan.providers[provider.index()].name;
  const bool usable = fetched && fetched->status == 200 && endpoint.search->clean(fetched->body);
  if (!usable) {
    const std::string why =
        fetched ? "status " + std::to_string(fetched->status) : std::string(to_string(fetched.error().kind));
    question.warnings.push_back(subject + " did not give its list of models (" + why + ")");
    return;
  }
  const std::vector<std::string> listed = dialect::names_in(fetched->body, kMostNames);
  if (listed.size() < kMostNames) {
    for (const std::string& name : names_at(plan, provider)) {
      if (std::ranges::find(listed, name) == listed.end()) {
        question.warnings.push_back(subject + " does not list model " + name +
                                    " (some do not list every name they take)");
      }
    }
  }
  const std::int64_t now = question.tools.loop->unix_seconds();
  for (const upstream::Retirement& retirement : upstream::Retirements().take(plan, provider, fetched->body)) {
    question.warnings.push_back(upstream::retirement_text(retirement, now));
  }
}

net::Awaitable<> ask(Question& question) {
  const core::Plan& plan = question.catalog->plan();
  std::set<core::ProviderId> asked;
  for (std::uint32_t at = 0; at < plan.targets.size(); ++at) {
    const core::ProviderId provider = plan.targets[at].provider;
    if (!asked.insert(provider).second) continue;
    const upstream::Endpoint& endpoint = question.catalog->endpoint(core::TargetId{at});
    std::string path(upstream::models_path(endpoint.provider->dialect));
    const auto fetched =
        co_await upstream::fetch(question.tools, *endpoint.server, *endpoint.fields, std::move(path), kListPatience);
    judge(question, provider, endpoint, fetched);
  }
  question.tools.loop->stop();
}

}  // namespace

std::vector<std::string> check_models(std::shared_ptr<const upstream::Catalog> catalog) {
  net::Loop loop(1);
  net::Resolver resolver(loop);
  upstream::ConnectionPools pools(loop, 1);
  Question question{.tools = {&loop, &resolver, &pools}, .catalog = std::move(catalog), .warnings = {}};
  net::asio::co_spawn(loop.executor(), ask(question), net::asio::detached);
  loop.run();
  loop.abandon();
  return std::move(question.warnings);
}

}  // namespace drover::console
