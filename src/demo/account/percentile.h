// Percentiles of times by the nearest rank: the result is always one of the measured times.
#pragma once

#include <vector>

#include "base/instant.h"

namespace drover::demo {

/// The time that `share` (0 to 1) of `times` do not exceed; zero when there are none.
[[nodiscard]] Duration percentile(std::vector<Duration> times, double share);

}  // namespace drover::demo
