// The state that the admin pages show, at one moment. Borrowed from the office for the time of one answer.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/process/admission.h"
#include "gateway/process/snapshot.h"
#include "store/ledger/ledger.h"
#include "telemetry/access_log/access_log.h"
#include "telemetry/decisions/decision_log.h"
#include "telemetry/metrics/metrics.h"
#include "upstream/catalog/retirements.h"

namespace drover::gateway {

/// Targets read in one hold of the fleet's lock, so that a page about thousands of targets delays no request.
inline constexpr std::uint32_t kViewsAtOnce = 128;

struct AdminDoor;

struct AdminView {
  const Snapshot* snapshot = nullptr;
  const Admission* admission = nullptr;
  const telemetry::Metrics* metrics = nullptr;
  const telemetry::AccessLog* access_log = nullptr;
  const telemetry::DecisionLog* decisions = nullptr;
  const upstream::Retirements* retirements = nullptr;  ///< null: nobody knows
  const store::Ledger* ledger = nullptr;               ///< null: there is none
  bool draining = false;
  Instant now{};
  std::int64_t unix_milliseconds = 0;       ///< the same moment
  std::int64_t started = 0;                 ///< of the process, in milliseconds since 1970
  std::shared_ptr<const AdminDoor> door{};  ///< of the admin API
};

/// Calls `see` with every target of the plan in order, outside the fleet's lock; false from it ends that.
void for_each_target(const AdminView& view, const std::function<bool(const core::TargetView&)>& see);

/// Whether a target in this condition may get a request now, other than as a last resort.
[[nodiscard]] constexpr bool usable(core::TargetCondition condition) {
  return condition == core::TargetCondition::Ok || condition == core::TargetCondition::Suspect ||
         condition == core::TargetCondition::HalfOpen;
}

/// The Prometheus text.
[[nodiscard]] std::string metrics_page(const AdminView& view);
/// The JSON of /status.
[[nodiscard]] std::string status_page(const AdminView& view);
/// The targets of this name, as a JSON array in the form of /status: a target's own name, or a key's name
/// ("holysheep/spare", "spare"), fingerprint, or quota's name. Empty: none.
[[nodiscard]] std::string targets_named(const AdminView& view, std::string_view name);
/// The JSON of /explain: the requests of this id, else the targets of this name. Nothing: neither is known.
[[nodiscard]] std::optional<std::string> explain_page(const AdminView& view, std::string_view name);

}  // namespace drover::gateway
