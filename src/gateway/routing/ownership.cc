#include "gateway/routing/ownership.h"

#include <algorithm>
#include <optional>

#include "core/dispatch/answer_table.h"
#include "dialect/request/id_mark.h"

namespace drover::gateway {
namespace {

/// The account that is known to hold it. Errors: it has no keys any more.
Result<std::optional<core::Owner>> known_owner(const Snapshot& snapshot, std::uint64_t id) {
  if (id == 0) return std::nullopt;
  const auto mark = snapshot.owners->owner_of(id);
  if (!mark) return std::nullopt;
  const auto owner = snapshot.catalog->owner(*mark);
  if (!owner) return fail(core::owner_gone());
  return owner;
}

const core::Target& pinned_target(const Snapshot& snapshot, const core::Route& pin) {
  return snapshot.plan->targets[snapshot.plan->pools[pin.pools.front().index()].targets.front().index()];
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

Result<core::Owner> owner_of_path(const RequestState& state) {
  const Snapshot& snapshot = *state.snapshot;
  std::string_view id = dialect::owned_id(state.request.path);
  if (id.empty()) id = dialect::named_file(state.request.body.view());
  const auto known = known_owner(snapshot, dialect::id_mark(id));
  if (!known) return fail(known.error());
  if (*known && serves(*snapshot.plan, *state.route, **known)) return **known;
  return core::Owner{.key = pinned_target(snapshot, *state.route).key.value};
}

Result<core::Owner> owner_of_request(const RequestState& state) {
  const std::uint64_t id = state.request.inspection.continues;
  const Snapshot& snapshot = *state.snapshot;
  if (id == 0) {
    // Nothing says that the pinned account sealed what nobody is known to have sealed.
    const auto known = known_owner(snapshot, state.request.inspection.sealed);
    if (!known) return fail(known.error());
    core::Owner owner = known->value_or(core::Owner{});
    // Targets of another dialect get the request without it.
    if (state.route->translate != core::Translate::Off) owner.dialect = static_cast<std::uint32_t>(state.dialect);
    return owner;
  }
  const auto known = known_owner(snapshot, id);
  if (!known) return fail(known.error());
  if (*known) return **known;
  const core::Route* const pin = snapshot.pin(state.dialect);
  if (pin == nullptr) return core::Owner{};
  const core::Target& target = pinned_target(snapshot, *pin);
  core::Owner owner{.key = target.key.value};
  if (target.quota) owner = {.quota = target.quota->value};
  return serves(*snapshot.plan, *state.route, owner) ? owner : core::Owner{};
}

}  // namespace drover::gateway
