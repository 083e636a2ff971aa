#include "core/plan/plan.h"

#include <algorithm>
#include <functional>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/glob.h"

namespace drover::core {

void Plan::finish() {
  routes_by_name.clear();
  routes_by_name.reserve(routes.size());
  for (std::uint32_t at = 0; at < routes.size(); ++at) routes_by_name.push_back(RouteId{at});
  // Of two routes with one name the first is found, as in a plain search. (Not stable_sort: clang warns that libstdc++
  // 12 implements it with a deprecated function.)
  std::ranges::sort(routes_by_name, {},
                    [this](RouteId id) { return std::pair(std::string_view(routes[id.index()].name), id.value); });
  globs_by_stem.clear();
  stem_sizes.clear();
  for (const RouteId id : routes_by_name) {
    if (!is_glob(routes[id.index()].name)) continue;
    globs_by_stem.push_back(id);
    stem_sizes.push_back(glob_stem(routes[id.index()].name).size());
  }
  std::ranges::sort(globs_by_stem, {},
                    [this](RouteId id) { return std::pair(glob_stem(routes[id.index()].name), id.value); });
  std::ranges::sort(stem_sizes, std::greater{});
  const auto same_size = std::ranges::unique(stem_sizes);
  stem_sizes.erase(same_size.begin(), same_size.end());
  number_limited_models();
}

/// Under the names of the quotas, and under those that targets which rename turn into them.
void Plan::number_limited_models() {
  limited_models.clear();
  for (const Quota& quota : quotas) {
    for (const auto& [model, limits] : quota.models) {
      if (model != kAllModels) limited_models.push_back(model);
    }
  }
  std::set<std::tuple<const Route*, QuotaId, std::size_t, std::string_view>> seen;
  for (const Route& route : routes) {
    for (const TargetId id : targets_of_any_model(route)) {
      const Target& target = targets[id.index()];
      if (!target.quota || !target.rename.any()) continue;
      if (!seen.emplace(&route, *target.quota, target.rename.drop, target.rename.front).second) continue;
      for (const auto& [model, limits] : quotas[target.quota->index()].models) {
        if (model == kAllModels) continue;
        if (auto asked = name_asked(route, target, model)) limited_models.push_back(*std::move(asked));
      }
    }
  }
  std::ranges::sort(limited_models);
  const auto twice = std::ranges::unique(limited_models);
  limited_models.erase(twice.begin(), twice.end());
}

namespace {

const Route* find_route(const Plan& plan, std::string_view name) {
  if (plan.routes_by_name.size() != plan.routes.size()) {
    const auto found = std::ranges::find(plan.routes, name, &Route::name);
    return found == plan.routes.end() ? nullptr : &*found;
  }
  const auto name_of = [&plan](RouteId id) -> std::string_view { return plan.routes[id.index()].name; };
  const auto found = std::ranges::lower_bound(plan.routes_by_name, name, {}, name_of);
  if (found == plan.routes_by_name.end() || name_of(*found) != name) return nullptr;
  return &plan.routes[found->index()];
}

/// Searches once for each length that a stem can have, however many globs there are.
const Route* find_glob(const Plan& plan, std::string_view name) {
  const auto stem_of = [&plan](RouteId id) { return glob_stem(plan.routes[id.index()].name); };
  for (const std::size_t size : plan.stem_sizes) {
    if (size > name.size()) continue;
    const auto found = std::ranges::lower_bound(plan.globs_by_stem, name.substr(0, size), {}, stem_of);
    if (found != plan.globs_by_stem.end() && stem_of(*found) == name.substr(0, size)) {
      return &plan.routes[found->index()];
    }
  }
  return nullptr;
}

}  // namespace

std::string Target::model_for(std::string_view asked) const {
  if (!model.empty()) return model;
  std::string renamed = rename.front;
  renamed.append(asked.substr(std::min(rename.drop, asked.size())));
  return renamed;
}

std::vector<TargetId> Plan::targets_of_any_model(const Route& route) const {
  std::vector<TargetId> found;
  const auto add = [&](const Route& from) {
    for (const PoolId pool : from.pools) {
      for (const TargetId target : pools[pool.index()].targets) {
        if (targets[target.index()].model.empty()) found.push_back(target);
      }
    }
  };
  add(route);
  for (const Detour& detour : route.detours) add(detours[detour.route]);
  return found;
}

std::optional<std::string> Plan::name_asked(const Route& route, const Target& target, std::string_view sent) const {
  if (!is_glob(route.name)) return target.model_for(route.name) == sent ? std::optional(route.name) : std::nullopt;
  const Rename& rename = target.rename;
  if (!sent.starts_with(rename.front)) return std::nullopt;
  std::string name(std::string_view(route.name).substr(0, rename.drop));
  name.append(sent.substr(rename.front.size()));
  if (!takes_name(route.name, name) || route_for(name) != &route) return std::nullopt;
  return name;
}

std::uint32_t Plan::limited_model(std::string_view asked) const {
  const auto found =
      std::ranges::lower_bound(limited_models, asked, {}, [](const std::string& s) -> std::string_view { return s; });
  if (found == limited_models.end() || *found != asked) return kUnlimitedModel;
  return static_cast<std::uint32_t>(found - limited_models.begin());
}

const Route* Plan::route_for(std::string_view model) const {
  if (const Route* own = find_route(*this, model)) return own;
  if (routes_by_name.size() == routes.size()) return find_glob(*this, model);
  return longest_glob(routes, model, [](const Route& route) -> std::string_view { return route.name; });
}

}  // namespace drover::core
