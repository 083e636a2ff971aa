// How much processor time threads have used.
#pragma once

#include <thread>

#include "base/instant.h"

namespace drover::demo {

/// Of one running thread; zero when the system does not say.
[[nodiscard]] Duration processor_time(std::thread& thread);
/// Of the whole process.
[[nodiscard]] Duration processor_time();

}  // namespace drover::demo
