#include "core/dispatch/backoff.h"

#include <algorithm>
#include <cmath>

namespace drover::core {

Duration backoff(const RetrySettings& settings, std::uint32_t repeat, Random& random) {
  const double most = static_cast<double>(settings.max_backoff.count());
  const double grown = static_cast<double>(settings.backoff.count()) * std::pow(settings.multiplier, repeat);
  // pow can give infinity, or NaN for a multiplier that makes no sense: the wait is then the maximum.
  double wait = grown < most ? std::max(grown, 0.0) : most;
  if (settings.jitter == Jitter::Full) wait *= random.unit();
  return Duration(static_cast<Duration::rep>(wait));
}

}  // namespace drover::core
