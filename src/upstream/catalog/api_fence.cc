#include "upstream/catalog/api_fence.h"

#include <algorithm>

#include "upstream/translation/wire_api.h"

namespace drover::upstream {

template <class Has>
void ApiFences::fence(const core::Plan& plan, const core::ProviderSet* within, dialect::Api api, const Has& has) {
  if (within == nullptr && std::ranges::all_of(plan.providers, has)) return;
  core::ProviderSet& set =
      sets_[static_cast<std::size_t>(api)].emplace(within != nullptr ? *within : core::ProviderSet::all_of(plan));
  for (std::uint32_t provider = 0; provider < plan.providers.size(); ++provider) {
    if (!has(plan.providers[provider])) set.remove(core::ProviderId{provider});
  }
}

ApiFences::ApiFences(const core::Plan& plan, const core::ProviderSet* within) {
  for (std::size_t at = 0; at < sets_.size(); ++at) {
    const auto api = static_cast<dialect::Api>(at);
    fence(plan, within, api, [&](const core::Provider& provider) { return offers(provider, api); });
  }
}

ApiFences::ApiFences(const core::Plan& plan, core::DialectKind dialect, const core::ProviderSet* within) {
  for (std::size_t at = 0; at < sets_.size(); ++at) {
    const auto api = static_cast<dialect::Api>(at);
    fence(plan, within, api,
          [&](const core::Provider& provider) { return wire_api(api, dialect, provider).has_value(); });
  }
}

RouteFences::RouteFences(const core::Plan& plan, core::DialectKind dialect, const core::ProviderSet* within)
    : translated_(plan, dialect, within) {
  const auto speaks_it = [dialect](const core::Provider& provider) { return provider.dialect == dialect; };
  core::ProviderSet speakers = within != nullptr ? *within : core::ProviderSet::all_of(plan);
  for (std::uint32_t at = 0; at < plan.providers.size(); ++at) {
    if (!speaks_it(plan.providers[at])) speakers.remove(core::ProviderId{at});
  }
  own_ = ApiFences(plan, std::ranges::all_of(plan.providers, speaks_it) ? within : &speakers);
}

core::ProviderFence RouteFences::of(const core::Plan& plan, const core::Route& route, dialect::Api api,
                                    bool stored) const {
  const core::ProviderFence own{.within = own_.of(api)};
  if (route.translate == core::Translate::Off || !may_be_translated(api)) return own;
  if (route.prefers_own && any_inside(plan, plan.pools[route.pools.front().index()], own)) return own;
  if (stored && any_inside(plan, route, own)) return own;
  return {.within = translated_.of(api)};
}

bool any_inside(const core::Plan& plan, const core::Pool& pool, const core::ProviderFence& fence) {
  return std::ranges::any_of(
      pool.targets, [&](core::TargetId target) { return fence.admits(plan.targets[target.index()].provider); });
}

bool any_inside(const core::Plan& plan, const core::Route& route, const core::ProviderFence& fence) {
  return std::ranges::any_of(route.pools,
                             [&](core::PoolId pool) { return any_inside(plan, plan.pools[pool.index()], fence); });
}

}  // namespace drover::upstream
