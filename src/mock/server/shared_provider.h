// One provider for the loop that serves it and for the threads that watch and change it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "mock/provider/provider.h"

namespace drover::mock {

/// Thread-safe. The lock is held for microseconds and never across a wait.
class SharedProvider {
 public:
  SharedProvider(Settings settings, Now start) : provider_(std::move(settings), start) {}

  /// Calls `use(Provider&)` under the lock, then wakes the threads that wait.
  template <class Use>
  auto with(Use use) {
    const Announce announce{changed_};
    const std::lock_guard lock(mutex_);
    return use(provider_);
  }

  /// Blocks (not on the loop's thread) until `holds(const Provider&)` is true, at most `most`. Returns whether it
  /// became true.
  template <class Holds>
  [[nodiscard]] bool wait_until(Holds holds, Duration most) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, most, [&] { return holds(std::as_const(provider_)); });
  }

 private:
  // Declared before the lock, so that it notifies after the unlock.
  struct Announce {
    std::condition_variable& changed;
    ~Announce() { changed.notify_all(); }
  };

  std::mutex mutex_;
  std::condition_variable changed_;
  Provider provider_;
};

}  // namespace drover::mock
