#include "upstream/run/shared_fleet.h"

#include <optional>

namespace drover::upstream {

SharedFleet::SharedFleet(std::shared_ptr<const core::Plan> plan, Observer observer, std::uint64_t seed,
                         std::shared_ptr<Recorder> recorder)
    : fleet_(std::move(plan), seed), observer_(std::move(observer)), recorder_(std::move(recorder)) {}

SharedFleet::~SharedFleet() {
  if (lineage_.use_count() == 1) return;  // alone: nobody to be told, and no lock that a fork may have left held
  const std::lock_guard lock(lineage_->mutex);
  lineage_->fleets.leave(fleet_);
}

void SharedFleet::succeed(SharedFleet& before) {
  lineage_ = before.lineage_;
  const std::lock_guard lock(lineage_->mutex);
  before.handover_ = &lineage_->fleets.succeed(before.fleet_, fleet_);
}

/// Of this fleet, and of those that served who waits with what it made room for.
std::optional<core::Succession::News> SharedFleet::news() {
  const auto own = fleet_.next_change();
  if (own) return core::Succession::News{*own, std::string(fleet_.label(*own))};
  return lineage_->fleets.next_change();
}

/// What `act` changes is told of when the lock is free again.
template <class Act>
void SharedFleet::change(Act&& act) {
  std::unique_lock lock(lineage_->mutex);
  std::forward<Act>(act)();
  for (auto news = this->news(); news; news = this->news()) {
    lock.unlock();
    if (observer_) observer_(news->change, news->label);
    lock.lock();
  }
}

core::PickAnswer SharedFleet::pick(const core::PickRequest& request, Instant now, Random& random) {
  const std::lock_guard lock(lineage_->mutex);
  return port().pick(request, now, random);
}

void SharedFleet::settle(const core::Ticket& ticket, const core::Outcome& outcome, Instant now) {
  change([&] { port().settle(ticket, outcome, now); });
}

void SharedFleet::on_probe(const core::ProbeAnswer& answer, Instant now) {
  const auto take = [&] {
    change([&] { handover_ != nullptr ? handover_->on_probe(answer, now) : fleet_.on_probe(answer, now); });
  };
  if (recorder_) {
    recorder_->probe(answer, now, take);
  } else {
    take();
  }
}

void SharedFleet::release(const core::Ticket& ticket) {
  const std::lock_guard lock(lineage_->mutex);
  port().release(ticket);
}

void SharedFleet::serve_waiting(Instant now) {
  const std::lock_guard lock(lineage_->mutex);
  port().serve_waiting(now);
}

void SharedFleet::leave(core::WaiterId waiter) {
  const std::lock_guard lock(lineage_->mutex);
  port().leave(waiter);
}

void SharedFleet::committed(const core::Ticket& ticket, Duration first_content, Instant now) {
  change([&] { port().committed(ticket, first_content, now); });
}

void SharedFleet::hint(const core::Ticket& ticket, const QuotaHints& hints, Instant now) {
  change([&] { port().hint(ticket, hints, now); });
}

bool SharedFleet::spend_retry(Instant now) {
  const std::lock_guard lock(lineage_->mutex);
  return port().spend_retry(now);
}

void SharedFleet::charge_retry(Instant now) {
  const std::lock_guard lock(lineage_->mutex);
  port().charge_retry(now);
}

bool SharedFleet::spend_hedge(Instant now) {
  const std::lock_guard lock(lineage_->mutex);
  return port().spend_hedge(now);
}

bool SharedFleet::quarantined(std::uint64_t body, Instant now) const {
  const std::lock_guard lock(lineage_->mutex);
  return port().quarantined(body, now);
}

bool SharedFleet::failover_is_free(core::TargetId next, Instant now) const {
  const std::lock_guard lock(lineage_->mutex);
  return port().failover_is_free(next, now);
}

bool SharedFleet::spoke_since(core::TargetId target, Instant since) const {
  const std::lock_guard lock(lineage_->mutex);
  return port().spoke_since(target, since);
}

bool SharedFleet::doubted(core::TargetId target) const {
  const std::lock_guard lock(lineage_->mutex);
  return port().doubted(target);
}

bool SharedFleet::ask_elsewhere(const core::Refusal& refusal, Instant now) {
  const std::lock_guard lock(lineage_->mutex);
  return port().ask_elsewhere(refusal, now);
}

void SharedFleet::learn(const core::Refusal& refusal, core::Verdict verdict, Instant now) {
  change([&] { port().learn(refusal, verdict, now); });
}

QuotaHints SharedFleet::asker_left(const core::Asker& asker, const core::Route* route, Instant now) const {
  const std::lock_guard lock(lineage_->mutex);
  return port().asker_left(asker, route, now);
}

core::Candidates SharedFleet::candidates(const core::PickRequest& request, Instant now) {
  const std::lock_guard lock(lineage_->mutex);
  return port().candidates(request, now);
}

}  // namespace drover::upstream
