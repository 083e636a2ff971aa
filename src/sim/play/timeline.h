// The course of a scenario as a picture: for each policy the requests, answers and failures over time, and how the
// attempts were spread over the targets. The command prints the figures.
#pragma once

#include <span>
#include <string>

#include "sim/play/outcome.h"
#include "sim/play/scenario.h"

namespace drover::sim {

/// An SVG document. `names`: the first kTargetsShown targets' names.
[[nodiscard]] std::string timeline_svg(const Scenario& scenario, std::span<const Outcome> outcomes,
                                       std::span<const std::string> names);

}  // namespace drover::sim
