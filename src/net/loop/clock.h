// The one place that reads the monotonic clock, so that decisions can be replayed.
#pragma once

#include <chrono>

#include "base/instant.h"

namespace drover::net {

/// std::chrono::steady_clock's time as an Instant: about 20 ns, without a system call.
[[nodiscard]] inline Instant monotonic_now() {
  return Instant(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace drover::net
