// Deadlines as time points, checked by one coarse timer per loop instead of one kernel timer per wait.
#pragma once

#include <array>
#include <boost/asio/basic_waitable_timer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/instant.h"
#include "net/asio.h"

namespace drover::net {

class Ticker;

/// A function that is called when a time has come. It belongs to one loop; not thread-safe. Destruction disarms it.
class Deadline {
 public:
  /// `expired(context)` runs on the loop, at most one tick (10 ms) late, after the deadline was disarmed.
  using Expired = void (*)(void* context);

  Deadline(Ticker& ticker, Expired expired, void* context) : ticker_(ticker), expired_(expired), context_(context) {}
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  ~Deadline() { disarm(); }

  /// Replaces the time. kNever disarms. A later time costs one store, another a few: it is cheap enough for every
  /// chunk. Allocates nothing.
  void arm(Instant at);
  void disarm();
  [[nodiscard]] bool armed() const { return at_ != kNever; }
  [[nodiscard]] Instant at() const { return at_; }

 private:
  friend class Ticker;
  void unlink();

  Ticker& ticker_;
  Expired expired_;
  void* context_;
  Instant at_ = kNever;
  Instant filed_ = kNever;     ///< the time that the ticker's lists know: `at_`, or an earlier one if postponed
  Deadline* next_ = nullptr;   ///< in its list
  Deadline** link_ = nullptr;  ///< the pointer to it in that list; null: it is in no list
};

/// Owns the timer, which runs only while a deadline is armed, and at most every kTick.
///
/// Deadlines that are due soon are kept by their tick, all others in one list that is looked through every kSoon ticks.
/// So a tick costs only the deadlines that are due in it. A postponed deadline stays where it is until its first time
/// comes.
class Ticker {
 public:
  static constexpr Duration kTick = std::chrono::milliseconds(10);
  /// Ticks that have a list of their own: about five seconds, longer than most deadlines that are ever due.
  static constexpr std::int64_t kSoon = 512;

  explicit Ticker(asio::io_context& context);
  ~Ticker();
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

  /// Calls the due deadlines. Callbacks may arm, disarm and destroy any deadline, also their own. For the timer and
  /// tests.
  void expire(Instant now);
  [[nodiscard]] std::size_t armed_count() const { return armed_; }
  /// Deadlines looked at so far: the cost of ticks.
  [[nodiscard]] std::uint64_t looks() const { return looks_; }

 private:
  friend class Deadline;
  using Timer =
      asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;
  struct Tick;

  [[nodiscard]] Deadline*& list_of(std::int64_t tick) { return soon_[static_cast<std::size_t>(tick % kSoon)]; }
  void file(Deadline& deadline);
  static void put(Deadline*& list, Deadline& deadline);
  void sort_out(Deadline*& list, Instant now);
  void call_due();
  [[nodiscard]] Instant earliest();
  void wake_no_later_than(Instant at);
  void sleep_until(Instant at);
  void ticked();

  Timer timer_;
  std::array<Deadline*, kSoon> soon_{};  ///< by tick, from first_ to horizon_
  Deadline* later_ = nullptr;            ///< from horizon_ on
  Deadline* due_ = nullptr;              ///< about to be called
  std::int64_t first_ = 0;               ///< the first tick that is not over
  std::int64_t horizon_ = kSoon;         ///< the tick at which later_ is looked through
  std::size_t armed_ = 0;
  std::uint64_t looks_ = 0;
  Instant next_due_ = kNever;  ///< nothing is due before this
  Instant wakes_at_ = kNever;  ///< when the timer fires; kNever: it does not run
};

}  // namespace drover::net
