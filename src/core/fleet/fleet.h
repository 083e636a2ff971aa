// Picks targets for requests and settles them. What is known of the targets is in target_book.h: pick() reads it,
// settle() changes it.
// Single-threaded; a program with threads puts one short mutex around it (upstream/run/shared_fleet.h). The fleet knows
// no requests (dispatch.h) and makes no attempts.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "core/dispatch/further_attempts.h"
#include "core/fleet/affinity_table.h"
#include "core/fleet/fleet_port.h"
#include "core/fleet/keeper.h"
#include "core/fleet/waiting_room.h"
#include "core/health/change_log.h"
#include "core/health/check_points.h"
#include "core/health/poison_list.h"
#include "core/plan/plan.h"
#include "core/targets/target_book.h"
#include "core/targets/target_view.h"

namespace drover::core {

class Succession;

class Fleet final : public FleetPort {
 public:
  /// `seed` is for the jitter of cooldowns and ejections.
  explicit Fleet(std::shared_ptr<const Plan> plan, std::uint64_t seed = 1);
  /// Borrows the plan, which must outlive the fleet.
  explicit Fleet(const Plan& plan, std::uint64_t seed = 1);
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

  [[nodiscard]] PickAnswer pick(const PickRequest& request, Instant now, Random& random) override;
  void settle(const Ticket& ticket, const Outcome& outcome, Instant now) override;
  void release(const Ticket& ticket) override;
  void leave(WaiterId waiter) override;
  void serve_waiting(Instant now) override { made_room(now); }
  void committed(const Ticket& ticket, Duration first_content, Instant now) override;
  void hint(const Ticket& ticket, const QuotaHints& hints, Instant now) override;
  [[nodiscard]] bool spend_retry(Instant now) override { return further_.spend_retry(now); }
  void charge_retry(Instant now) override { further_.charge_retry(now); }
  [[nodiscard]] bool spend_hedge(Instant now) override { return further_.spend_hedge(now); }
  [[nodiscard]] bool quarantined(std::uint64_t body, Instant now) const override;
  [[nodiscard]] bool failover_is_free(TargetId next, Instant now) const override;
  [[nodiscard]] bool spoke_since(TargetId target, Instant since) const override {
    return targets_[target].silence.spoke_since(since);
  }
  [[nodiscard]] bool doubted(TargetId target) const override { return targets_[target].doubt.doubted(); }
  [[nodiscard]] bool ask_elsewhere(const Refusal& refusal, Instant now) override;
  void learn(const Refusal& refusal, Verdict verdict, Instant now) override;
  [[nodiscard]] QuotaHints asker_left(const Asker& asker, const Route* route, Instant now) const override;
  [[nodiscard]] Candidates candidates(const PickRequest& request, Instant now) override;

  /// Takes a probe's answer. It changes the key and the server, never ends a cooldown, and never counts against a
  /// target: a connection that fails is charged to the server, a refused credential to the key, any other failure to
  /// the key when the provider has one server, else to the server. Real traffic outranks probes: for one `interval`
  /// after a request succeeded or failed at the key or server, the answer is ignored. A node that a probe took out
  /// stays out until the next probes.
  void on_probe(const ProbeAnswer& answer, Instant now);
  /// Every key at every server that can be probed, each once.
  [[nodiscard]] const std::vector<CheckPoint>& check_points() const { return checks_.all(); }

  /// Takes the oldest change of state. When more than kChangesKept wait to be taken, the oldest are dropped and
  /// counted.
  [[nodiscard]] std::optional<StateChange> next_change() { return targets_.nodes().changes().take(); }
  /// The changed node's name, safe to print: "key holysheep/spare". Valid as long as the fleet.
  [[nodiscard]] std::string_view label(const StateChange& change) const { return targets_.nodes().label(change.node); }

  /// What is known of the targets: health, load, limits that were learned.
  [[nodiscard]] const TargetBook& targets() const { return targets_; }
  [[nodiscard]] TargetView view(TargetId target, Instant now) const { return view_of(targets_, checks_, target, now); }
  [[nodiscard]] std::vector<TargetView> views(Instant now) const;
  [[nodiscard]] std::uint64_t in_flight() const { return targets_.in_flight(); }
  /// Requests that wait for capacity.
  [[nodiscard]] std::size_t waiting() const;
  /// Conversations that are remembered (soft affinity).
  [[nodiscard]] const AffinityTable& conversations() const { return conversations_; }

  [[nodiscard]] const Plan& plan() const { return *plan_; }

 private:
  // picking (fleet_pick.cc)
  [[nodiscard]] PickAnswer pick_now(const PickRequest& request, Instant now, Random& random);
  [[nodiscard]] PickAnswer pick_beside(const PickRequest& request, Instant now, Random& random);
  [[nodiscard]] std::optional<TargetId> choose(PoolId pool, Tier& tier, const PickRequest& request, Instant now,
                                               Random& random);
  [[nodiscard]] PickAnswer take(TargetId target, std::uint32_t fallback, const PickRequest& request, Instant now);
  [[nodiscard]] PickAnswer pick_without_open(const PickRequest& request, Instant now, Random& random);

  // waiting (fleet_waiting.cc)
  [[nodiscard]] PickAnswer claim(const PickRequest& request, Instant now, Random& random);
  [[nodiscard]] PickAnswer join(const PickRequest& request, PickAnswer blocked, Instant now);
  void serve_waiters(Instant now);
  [[nodiscard]] Served serve(Waiting& waiting, Instant now);
  /// Call after every change that may let a waiting request in. Costs one comparison while no request waits.
  void made_room(Instant now) {
    if (succession_ != nullptr) return made_room_for_all(now);
    if (room_.in_line() > 0) serve_waiters(now);
  }
  void made_room_for_all(Instant now);

  // settling (fleet_settle.cc)
  void settle_now(const Ticket& ticket, const Outcome& outcome, Instant now);
  void take_back(const Ticket& ticket);
  void succeeded(const Ticket& ticket, const Outcome& outcome, Instant now);
  void failed(const Ticket& ticket, const Outcome& outcome, Instant now);

  friend class FleetHandover;
  friend class Succession;

  std::shared_ptr<const Plan> plan_;
  Succession* succession_ = nullptr;  ///< while requests of earlier plans run (fleet_handover.h)
  Random random_;
  CheckPoints checks_;
  TargetBook targets_;
  AffinityTable conversations_;  ///< open when some pool keeps conversations
  FurtherAttempts further_;
  PoisonList poison_;
  WaitingRoom room_;
  Keeper keeper_;
};

}  // namespace drover::core
