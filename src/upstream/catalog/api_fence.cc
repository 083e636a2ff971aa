#include "upstream/catalog/api_fence.h"

#include <algorithm>
#include <string_view>

#include "dialect/api_name.h"

namespace drover::upstream {
namespace {

/// The word in `apis` for an API; empty: every provider is taken to have it.
std::string_view word_for(dialect::Api api) {
  switch (api) {
    case dialect::Api::CountTokens: return api_name(dialect::Api::Messages);
    case dialect::Api::OtherModel:
    case dialect::Api::Pinned: return {};
    default: return api_name(api);
  }
}

bool offers(const core::Provider& provider, std::string_view word) {
  return provider.apis.empty() || word.empty() || std::ranges::find(provider.apis, word) != provider.apis.end();
}

}  // namespace

ApiFences::ApiFences(const core::Plan& plan, const core::ProviderSet* within) {
  for (std::size_t at = 0; at < sets_.size(); ++at) {
    const std::string_view word = word_for(static_cast<dialect::Api>(at));
    const auto offers_it = [&](const core::Provider& provider) { return offers(provider, word); };
    if (within == nullptr && std::ranges::all_of(plan.providers, offers_it)) continue;
    core::ProviderSet& set = sets_[at].emplace(within != nullptr ? *within : core::ProviderSet::all_of(plan));
    for (std::uint32_t provider = 0; provider < plan.providers.size(); ++provider) {
      if (!offers_it(plan.providers[provider])) set.remove(core::ProviderId{provider});
    }
  }
}

bool any_inside(const core::Plan& plan, const core::Route& route, const core::ProviderFence& fence) {
  return std::ranges::any_of(route.pools, [&](core::PoolId pool) {
    return std::ranges::any_of(plan.pools[pool.index()].targets, [&](core::TargetId target) {
      return fence.admits(plan.targets[target.index()].provider);
    });
  });
}

}  // namespace drover::upstream
