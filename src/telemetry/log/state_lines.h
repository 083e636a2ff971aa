// One readable line per change of a target's, key's or server's state.
#pragma once

#include <string>
#include <string_view>

#include "core/fleet/fleet.h"

namespace drover::telemetry {

/// Logs the change: "key holysheep/2 is taken out for 30 s: connect".
void log_state_change(const core::StateChange& change, std::string_view label);
/// The line itself: `for` is counted from change.at.
[[nodiscard]] std::string state_line(const core::StateChange& change, std::string_view label);

/// Whether an operator should look: not when a node came back or is tried again.
[[nodiscard]] bool is_trouble(const core::StateChange& change);

}  // namespace drover::telemetry
