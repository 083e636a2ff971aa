// Lets a callback resume a waiting coroutine of the same loop.
#pragma once

#include <optional>

#include <boost/asio/async_result.hpp>

#include "net/asio.h"

namespace drover::net {

/// At most one waiter. A notify() without a waiter is remembered (once) for the next wait().
class Wakeup {
 public:
  explicit Wakeup(Executor executor) : executor_(executor) {}
  Wakeup(const Wakeup&) = delete;
  Wakeup& operator=(const Wakeup&) = delete;

  /// Has no deadline of its own: whoever waits has armed one that notifies.
  [[nodiscard]] Awaitable<> wait();
  /// Resumes the waiter from the loop, never from inside this call.
  void notify();

 private:
  using Handler = asio::async_result<asio::use_awaitable_t<Executor>, void()>::handler_type;

  Executor executor_;
  std::optional<Handler> waiter_;
  bool notified_ = false;
};

}  // namespace drover::net
