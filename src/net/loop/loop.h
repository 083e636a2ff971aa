// The event loop of one thread, and what belongs to that thread alone: io_context, ticker, mailbox, scratch memory.
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

/// Most bytes of one read from a socket; also the size of the scratch memory.
inline constexpr std::size_t kScratchBytes = 64 * 1024;

/// All functions but post(), order() and takes_order() are for the loop's own thread.
class Loop {
 public:
  explicit Loop(std::uint64_t seed);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Runs until stop(), or until no work is left.
  void run();
  void stop();
  /// Destroys what still waits on the loop, also coroutines. Call it after run() has returned, and before the objects
  /// that they use are destroyed.
  void abandon();

  /// Any thread: runs `task` soon on the loop's thread. Bounded (kMaxMail); false when full or stopped.
  [[nodiscard]] bool post(std::function<void()> task);
  /// As post(), from the one thread that controls this loop (starts it, reloads, drains, stops it); it has room even
  /// when the loop's mail is full. False: the loop has stopped, or does not take tasks any more.
  [[nodiscard]] bool order(std::function<void()> task);
  /// The last order: the loop stops when it comes to it, however full its mail is. Nothing happens when it has stopped
  /// before.
  void order_end();
  /// Whether the next order() will be taken.
  [[nodiscard]] bool takes_order();

  /// The monotonic time at which the loop began to deliver the current event, so that everything in one event happens
  /// at one time and the clock (about 20 ns) is read once. Between events, the exact time.
  [[nodiscard]] Instant now() { return event_at_ != kNever ? event_at_ : now_exact(); }
  /// The exact monotonic time, for measurements within one event.
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
  /// Memory of kScratchBytes (plus padding for dialect) that all connections of the thread share. A wait loses its
  /// content.
  [[nodiscard]] std::span<char> scratch() { return {scratch_.get(), kScratchBytes}; }

 private:
  /// An io_context whose waiting handlers can be destroyed while the other parts of the loop exist.
  class Context final : public asio::io_context {
   public:
    Context();
    void abandon_all() { shutdown(); }
  };

  Instant event_at_ = kNever;  ///< when the current event began; kNever between events
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
