// Decision records in the form of the library's interface.
#pragma once

#include "drover/explanation.h"
#include "telemetry/decisions/decision_record.h"

namespace drover::client {

[[nodiscard]] v0::Explanation explanation_of(const telemetry::DecisionRecord& record);

}  // namespace drover::client
