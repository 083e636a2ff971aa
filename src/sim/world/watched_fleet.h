// Stands between the requests of a simulation and their fleet: it passes every call on and tells the checkers.
#pragma once

#include <cstdint>

#include "core/fleet/fleet.h"
#include "sim/checks/invariants.h"
#include "sim/checks/limit_checker.h"
#include "sim/checks/reached.h"

namespace drover::sim {

class WatchedFleet final : public core::FleetPort {
 public:
  /// `real` is the fleet behind `fleet`; it is only read.
  WatchedFleet(core::FleetPort& fleet, const core::Fleet& real, FleetChecker& checker, Findings& findings,
               Reached& reached)
      : fleet_(&fleet),
        real_(&real),
        checker_(&checker),
        findings_(&findings),
        limits_(real.plan(), findings),
        reached_(&reached) {}

  /// The next calls come from this request; nullptr: from none.
  void serve(RequestChecker* request, std::uint32_t number) {
    request_ = request;
    number_ = number;
  }
  /// Reads this fleet from now on.
  void reloaded(const core::Fleet& newest) { real_ = &newest; }
  [[nodiscard]] bool refused_for_a_limit() const { return refused_; }

  [[nodiscard]] core::PickAnswer pick(const core::PickRequest& request, Instant now, Random& random) override {
    const core::PickAnswer answer = fleet_->pick(request, now, random);
    if (answer.kind == core::PickKind::Picked && !request.look) {
      checker_->picked(number_, request, answer.ticket, now);
      limits_.picked(number_, request, answer.ticket);
      if (request_ != nullptr) request_->picked(answer.ticket.target);
    }
    if (answer.kind == core::PickKind::Wait && answer.wait_until == kNever)
      findings_->add(4, number_, "a wait without end");
    if (!request.look) notice(request, answer, now);
    return answer;
  }

  void settle(const core::Ticket& ticket, const core::Outcome& outcome, Instant now) override {
    if (request_ != nullptr) request_->settled(ticket.target, outcome);
    checker_->settled(number_, ticket, outcome, now);
    limits_.settled(number_, ticket, outcome);
    const std::uint64_t before = real_->view(ticket.target, now).failures;
    fleet_->settle(ticket, outcome, now);
    const bool own_fault = outcome.kind == core::Outcome::Kind::Failed && outcome.error->scope == ErrorScope::Request;
    const bool abandoned = outcome.kind == core::Outcome::Kind::Abandoned;
    if (outcome.kind == core::Outcome::Kind::Failed && outcome.error->kind == ErrorKind::RateLimited) refused_ = true;
    if (outcome.kind == core::Outcome::Kind::Failed && !outcome.charge) reached_->mark(Rare::ChargeWithheld);
    if (ticket.trial_levels != 0 && !abandoned) {
      reached_->mark(outcome.kind == core::Outcome::Kind::Failed ? Rare::TrialFailed : Rare::TrialPassed);
    }
    if ((own_fault || abandoned) && real_->view(ticket.target, now).failures != before) {
      findings_->add(7, number_, "a target was charged with what the client did");
    }
  }

  void release(const core::Ticket& ticket) override {
    if (request_ != nullptr) request_->released(ticket.target);
    checker_->released(ticket);
    limits_.released(number_, ticket);
    fleet_->release(ticket);
  }

  [[nodiscard]] bool spoke_since(core::TargetId target, Instant since) const override {
    return fleet_->spoke_since(target, since);
  }
  [[nodiscard]] bool doubted(core::TargetId target) const override { return fleet_->doubted(target); }
  [[nodiscard]] bool ask_elsewhere(const core::Refusal& refusal, Instant now) override {
    const bool granted = fleet_->ask_elsewhere(refusal, now);
    if (granted && request_ != nullptr) request_->second_opinion_granted();
    return granted;
  }
  void learn(const core::Refusal& refusal, core::Verdict verdict, Instant now) override {
    checker_->learned(refusal, verdict, now);
    fleet_->learn(refusal, verdict, now);
  }
  void serve_waiting(Instant now) override { fleet_->serve_waiting(now); }
  void leave(core::WaiterId waiter) override { fleet_->leave(waiter); }

  void committed(const core::Ticket& ticket, Duration first_content, Instant now) override {
    checker_->committed(number_, ticket, now);
    fleet_->committed(ticket, first_content, now);
  }
  void hint(const core::Ticket& ticket, const QuotaHints& hints, Instant now) override {
    checker_->hinted(ticket);
    told_ = true;
    fleet_->hint(ticket, hints, now);
  }

  [[nodiscard]] bool spend_retry(Instant now) override {
    const bool granted = fleet_->spend_retry(now);
    if (!granted) reached_->mark(Rare::BudgetSpent);
    if (granted) checker_->retry_granted(now);
    if (granted && request_ != nullptr) request_->retry_granted();
    return granted;
  }

  void charge_retry(Instant now) override { fleet_->charge_retry(now); }

  [[nodiscard]] bool spend_hedge(Instant now) override {
    const bool granted = fleet_->spend_hedge(now);
    if (!granted) return false;
    checker_->retry_granted(now);
    checker_->hedge_granted(now);
    if (request_ != nullptr) request_->retry_granted();
    return true;
  }

  [[nodiscard]] bool quarantined(std::uint64_t body, Instant now) const override {
    return fleet_->quarantined(body, now);
  }

  [[nodiscard]] bool failover_is_free(core::TargetId next, Instant now) const override {
    const bool free = fleet_->failover_is_free(next, now);
    if (free && request_ != nullptr) request_->failover_was_free(next);
    return free;
  }

 private:
  void notice(const core::PickRequest& request, const core::PickAnswer& answer, Instant now) {
    if (answer.kind != core::PickKind::Picked) {
      if (answer.asker_limited) reached_->mark(Rare::AskerHeldBack);
      const bool only_word = told_ && !refused_ && real_->plan().quotas.empty() && real_->plan().principals.empty();
      if (only_word && answer.rate_limited) reached_->mark(Rare::LimitBelieved);
      return;
    }
    if (request.again) reached_->mark(Rare::RepeatedTarget);
    if (answer.ticket.fallback > 0) reached_->mark(Rare::Fallback);
    const core::TargetCondition condition = real_->view(answer.ticket.target, now).condition;
    if (condition == core::TargetCondition::Ejected) reached_->mark(Rare::LastResort);
  }

  core::FleetPort* fleet_;
  const core::Fleet* real_;
  FleetChecker* checker_;
  Findings* findings_;
  LimitChecker limits_;
  Reached* reached_;
  bool told_ = false;     ///< a provider has told something about its limits
  bool refused_ = false;  ///< a provider has refused because of a limit
  RequestChecker* request_ = nullptr;
  std::uint32_t number_ = 0;
};

}  // namespace drover::sim
