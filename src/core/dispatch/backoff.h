// How long to wait before the next attempt at a target that was tried already.
#pragma once

#include <cstdint>

#include "base/instant.h"
#include "base/random.h"
#include "core/plan/plan.h"

namespace drover::core {

/// The wait before repetition number `repeat` (0 first): backoff × multiplier^repeat, at most max_backoff. With
/// Jitter::Full uniform between zero and that (AWS Architecture Blog, "Exponential Backoff And Jitter"), so that
/// requests that failed together do not come back together.
[[nodiscard]] Duration backoff(const RetrySettings& settings, std::uint32_t repeat, Random& random);

}  // namespace drover::core
