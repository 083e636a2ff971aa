// The fleets of a world that is reloaded while requests run: each request stays with its own fleet, as in a gateway.
// The plan stays the same, so that the checkers' books stay valid; the core's own tests have reloads that change the
// plan.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/fleet/fleet_handover.h"
#include "sim/checks/reached.h"

namespace drover::sim {

class Generations final : public core::FleetPort {
 public:
  /// `requests`: how many requests the world has.
  Generations(const core::Plan& plan, std::uint64_t seed, std::uint32_t requests, Reached& reached)
      : plan_(&plan), seed_(seed), generation_of_(requests, kNone), reached_(&reached) {
    fleets_.push_back(std::make_unique<core::Fleet>(plan, seed));
    ports_.push_back(fleets_.back().get());
  }
  ~Generations() override {
    for (const auto& fleet : fleets_) succession_.leave(*fleet);
  }

  void reload() {
    fleets_.push_back(std::make_unique<core::Fleet>(*plan_, ++seed_));
    ports_.back() = &succession_.succeed(*fleets_[fleets_.size() - 2], *fleets_.back());
    ports_.push_back(fleets_.back().get());
  }
  /// The next calls come from this request. With its first call a request begins, at the newest fleet.
  void serve(std::uint32_t request) {
    if (generation_of_[request] == kNone) generation_of_[request] = fleets_.size() - 1;
    now_served_ = generation_of_[request];
  }
  [[nodiscard]] core::Fleet& newest() { return *fleets_.back(); }
  /// The changes of all fleets: a new fleet may have used the capacity that an old one freed.
  [[nodiscard]] std::optional<core::StateChange> next_change() {
    for (const auto& fleet : fleets_) {
      if (const auto change = fleet->next_change()) return change;
    }
    return std::nullopt;
  }

  [[nodiscard]] core::PickAnswer pick(const core::PickRequest& request, Instant now, Random& random) override {
    const core::PickAnswer answer = port().pick(request, now, random);
    const bool waited = request.waiter.any() && answer.kind == core::PickKind::Picked;
    if (old() && waited) reached_->mark(Rare::WaitedOverReload);
    return answer;
  }
  void settle(const core::Ticket& ticket, const core::Outcome& outcome, Instant now) override {
    if (old()) reached_->mark(Rare::RanOverReload);
    if (old() && ticket.trial_levels != 0) reached_->mark(Rare::TrialOverReload);
    port().settle(ticket, outcome, now);
  }
  void release(const core::Ticket& ticket) override { port().release(ticket); }
  void leave(core::WaiterId waiter) override { port().leave(waiter); }
  void serve_waiting(Instant now) override { port().serve_waiting(now); }
  void committed(const core::Ticket& ticket, Duration first_content, Instant now) override {
    port().committed(ticket, first_content, now);
  }
  void hint(const core::Ticket& ticket, const QuotaHints& hints, Instant now) override {
    port().hint(ticket, hints, now);
  }
  [[nodiscard]] bool spend_retry(Instant now) override { return port().spend_retry(now); }
  void charge_retry(Instant now) override { port().charge_retry(now); }
  [[nodiscard]] bool spend_hedge(Instant now) override { return port().spend_hedge(now); }
  [[nodiscard]] bool quarantined(std::uint64_t body, Instant now) const override {
    return ports_[now_served_]->quarantined(body, now);
  }
  [[nodiscard]] bool failover_is_free(core::TargetId next, Instant now) const override {
    return ports_[now_served_]->failover_is_free(next, now);
  }
  [[nodiscard]] bool spoke_since(core::TargetId target, Instant since) const override {
    return ports_[now_served_]->spoke_since(target, since);
  }
  [[nodiscard]] bool doubted(core::TargetId target) const override { return ports_[now_served_]->doubted(target); }
  [[nodiscard]] bool ask_elsewhere(const core::Refusal& refusal, Instant now) override {
    return port().ask_elsewhere(refusal, now);
  }
  void learn(const core::Refusal& refusal, core::Verdict verdict, Instant now) override {
    port().learn(refusal, verdict, now);
  }

 private:
  static constexpr std::size_t kNone = ~std::size_t{0};

  [[nodiscard]] core::FleetPort& port() { return *ports_[now_served_]; }
  [[nodiscard]] bool old() const { return now_served_ + 1 < fleets_.size(); }

  const core::Plan* plan_;
  std::uint64_t seed_;
  core::Succession succession_;
  std::vector<std::unique_ptr<core::Fleet>> fleets_;
  std::vector<core::FleetPort*> ports_;  ///< beside fleets_
  std::vector<std::size_t> generation_of_;
  std::size_t now_served_ = 0;
  Reached* reached_;
};

}  // namespace drover::sim
