#include "upstream/shared_fleet.h"

#include <optional>

namespace drover::upstream {

SharedFleet::SharedFleet(std::shared_ptr<const core::Plan> plan, Observer observer, std::uint64_t seed,
                         std::shared_ptr<Recorder> recorder)
    : fleet_(std::move(plan), seed), observer_(std::move(observer)), recorder_(std::move(recorder)) {}

/// What `act` changes is told of when the lock is free again.
template <class Act>
void SharedFleet::change(Act&& act) {
  std::optional<core::StateChange> change;
  {
    const std::lock_guard lock(mutex_);
    std::forward<Act>(act)();
    change = fleet_.next_change();
  }
  if (change) tell(*change);
}

core::PickAnswer SharedFleet::pick(const core::PickRequest& request, Instant now, Random& random) {
  const std::lock_guard lock(mutex_);
  return fleet_.pick(request, now, random);
}

void SharedFleet::settle(const core::Ticket& ticket, const core::Outcome& outcome, Instant now) {
  change([&] { fleet_.settle(ticket, outcome, now); });
}

void SharedFleet::on_probe(const core::ProbeAnswer& answer, Instant now) {
  const auto take = [&] { change([&] { fleet_.on_probe(answer, now); }); };
  if (recorder_) {
    recorder_->probe(answer, now, take);
  } else {
    take();
  }
}

void SharedFleet::release(const core::Ticket& ticket) {
  const std::lock_guard lock(mutex_);
  fleet_.release(ticket);
}

void SharedFleet::serve_waiting(Instant now) {
  const std::lock_guard lock(mutex_);
  fleet_.serve_waiting(now);
}

void SharedFleet::leave(core::WaiterId waiter) {
  const std::lock_guard lock(mutex_);
  fleet_.leave(waiter);
}

void SharedFleet::answered(const core::Ticket& ticket, Instant now) {
  change([&] { fleet_.answered(ticket, now); });
}

void SharedFleet::committed(const core::Ticket& ticket, Duration first_content, Instant now) {
  change([&] { fleet_.committed(ticket, first_content, now); });
}

void SharedFleet::hint(const core::Ticket& ticket, const QuotaHints& hints, Instant now) {
  change([&] { fleet_.hint(ticket, hints, now); });
}

bool SharedFleet::spend_retry(Instant now) {
  const std::lock_guard lock(mutex_);
  return fleet_.spend_retry(now);
}

void SharedFleet::charge_retry(Instant now) {
  const std::lock_guard lock(mutex_);
  fleet_.charge_retry(now);
}

bool SharedFleet::spend_hedge(Instant now) {
  const std::lock_guard lock(mutex_);
  return fleet_.spend_hedge(now);
}

bool SharedFleet::quarantined(std::uint64_t body, Instant now) const {
  const std::lock_guard lock(mutex_);
  return fleet_.quarantined(body, now);
}

bool SharedFleet::failover_is_free(core::TargetId next, Instant now) const {
  const std::lock_guard lock(mutex_);
  return fleet_.failover_is_free(next, now);
}

bool SharedFleet::doubted(core::TargetId target) const {
  const std::lock_guard lock(mutex_);
  return fleet_.doubted(target);
}

bool SharedFleet::ask_elsewhere(const core::Refusal& refusal, Instant now) {
  const std::lock_guard lock(mutex_);
  return fleet_.ask_elsewhere(refusal, now);
}

void SharedFleet::learn(const core::Refusal& refusal, core::Verdict verdict, Instant now) {
  change([&] { fleet_.learn(refusal, verdict, now); });
}

core::Candidates SharedFleet::candidates(const core::PickRequest& request, Instant now) {
  const std::lock_guard lock(mutex_);
  return fleet_.candidates(request, now);
}

void SharedFleet::tell(core::StateChange change) {
  for (;;) {
    // The fleet's names never change, so they need no lock.
    if (observer_) observer_(change, fleet_.label(change));
    const std::lock_guard lock(mutex_);
    const auto next = fleet_.next_change();
    if (!next) return;
    change = *next;
  }
}

}  // namespace drover::upstream
