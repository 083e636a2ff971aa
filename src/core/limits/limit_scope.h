// One set of limits that requests reserve from: requests and tokens per time, and how many at once. These limits are
// known beforehand, so that drover need not find them out by hitting them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/instant.h"
#include "base/quota_hints.h"
#include "base/units.h"
#include "base/window_count.h"
#include "core/plan/plan.h"

namespace drover::core {

/// When only the end of another request can make room, that time is unknown; look again after this.
inline constexpr Duration kCapacityPoll = std::chrono::milliseconds(100);

class LimitScope {
 public:
  explicit LimitScope(const ModelLimits& limits);

  /// The first time from `now` on at which `estimate` fits, as far as can be known; `now` itself when it fits already.
  /// An estimate larger than a whole limit waits for an empty window rather than for ever: estimates are rough.
  [[nodiscard]] Instant admits_at(const Amount& estimate, Instant now);
  [[nodiscard]] bool admits(const Amount& estimate, Instant now) { return admits_at(estimate, now) <= now; }

  /// Lowers what is left in each dimension to what these limits leave. How many may run at once is no such dimension.
  void lower(QuotaHints& left, Instant now) const;

  /// Reserves `estimate`. The caller has asked admits() of every scope before taking from any.
  void take(const Amount& estimate, Instant now);

  /// Replaces what was reserved at `taken` by what was really used, and ends the request.
  void settle(const Amount& reserved, const Amount& used, Instant taken);

  /// Sets the limits. Running requests and counts stay. In a window that was not counted before, only what is taken
  /// from now on counts.
  void hold_to(const ModelLimits& limits);

  [[nodiscard]] std::int64_t running() const { return running_; }

 private:
  enum class Unit : std::uint8_t { Requests, InputTokens, OutputTokens };
  /// An amount counts up to one slot longer than it must: with 240 slots, 0.4 % of the limit stays unused.
  using Count = WindowCount<240>;
  struct Window {
    Unit unit;
    Duration span;
    std::int64_t limit;
    Instant not_before = Instant::min();  ///< what was taken then or earlier is not in `count`
    Count count{span};
  };
  [[nodiscard]] static std::int64_t part_of(const Amount& amount, Unit unit);
  [[nodiscard]] static QuotaDimension dimension_of(Unit unit);

  std::optional<std::int64_t> concurrent_;
  std::vector<Window> windows_;  ///< only of what is limited: each takes 2 KiB
  std::int64_t running_ = 0;
  Instant latest_taken_ = Instant::min();
};

}  // namespace drover::core
