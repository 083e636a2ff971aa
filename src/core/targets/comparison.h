// How the targets of a pool compare for one request: by the work that they have, how long they take, and what share of
// their answers are successes. A target that has just come back counts by its share in slow start.
#pragma once

#include <cstdint>
#include <vector>

#include "base/instant.h"
#include "core/fleet/fleet_port.h"
#include "core/health/check_points.h"
#include "core/health/health_tree.h"
#include "core/plan/plan.h"
#include "core/targets/target_state.h"

namespace drover::core {

/// Lives for one choice; borrows all that it is made from.
class Comparison {
 public:
  Comparison(LatencyFrom from, const HealthTree& nodes, const CheckPoints& checks, const LatencyModel& known,
             const PickRequest& request, Instant now);

  /// Whether the second of two drawn targets takes the request. Latencies that differ by no more than their samples do
  /// count as equal: else, of two idle targets, the one that chance measured slower would never be asked and measured
  /// again.
  [[nodiscard]] bool clearly_cheaper(const TargetState& second, const TargetState& first) const;
  /// What `least_latency` compares, in seconds. A target without a measurement is asked once; else it would stay
  /// unmeasured beside quicker ones.
  [[nodiscard]] double quickness(const TargetState& target) const;

 private:
  /// Both targets are compared by the same measure: a stream's time is no match for a plain answer's.
  [[nodiscard]] double latency(const TargetState& target) const;
  [[nodiscard]] double cost(const TargetState& target, double latency) const;

  const HealthTree& nodes_;
  const CheckPoints& checks_;
  Instant now_;
  double own_load_;  ///< the request's
  bool by_probes_;   ///< for targets that are probed
  PeakEwma TargetState::* average_;
  double usual_ = 1.0;  ///< for a target that is not known
};

/// The most work per weight that a target of the tier may have before the requests that prefer it go to other targets.
/// `targets`: the state of the plan's targets; `pool`: the pool's targets.
[[nodiscard]] double load_bound(const std::vector<TargetState>& targets, const std::vector<TargetId>& pool,
                                bool borrows, const Tier& tier, const Amount& estimate);

}  // namespace drover::core
