#include "client/engine/process_mark.h"

#include <pthread.h>

namespace drover::client {
namespace {

/// Counts the forks between the process that used the library first and this one.
std::atomic<std::uint64_t> generation{0};

void count_fork() {
  generation.fetch_add(1, std::memory_order_relaxed);
}

std::uint64_t watched_generation() {
  // Fails only without memory; then a child is not recognised.
  [[maybe_unused]] static const int registered = ::pthread_atfork(nullptr, nullptr, &count_fork);
  return generation.load(std::memory_order_relaxed);
}

}  // namespace

ProcessMark::ProcessMark() : made_in_(watched_generation()) {}

bool ProcessMark::foreign() const {
  return generation.load(std::memory_order_relaxed) != made_in_;
}

}  // namespace drover::client
