// The thread for callbacks and hooks, so that a caller's code in them holds up no connection. It starts with the first
// task.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace drover::client {

/// Most hook calls that wait; more are dropped. Callbacks are never dropped: `limits.in_flight` bounds them.
inline constexpr std::size_t kMaxWaitingHooks = 10'000;

class Delivery {
 public:
  /// `complain` gets the message of an exception that a callback threw.
  explicit Delivery(std::function<void(std::string)> complain);
  ~Delivery();
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  /// Any thread. A callback always runs, also while closing; it runs in this call when the thread cannot be started.
  void call(std::function<void()> callback);
  /// Any thread. A hook is dropped when too many wait.
  void tell(std::function<void()> hook);
  /// Runs the waiting tasks and ends the thread. When a callback calls it, it returns at once, and the rest runs
  /// afterwards.
  void close();

 private:
  struct Queue;
  void put(std::function<void()> task);

  std::shared_ptr<Queue> queue_;  // shared with the thread, which may outlive this
  std::mutex start_;              // guards the two below
  std::thread thread_;
  bool left_alone_ = false;  ///< the thread runs on alone, because it called close()
};

}  // namespace drover::client
