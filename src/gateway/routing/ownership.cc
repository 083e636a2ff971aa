#include "gateway/routing/ownership.h"

#include <algorithm>
#include <string_view>

#include "core/dispatch/answer_table.h"
#include "dialect/request/id_mark.h"
#include "gateway/routing/model_choice.h"

namespace drover::gateway {
namespace {

const core::Target& pinned_target(const RoutingFacts& facts) {
  const core::Plan& plan = *facts.plan;
  return plan.targets[plan.pools[facts.pin->pools.front().index()].targets.front().index()];
}

bool serves(const core::Plan& plan, const core::Route& route, const core::Owner& owner) {
  return std::ranges::any_of(route.pools, [&](core::PoolId pool) {
    return std::ranges::any_of(plan.pools[pool.index()].targets, [&](core::TargetId id) {
      const core::Target& target = plan.targets[id.index()];
      return owner.is(target.key, target.quota);
    });
  });
}

}  // namespace

std::uint64_t needed_object(const RoutingRequest& asked) {
  const upstream::UpstreamRequest& request = *asked.request;
  const dialect::Inspection& inspection = request.inspection;
  if (!inspection.has_model && !has_model_always(request.api)) {
    std::string_view id = dialect::owned_id(request.path);
    if (id.empty()) id = dialect::named_file(request.body.view());
    return dialect::id_mark(id);
  }
  return inspection.continues != 0 ? inspection.continues : inspection.sealed;
}

Result<core::Owner> owner_on_pin(const RoutingFacts& facts, const Holder& holder) {
  if (holder.state == Holder::State::Gone) return fail(core::owner_gone());
  const bool serves_it = holder.state == Holder::State::Known && serves(*facts.plan, *facts.pin, holder.owner);
  return serves_it ? holder.owner : core::Owner{.key = pinned_target(facts).key.value};
}

Result<core::Owner> owner_on_route(const RoutingFacts& facts, const upstream::UpstreamRequest& request,
                                   const Holder& holder, const core::Route& route) {
  if (holder.state == Holder::State::Gone) return fail(core::owner_gone());
  if (request.inspection.continues == 0) {
    // Nothing says that the pinned account sealed what nobody is known to have sealed.
    core::Owner owner = holder.owner;
    // Targets of another dialect get the request without it.
    if (route.translate != core::Translate::Off) owner.dialect = static_cast<std::uint32_t>(request.speaks);
    return owner;
  }
  if (holder.state == Holder::State::Known) return holder.owner;
  if (facts.pin == nullptr) return core::Owner{};
  const core::Target& target = pinned_target(facts);
  core::Owner owner{.key = target.key.value};
  if (target.quota) owner = {.quota = target.quota->value};
  return serves(*facts.plan, route, owner) ? owner : core::Owner{};
}

}  // namespace drover::gateway
