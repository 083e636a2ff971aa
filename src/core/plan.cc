#include "core/plan.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace drover::core {

void Plan::finish() {
  routes_by_name.clear();
  routes_by_name.reserve(routes.size());
  for (std::uint32_t at = 0; at < routes.size(); ++at) routes_by_name.push_back(RouteId{at});
  // Of two routes with one name the first stays the one that is found, as in the plain search. (Not stable_sort: clang
  // calls what libstdc++ 12 implements it with deprecated.)
  std::ranges::sort(routes_by_name, {},
                    [this](RouteId id) { return std::pair(std::string_view(routes[id.index()].name), id.value); });
  limited_models.clear();
  for (const Quota& quota : quotas) {
    for (const auto& [model, limits] : quota.models) {
      if (model != "*") limited_models.push_back(model);
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

}  // namespace

std::uint32_t Plan::limited_model(std::string_view model) const {
  const auto found =
      std::ranges::lower_bound(limited_models, model, {}, [](const std::string& s) -> std::string_view { return s; });
  if (found == limited_models.end() || *found != model) return kUnlimitedModel;
  return static_cast<std::uint32_t>(found - limited_models.begin());
}

const Route* Plan::route_for(std::string_view model) const {
  if (const Route* own = find_route(*this, model)) return own;
  return find_route(*this, "*");
}

}  // namespace drover::core
