// What is known of every target of a plan: its health, load, latency and limits, and whether a request may go there.
// Who is picked is decided in fleet.h, what a failure is evidence of in evidence.h.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/dispatch/decision.h"
#include "core/fleet/fleet_port.h"
#include "core/health/check_points.h"
#include "core/health/health_tree.h"
#include "core/limits/lane_book.h"
#include "core/limits/limit_book.h"
#include "core/plan/plan.h"
#include "core/targets/target_state.h"

namespace drover::core {

/// What bars a target from a request, the node that is out the longest first.
struct Standing {
  Access access = Access::Open;
  Instant until{};
  ErrorKind why = ErrorKind::NoUpstream;
  bool limited = false;  ///< by a configured limit, not by the provider's
};

class TargetBook {
 public:
  /// Borrows the plan. `checks`: of the same plan.
  TargetBook(const Plan& plan, const CheckPoints& checks);

  [[nodiscard]] TargetState& operator[](TargetId target) { return targets_[target.index()]; }
  [[nodiscard]] const TargetState& operator[](TargetId target) const { return targets_[target.index()]; }
  [[nodiscard]] const std::vector<TargetState>& all() const { return targets_; }
  [[nodiscard]] PoolState& pool(std::size_t pool) { return pools_[pool]; }
  [[nodiscard]] const PoolState& pool(std::size_t pool) const { return pools_[pool]; }
  [[nodiscard]] std::size_t pools() const { return pools_.size(); }
  [[nodiscard]] const Plan& plan() const { return *plan_; }
  [[nodiscard]] HealthTree& nodes() { return nodes_; }
  [[nodiscard]] const HealthTree& nodes() const { return nodes_; }
  [[nodiscard]] LaneBook& lanes() { return lanes_; }
  [[nodiscard]] const LaneBook& lanes() const { return lanes_; }
  [[nodiscard]] LimitBook& limits() { return limits_; }
  [[nodiscard]] const LimitBook& limits() const { return limits_; }
  [[nodiscard]] std::uint64_t in_flight() const;

  // may a request go there (target_book.cc)
  /// Whether the request may go to the target at all, whatever the target's state.
  [[nodiscard]] bool candidate(TargetId target, const PickRequest& request) const {
    const Target& about = plan_->targets[target.index()];
    if (about.weight == 0 || !request.fence.admits(about.provider)) return false;
    if (request.owner.known() && request.owner.bars(plan_->providers[about.provider.index()], about.key, about.quota))
      return false;
    return std::ranges::find(request.tried, target) == request.tried.end();
  }
  /// Whether the request may go to the target now. May find that the target has fallen silent.
  [[nodiscard]] bool usable(TargetId target, const PickRequest& request, Instant now);
  /// Whether a second attempt may go to a usable target: not on trial, not suspect, not refused lately, and with room
  /// left in its limits.
  [[nodiscard]] bool free_for_a_second(TargetId target, const PickRequest& request, Instant now);
  /// Whether the request could go to another target than the one it took.
  [[nodiscard]] bool another_usable(TargetId taken, const PickRequest& request, Instant now);
  [[nodiscard]] Standing standing(TargetId target, const PickRequest& request, Instant now);
  /// Resets every node that is ejected on the way to the request's candidates. False: none is ejected.
  bool reset_ejected(const PickRequest& request, Instant now);

  // what bars it, for explanations (target_bars.cc)
  /// The first bar that usable() finds, in its order.
  [[nodiscard]] Skip bar_of(TargetId target, const PickRequest& request, Instant now);
  /// Notes what bars the target where the request wants to know.
  void note(TargetId target, const PickRequest& request, Instant now);

  // the work that is there
  void count_load(TargetState& target, std::uint64_t more, std::uint64_t less) {
    target.load += more - less;
    if (target.pool != TargetState::kNone) pools_[target.pool].tiers[target.tier].load += more - less;
  }
  /// Gives back what the ticket reserved. Returns the levels at which the ticket was the trial that still counts.
  std::uint8_t give_back(const Ticket& ticket);

  // silence (target_silence.cc)
  /// How long a target may be silent before it is suspected; kNoLimit: not known.
  [[nodiscard]] Duration suspicious_silence(const TargetState& target) const {
    return target.pool == TargetState::kNone ? kNoLimit : pools_[target.pool].latency.suspicious_silence();
  }
  void waits(TargetState& target, const Ticket& ticket, Instant now);
  void waits_no_more(TargetState& target, const Ticket& ticket, bool answered);
  /// Handles a sign of life: an answer to a waiting request, or the good end of one that had begun long ago.
  void heard(TargetState& target, const Ticket& ticket, Instant now);

  // good news
  /// A request that was sent at `began` went well at the target's node of this level.
  void well(const TargetState& target, Level level, Instant began, Instant now);
  /// A success clears the target and every node above it.
  void well_throughout(const TargetState& target, Instant began, Instant now);

 private:
  static constexpr std::uint32_t kNone = TargetState::kNone;
  static constexpr std::uint32_t kAlwaysOpen = HealthTree::kAlwaysOpen;

  // building (target_book_build.cc)
  void build_pools();
  void build_accusers();

  /// Whether the target gets no more requests for now. A new suspicion is noted for the log.
  [[nodiscard]] bool silent(TargetState& target, Instant now);
  /// The target came back so lately that it may get no further request yet.
  [[nodiscard]] bool rushed(const TargetState& target, Instant now) const {
    return now < nodes_.recovering_until() && target.comers.full(nodes_.comeback(target.path, now), now);
  }

  const Plan* plan_;
  HealthTree nodes_;
  std::vector<TargetState> targets_;
  std::vector<PoolState> pools_;
  LimitBook limits_;
  LaneBook lanes_;
};

// Asked of every target that a pick looks at.
inline bool TargetBook::usable(TargetId target, const PickRequest& request, Instant now) {
  if (!candidate(target, request)) return false;
  TargetState& state = targets_[target.index()];
  if (state.lacks.any() && state.lacks.has(request.api, now)) return false;
  if (!nodes_.admits(state.path, now)) return false;
  if (state.doubt.barred(now) || (!state.silence.calm() && silent(state, now)) || rushed(state, now)) return false;
  const LaneLimit& lane = lanes_[state.lane];
  if (!lane.unknown() && lane.admits_at(request.estimate, now) > now) return false;
  return limits_.target_admits_at(target, request, now) <= now;
}

inline std::uint8_t TargetBook::give_back(const Ticket& ticket) {
  TargetState& target = targets_[ticket.target.index()];
  --target.in_flight;
  count_load(target, 0, ticket.load);
  return nodes_.end_trials(target.path, ticket.trial_levels, ticket.taken);
}

}  // namespace drover::core
