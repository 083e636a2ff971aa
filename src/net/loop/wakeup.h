// Lets a callback resume a waiting coroutine of the same loop, also when the callback comes before the wait.
#pragma once

#include "net/loop/waiter.h"

namespace drover::net {

/// At most one coroutine waits. A notify() before the wait is remembered once, for the next wait().
class Wakeup {
 public:
  explicit Wakeup(Loop& loop) : waiter_(loop) {}

  /// Has no deadline: the waiting coroutine has armed one that notifies.
  [[nodiscard]] Awaitable<> wait() {
    if (!notified_) {
      const auto resumed = co_await waiter_.wait();
      static_cast<void>(resumed);
    }
    notified_ = false;
  }

  /// Resumes the coroutine from the loop, never inside this call.
  void notify() {
    if (waiter_.waiting()) {
      waiter_.resume_later();
    } else {
      notified_ = true;
    }
  }

 private:
  Waiter waiter_;
  bool notified_ = false;
};

}  // namespace drover::net
