#include "upstream/shared_fleet.h"

#include <optional>

namespace drover::upstream {

SharedFleet::SharedFleet(std::shared_ptr<const core::Plan> plan, Observer observer)
    : fleet_(std::move(plan)), observer_(std::move(observer)) {}

core::PickAnswer SharedFleet::pick(const core::PickRequest& request, Instant now, Random& random) {
  const std::lock_guard lock(mutex_);
  return fleet_.pick(request, now, random);
}

void SharedFleet::settle(const core::Ticket& ticket, const core::Outcome& outcome, Instant now) {
  {
    const std::lock_guard lock(mutex_);
    fleet_.settle(ticket, outcome, now);
    if (!fleet_.has_changes()) return;
  }
  tell();
}

void SharedFleet::release(const core::Ticket& ticket) {
  const std::lock_guard lock(mutex_);
  fleet_.release(ticket);
}

bool SharedFleet::spend_retry(Instant now) {
  const std::lock_guard lock(mutex_);
  return fleet_.spend_retry(now);
}

bool SharedFleet::failover_is_free(core::TargetId next, Instant now) const {
  const std::lock_guard lock(mutex_);
  return fleet_.failover_is_free(next, now);
}

void SharedFleet::tell() {
  for (;;) {
    std::optional<core::StateChange> change;
    {
      const std::lock_guard lock(mutex_);
      change = fleet_.next_change();
    }
    if (!change) return;
    if (observer_) observer_(*change);
  }
}

}  // namespace drover::upstream
