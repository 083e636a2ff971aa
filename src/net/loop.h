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

/// Longest piece read from a socket at once; also the size of the scratch memory.
inline constexpr std::size_t kScratchBytes = 64 * 1024;

/// Everything but post() is for the loop's own thread.
class Loop {
 public:
  explicit Loop(std::uint64_t seed);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Runs until stop() (or until nothing is left to wait for).
  void run();
  void stop();

  /// Any thread: runs `task` soon on the loop's thread. Bounded (kMaxMail); false when full or stopped.
  bool post(std::function<void()> task);

  /// The time at the start of the current turn of the loop, refreshed by now_exact(). Cheap.
  [[nodiscard]] Instant now();
  /// Reads the clock.
  [[nodiscard]] Instant now_exact();
  /// Seconds since 1970 (wall clock), for dates in headers and Retry-After.
  [[nodiscard]] std::int64_t unix_seconds() const;

  [[nodiscard]] asio::io_context& context() { return context_; }
  [[nodiscard]] Executor executor() { return context_.get_executor(); }
  [[nodiscard]] Ticker& ticker() { return *ticker_; }
  [[nodiscard]] Random& random() { return random_; }
  /// kScratchBytes plus dialect padding, shared by all connections of the thread: whatever is in it is gone after a wait.
  [[nodiscard]] std::span<char> scratch() { return {scratch_.get(), kScratchBytes}; }

 private:
  asio::io_context context_;  // BOOST_ASIO_CONCURRENCY_HINT_UNSAFE
  Random random_;
  std::unique_ptr<Ticker> ticker_;
  std::unique_ptr<Mailbox> mailbox_;
  std::unique_ptr<char[]> scratch_;
};

}  // namespace drover::net
