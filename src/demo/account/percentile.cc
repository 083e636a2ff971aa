#include "demo/account/percentile.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace drover::demo {

Duration percentile(std::vector<Duration> times, double share) {
  if (times.empty()) return Duration::zero();
  const double rank = std::ceil(std::clamp(share, 0.0, 1.0) * static_cast<double>(times.size()));
  const std::size_t at = static_cast<std::size_t>(std::max(rank, 1.0)) - 1;
  const auto place = times.begin() + static_cast<std::ptrdiff_t>(at);
  std::ranges::nth_element(times, place);
  return *place;
}

}  // namespace drover::demo
