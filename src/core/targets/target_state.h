// What the fleet knows of a target, of a pool, and of the targets of a pool that have one priority. Plain state: the
// fleet changes it (fleet.h), and comparison.h compares targets by it.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/hash.h"
#include "base/instant.h"
#include "base/units.h"
#include "core/balancer/round_robin.h"
#include "core/balancer/weighted_draw.h"
#include "core/health/cohorts.h"
#include "core/health/comeback.h"
#include "core/health/doubt.h"
#include "core/health/health_tree.h"
#include "core/health/lacked_apis.h"
#include "core/health/silence.h"
#include "core/health/success_share.h"
#include "core/latency/latency_model.h"
#include "core/latency/peak_ewma.h"
#include "base/window_count.h"

namespace drover::core {

/// A request counts as this much load, an output token as 1 and a token of the prompt as a tenth (reading is about ten
/// times cheaper than writing): a target's load is the work it still has to do, not the number of its requests.
inline constexpr std::uint64_t kLoadPerRequest = 1000;
[[nodiscard]] std::uint64_t load_of(const Amount& estimate);

/// In the order in which a pick and its settle touch it, a cache line at a time, because a policy may go through
/// thousands of targets: what policies compare, what bars the target and is noted of a pick, what refusals and silence
/// say, what a settle learns.
struct alignas(64) TargetState {
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  PeakEwma first_content{};
  PeakEwma per_token{};
  std::uint64_t load = 0;
  std::uint64_t hash = 0;
  float per_weight = 1;  ///< 1 / weight; infinite for a weight of 0
  std::uint32_t in_flight = 0;
  std::uint32_t pool = kNone;
  std::uint32_t lane = 0;  ///< its place in the fleet's lanes

  HealthTree::Path path{};
  LackedApis lacks{};
  std::uint64_t requests = 0;
  std::optional<Instant> last_used{};

  Doubt doubt{};
  std::uint32_t tier = 0;  ///< in `pool`
  std::uint32_t check = kNone;

  Silence silence{};

  SuccessShare success{};
  Comers comers{};
  std::uint64_t failures = 0;
  std::uint64_t input_tokens = 0;
  std::uint64_t cached_tokens = 0;
  std::array<Cohorts, 2> cohorts{};  ///< its waiting requests of ordinary length: plain, and streamed
  Instant next_look{};               ///< at them

  [[nodiscard]] std::uint32_t node(Level level) const { return path[static_cast<std::size_t>(level)]; }
  [[nodiscard]] double load_per_weight() const { return static_cast<double>(load) * static_cast<double>(per_weight); }
  /// Scales a cost by the target's share of successes, so that a target that fails looks expensive.
  [[nodiscard]] double by_success(double amount, Instant now) const {
    return success.whole() ? amount : amount / success.at(now);
  }
  /// The independent part of the node at this level that the target's evidence belongs to, as a number that means the
  /// same in every plan. The keys of one quota are one account, and the models of one key at one server are one
  /// credential. `nodes`: the fleet's own.
  [[nodiscard]] std::uint32_t part_of(Level level, const HealthTree& nodes) const {
    const auto mark = [&](Level at) { return static_cast<std::uint32_t>(hash64(nodes.names()[node(at)], 0)); };
    switch (level) {
      case Level::Provider: return check == kNone ? 0 : mark(Level::Key) * 31 + mark(Level::Server);
      case Level::Server: return mark(node(Level::Quota) == HealthTree::kAlwaysOpen ? Level::Key : Level::Quota);
      case Level::Key:
      case Level::Quota:
      case Level::Lane: return mark(Level::Server);
      case Level::Target: break;
    }
    return 0;
  }
};

/// The targets of one pool with one priority: pool.targets[begin, begin + draw.size()).
struct Tier {
  std::uint32_t begin = 0;
  balancer::WeightedDraw draw{};
  balancer::RoundRobin round{};
  balancer::RoundRobin spare{};  ///< the same for failovers, which use up no target's turn
  std::uint64_t weight = 0;
  std::uint64_t load = 0;  ///< of all its targets; meaningless when the pool borrows
};

struct PoolState {
  std::vector<Tier> tiers{};
  std::uint64_t hash = 0;  ///< of its model: the same in another plan
  bool borrows = false;    ///< some of its targets are counted in another pool
  mutable WindowCount<10> successes{std::chrono::seconds(10)};
  mutable WindowCount<10> failures{std::chrono::seconds(10)};
  LatencyModel latency{};
  std::uint32_t excused = 0;  ///< refusals of credentials since the last success that were blamed on their requests
};

}  // namespace drover::core
