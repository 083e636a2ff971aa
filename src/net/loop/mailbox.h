// The one way from another thread into a loop: a bounded list of tasks, and an eventfd that wakes the loop. Posting
// through Asio from another thread loses handlers on an UNSAFE context.
#pragma once

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <cstddef>
#include <functional>
#include <limits>
#include <mutex>
#include <utility>
#include <vector>

#include "net/asio.h"

namespace drover::net {

/// Most tasks that wait for one loop. A loop that is so far behind does not catch up when it gets more.
inline constexpr std::size_t kMaxMail = 65536;
/// Further room for orders: a loop that is behind must still learn of a reload or a drain.
inline constexpr std::size_t kMaxOrders = 64;

class Mailbox {
 public:
  using Task = std::function<void()>;

  /// Starts waiting on `context`. Without an eventfd (descriptors exhausted at start) every put() is refused.
  explicit Mailbox(asio::io_context& context);
  ~Mailbox();

  /// Any thread. False when full or closed; the task is then dropped.
  [[nodiscard]] bool put(Task task) { return put(std::move(task), kMaxMail); }
  /// As put(), for the one thread that controls the loop.
  [[nodiscard]] bool put_order(Task task) { return put(std::move(task), kMaxMail + kMaxOrders); }
  /// The same for the last thing it wants, for which there is always room. False: closed.
  [[nodiscard]] bool put_last(Task task) { return put(std::move(task), std::numeric_limits<std::size_t>::max()); }
  /// Whether the next put_order() will be taken: nobody else can use up that room.
  [[nodiscard]] bool takes_order();
  /// Refuses every later put(). Any thread.
  void close();

 private:
  struct Wake;

  bool put(Task task, std::size_t most);
  void wait();
  void deliver();

  asio::posix::basic_stream_descriptor<Executor> event_;
  const int event_fd_;
  std::mutex mutex_;  // guards the two below
  std::vector<Task> tasks_;
  bool closed_ = false;
  std::vector<Task> running_;  // the loop's thread only; keeps its memory between deliveries
};

}  // namespace drover::net
