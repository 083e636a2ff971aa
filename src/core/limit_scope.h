// One set of limits that requests reserve from: requests and tokens per time, and how many at once. Not health, not
// cooldowns: what is known beforehand, so that it need not be found out by hitting it.
#pragma once

#include <cstdint>
#include <optional>

#include "base/instant.h"
#include "base/units.h"
#include "core/plan.h"
#include "core/window_count.h"

namespace drover::core {

/// When only a finished request can make room nobody knows when that will be; look again after this.
inline constexpr Duration kCapacityPoll = std::chrono::milliseconds(100);

class LimitScope {
 public:
  explicit LimitScope(const ModelLimits& limits) : limits_(limits) {}

  /// The first time from `now` on at which `estimate` fits, as far as can be known; `now` itself when it fits already.
  /// An estimate larger than a whole limit waits for an empty window rather than for ever: estimates are rough.
  [[nodiscard]] Instant admits_at(const Amount& estimate, Instant now);
  [[nodiscard]] bool admits(const Amount& estimate, Instant now) { return admits_at(estimate, now) <= now; }

  /// Reserves `estimate`. The caller has asked admits() of every scope before taking from any.
  void take(const Amount& estimate, Instant now);

  /// Replaces what was reserved at `taken` by what was really used, and ends the request.
  void settle(const Amount& reserved, const Amount& used, Instant taken);

  /// Takes over the counts of a scope that stood for the same thing under an earlier configuration.
  void adopt(const LimitScope& old);

  [[nodiscard]] std::int64_t running() const { return running_; }

 private:
  struct Window {
    std::optional<std::int64_t> limit;
    WindowCount<60> count;
  };
  static Instant room_at(Window& window, std::int64_t amount, Instant now);

  ModelLimits limits_;
  Window requests_minute_{limits_.requests_per_minute, WindowCount<60>(std::chrono::minutes(1))};
  Window requests_day_{limits_.requests_per_day, WindowCount<60>(std::chrono::hours(24))};
  Window input_minute_{limits_.input_tokens_per_minute, WindowCount<60>(std::chrono::minutes(1))};
  Window output_minute_{limits_.output_tokens_per_minute, WindowCount<60>(std::chrono::minutes(1))};
  std::int64_t running_ = 0;
};

}  // namespace drover::core
