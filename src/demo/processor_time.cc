#include "demo/processor_time.h"

#include <pthread.h>

#include <ctime>

namespace drover::demo {
namespace {

Duration read(clockid_t clock) {
  timespec time{};
  if (::clock_gettime(clock, &time) != 0) return Duration::zero();
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

Duration processor_time(std::thread& thread) {
  clockid_t clock{};
  if (::pthread_getcpuclockid(thread.native_handle(), &clock) != 0) return Duration::zero();
  return read(clock);
}

Duration processor_time() {
  return read(CLOCK_PROCESS_CPUTIME_ID);
}

}  // namespace drover::demo
