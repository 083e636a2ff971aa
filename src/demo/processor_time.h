// The processor time of threads.
#pragma once

#include <thread>

#include "base/instant.h"

namespace drover::demo {

/// The time of one running thread; zero when the system does not say.
[[nodiscard]] Duration processor_time(std::thread& thread);
/// The time of the whole process.
[[nodiscard]] Duration processor_time();

}  // namespace drover::demo
