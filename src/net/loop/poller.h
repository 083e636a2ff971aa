// Passes the kernel's events on to the sockets of one loop. It reads and writes nothing itself.
//
// Each socket is registered once, edge-triggered, for its whole life, in an epoll set of our own inside Asio's. A wait
// then costs no system call; Asio's own async_wait registers anew every time, twice for each proxied request.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <cstdint>

#include "base/instant.h"
#include "net/asio.h"

namespace drover::net {

/// A socket's owner.
class Polled {
 public:
  /// `events` are those of epoll_ctl(2). From a clean callback; it may remove and destroy any Polled, also this one.
  virtual void kernel_says(std::uint32_t events) = 0;

 protected:
  ~Polled() = default;
};

/// Not thread-safe.
class Poller {
 public:
  /// `event_at` is set to the time while an event is delivered, else to kNever.
  Poller(asio::io_context& context, Instant& event_at);
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  /// False: the kernel watches no more sockets.
  [[nodiscard]] bool add(int descriptor, Polled& polled);
  /// Call it before the descriptor is closed.
  void remove(int descriptor, Polled& polled);

 private:
  struct Ready;
  /// Most events of one round; more wait for the next.
  static constexpr std::size_t kBatch = 128;

  void wait();
  void deliver();

  asio::posix::basic_stream_descriptor<Executor> set_;
  Instant& event_at_;
  std::array<epoll_event, kBatch> batch_{};
  std::size_t at_ = 0;     ///< the event being delivered
  std::size_t count_ = 0;  ///< in batch_
};

}  // namespace drover::net
