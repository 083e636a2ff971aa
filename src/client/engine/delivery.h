// The thread that callbacks and hooks run on, so that what a caller does in them holds up no connection. Started when
// first needed.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace drover::client {

/// Hook calls that may wait; more are dropped. Callbacks are never dropped: `limits.in_flight` bounds them.
inline constexpr std::size_t kMaxWaitingHooks = 10'000;

class Delivery {
 public:
  /// `complain` gets the text of what a callback threw.
  explicit Delivery(std::function<void(std::string)> complain);
  ~Delivery();
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  /// Any thread. A callback: runs always, also when the thread cannot be started (then here) or is closing.
  void call(std::function<void()> callback);
  /// Any thread. A hook: dropped when too many wait.
  void tell(std::function<void()> hook);
  /// Runs what waits and ends the thread. Called by a callback it returns at once, and the rest runs behind it.
  void close();

 private:
  struct Queue;
  void put(std::function<void()> task);

  std::shared_ptr<Queue> queue_;  // the thread's own too: it may outlive this
  std::mutex start_;              // guards the two below
  std::thread thread_;
  bool left_alone_ = false;  ///< it runs on without us, because it is the one that closed
};

}  // namespace drover::client
