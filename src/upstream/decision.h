// A finished run as its decision record tells it. The gateway and the library both keep records; this is what they say
// alike.
#pragma once

#include "base/instant.h"
#include "core/plan.h"
#include "telemetry/decision_record.h"

namespace drover::upstream {

class Run;

/// Fills in what the run decided: attempts, waits, what was passed over, why it ended. What is borrowed stays with the
/// run, the plan and `space`. `arrived`: what spans of time are counted from.
void describe_decision(const Run& run, const core::Plan& plan, Instant arrived, telemetry::DecisionSpace& space,
                       telemetry::DecisionRecord& record);

}  // namespace drover::upstream
