// All counters of the process, and their form for Prometheus. Each thread counts in its Tally; the threads are summed
// when the metrics are asked for.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/fleet/fleet.h"
#include "telemetry/metrics/labels.h"
#include "telemetry/metrics/tally.h"

namespace drover::telemetry {

/// Nodes of the health tree (keys, servers, targets ...) whose changes are counted by name.
inline constexpr std::size_t kMaxNodeLabels = 500;

/// Values that are not counted, but read when the metrics are asked for.
struct Gauges {
  std::string version{};
  double started = 0;        ///< seconds since 1970
  double config_loaded = 0;  ///< seconds since 1970
  std::uint64_t in_flight = 0;
  std::uint64_t waiting = 0;  ///< for capacity
  std::uint64_t connections = 0;
  std::uint64_t replay_bytes = 0;
  std::uint64_t log_lines_dropped = 0;
  std::uint64_t access_lines_dropped = 0;
  struct Target {
    std::uint64_t in_flight = 0;
    std::uint64_t usable = 0;  ///< how many nodes of this name may be picked now
  };
  std::map<Slot, Target> targets{};
  /// Of the store of keys and of the ledger; nothing: there is none.
  struct Ledger {
    bool up = false;
    std::uint64_t written = 0;  ///< rows
    std::uint64_t lost = 0;
    std::uint64_t waiting = 0;
  };
  std::optional<Ledger> ledger{};
  struct Shutdown {
    std::string provider{};
    std::string model{};
    double at = 0;  ///< seconds since 1970
  };
  std::vector<Shutdown> shutdowns{};  ///< of models in use; at most kMaxModelLabels
};

class Metrics {
 public:
  Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// A tally for one more thread; it lives as long as this object. Control thread.
  [[nodiscard]] Tally& add_thread();

  [[nodiscard]] Slot model_slot(std::string_view name) { return models_.slot(name); }
  [[nodiscard]] Slot target_slot(std::string_view name) { return targets_.slot(name); }
  /// Any thread. `label`: the node's name as Fleet::label() has it.
  void state_changed(core::StateChange::What what, std::string_view label);

  /// The Prometheus text of all metrics. Any thread; reads all tallies.
  [[nodiscard]] std::string render(const Gauges& gauges) const;

 private:
  mutable std::mutex mutex_;  // guards tallies_ (the list) and changes_
  std::vector<std::unique_ptr<Tally>> tallies_;
  Labels models_{kMaxModelLabels};
  Labels targets_{kMaxTargetLabels};
  Labels nodes_{kMaxNodeLabels};
  std::map<std::pair<Slot, core::StateChange::What>, std::uint64_t> changes_;
};

}  // namespace drover::telemetry
