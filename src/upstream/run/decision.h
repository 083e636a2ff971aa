// Turns a finished run into its decision record. The gateway and the library use it both.
#pragma once

#include "base/instant.h"
#include "core/plan/plan.h"
#include "telemetry/decisions/decision_record.h"

namespace drover::upstream {

class Run;

/// Fills in what the run decided: attempts, waits, what was passed over, why it ended. The record borrows from the run,
/// the plan and `space`. Spans of time are counted from `arrived`.
void describe_decision(const Run& run, const core::Plan& plan, Instant arrived, telemetry::DecisionSpace& space,
                       telemetry::DecisionRecord& record);

}  // namespace drover::upstream
