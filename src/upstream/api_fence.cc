#include "upstream/api_fence.h"

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

ApiFences api_fences(const core::Plan& plan) {
  ApiFences fences{};
  for (std::size_t at = 0; at < fences.size(); ++at) {
    const std::string_view word = word_for(static_cast<dialect::Api>(at));
    for (std::size_t provider = 0; provider < plan.providers.size() && provider < 64; ++provider) {
      if (!offers(plan.providers[provider], word)) fences[at].allowed &= ~(std::uint64_t{1} << provider);
    }
  }
  return fences;
}

bool any_inside(const core::Plan& plan, const core::Route& route, core::ProviderFence fence) {
  return std::ranges::any_of(route.pools, [&](core::PoolId pool) {
    return std::ranges::any_of(plan.pools[pool.index()].targets, [&](core::TargetId target) {
      return fence.admits(plan.targets[target.index()].provider);
    });
  });
}

}  // namespace drover::upstream
