// One moment on both clocks. Rolling windows and waits go by the monotonic clock, which no one can set; calendar
// windows and expiry by the time of day.
#pragma once

#include "base/instant.h"
#include "base/wall_time.h"

namespace drover::directory {

struct Moment {
  Instant instant{};
  WallTime wall{};
};

}  // namespace drover::directory
