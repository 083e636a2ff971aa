// One thread's event loop and what belongs to that thread alone: its io_context, ticker, mailbox and scratch memory.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

#include "base/instant.h"
#include "base/random.h"
#include "net/asio.h"

namespace drover::net {

class Ticker;
class Mailbox;
class Poller;
class LoopMemory;
class WaiterList;

/// Longest piece read from a socket at once; also the size of the scratch memory.
inline constexpr std::size_t kScratchBytes = 64 * 1024;

/// Everything but post() and the orders is for the loop's own thread.
class Loop {
 public:
  explicit Loop(std::uint64_t seed);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Runs until stop() (or until nothing is left to wait for).
  void run();
  void stop();
  /// Destroys what still waits on the loop, coroutines included. After run() has returned, and before what they use
  /// goes.
  void abandon();

  /// Any thread: runs `task` soon on the loop's thread. Bounded (kMaxMail); false when full or stopped.
  [[nodiscard]] bool post(std::function<void()> task);
  /// From the one thread that controls this loop (starts it, reloads, drains, stops it): as post(), but in time for a
  /// loop whose mail is full. False: the loop has stopped, or takes up nothing any more.
  [[nodiscard]] bool order(std::function<void()> task);
  /// Whether the next order() will be taken.
  [[nodiscard]] bool takes_order();

  /// The monotonic time at which the loop began to deliver what a socket was told; elsewhere the exact one. So all that
  /// one event brings about happens at one time, and the clock (about 20 ns) is read once for it.
  [[nodiscard]] Instant now() { return event_at_ != kNever ? event_at_ : now_exact(); }
  /// The monotonic time itself, for those who measure what is done within one event.
  [[nodiscard]] Instant now_exact();
  /// Seconds since 1970 (wall clock), for dates in headers and Retry-After.
  [[nodiscard]] std::int64_t unix_seconds() const;

  /// Spare memory that connections of this thread lend each other.
  [[nodiscard]] LoopMemory& memory() { return *memory_; }

  /// For Stream.
  [[nodiscard]] Poller& poller() { return *poller_; }
  /// For Waiter.
  [[nodiscard]] WaiterList& waiters() { return *waiters_; }

  [[nodiscard]] asio::io_context& context() { return context_; }
  [[nodiscard]] Executor executor() { return context_.get_executor(); }
  [[nodiscard]] Ticker& ticker() { return *ticker_; }
  [[nodiscard]] Random& random() { return random_; }
  /// kScratchBytes plus dialect padding, shared by all connections of the thread: whatever is in it is gone after a
  /// wait.
  [[nodiscard]] std::span<char> scratch() { return {scratch_.get(), kScratchBytes}; }

 private:
  /// An io_context whose waiting handlers can be destroyed while the loop's other parts still exist.
  class Context final : public asio::io_context {
   public:
    Context();
    void abandon_all() { shutdown(); }
  };

  Instant event_at_ = kNever;  ///< when the event being delivered began; kNever between events
  Context context_;            // BOOST_ASIO_CONCURRENCY_HINT_UNSAFE
  Random random_;
  std::unique_ptr<Ticker> ticker_;
  std::unique_ptr<Mailbox> mailbox_;
  std::unique_ptr<Poller> poller_;
  std::unique_ptr<WaiterList> waiters_;
  std::unique_ptr<LoopMemory> memory_;
  std::unique_ptr<char[]> scratch_;
};

}  // namespace drover::net
