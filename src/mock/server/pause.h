// Lets a coroutine sleep until a time, as exactly as the system's timers allow, or until it is woken. The loop's own
// ticker is coarser (10 ms) than the gaps between fast tokens.
#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <chrono>

#include "base/instant.h"
#include "net/asio.h"
#include "net/loop/loop.h"

namespace drover::mock {

/// One coroutine sleeps at a time; all calls come from the loop's thread.
class Pause {
 public:
  explicit Pause(net::Loop& loop) : loop_(loop), timer_(loop.context()) {}

  [[nodiscard]] net::Awaitable<> until(Instant at);
  /// Ends the sleep. Does nothing when no coroutine sleeps.
  void wake() { timer_.cancel(); }

 private:
  using Clock = std::chrono::steady_clock;
  using Timer = net::asio::basic_waitable_timer<Clock, net::asio::wait_traits<Clock>, net::Executor>;

  net::Loop& loop_;
  Timer timer_;
};

}  // namespace drover::mock
