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

const Route* Plan::route_for(std::string_view model) const {
  if (const Route* own = find_route(*this, model)) return own;
  return find_route(*this, "*");
}

}  // namespace drover::core
