// The course of a scenario as a picture: for each policy what was asked, answered and failed over time, and how the
// attempts were spread over the targets. Not the figures: the command prints them.
#pragma once

#include <span>
#include <string>

#include "sim/play/outcome.h"
#include "sim/play/scenario.h"

namespace drover::sim {

/// An SVG document. `names`: of the targets, for the first kTargetsShown.
[[nodiscard]] std::string timeline_svg(const Scenario& scenario, std::span<const Outcome> outcomes,
                                       std::span<const std::string> names);

}  // namespace drover::sim
