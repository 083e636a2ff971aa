// Deadlines as time points checked by one coarse timer per loop, instead of one kernel timer per wait.
#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <chrono>
#include <cstddef>
#include <vector>

#include "base/instant.h"
#include "net/asio.h"

namespace drover::net {

class Ticker;

/// Something to do when a time has come. Belongs to one loop; not thread-safe. Destroying it disarms it.
class Deadline {
 public:
  /// `expired(context)` runs on the loop, at most one tick (10 ms) late, after the deadline was disarmed.
  using Expired = void (*)(void* context);

  Deadline(Ticker& ticker, Expired expired, void* context) : ticker_(ticker), expired_(expired), context_(context) {}
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  ~Deadline() { disarm(); }

  /// Replaces an earlier time. kNever disarms. Costs a few instructions: safe to call for every chunk.
  void arm(Instant at);
  void disarm();
  [[nodiscard]] bool armed() const { return at_ != kNever; }
  [[nodiscard]] Instant at() const { return at_; }

 private:
  friend class Ticker;
  Ticker& ticker_;
  Expired expired_;
  void* context_;
  Instant at_ = kNever;
  std::size_t slot_ = 0;  ///< where the ticker keeps it while armed
  bool due_ = false;      ///< in the ticker's list of those about to be called
};

/// Owns the timer. It runs only while something is armed, never more often than every kTick, and sleeps until the
/// earliest time that was ever armed: re-arming to a later time is a store.
class Ticker {
 public:
  static constexpr Duration kTick = std::chrono::milliseconds(10);

  explicit Ticker(asio::io_context& context);
  ~Ticker();
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

  /// Calls what is due. Callbacks may arm, disarm and destroy any deadline, their own included. For the timer and
  /// tests.
  void expire(Instant now);
  [[nodiscard]] std::size_t armed_count() const { return armed_.size(); }

 private:
  friend class Deadline;
  using Timer =
      asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;
  struct Tick;

  void add(Deadline& deadline);
  void remove(Deadline& deadline);
  void wake_no_later_than(Instant at);
  void sleep_until(Instant at);
  void ticked();

  Timer timer_;
  std::vector<Deadline*> armed_;
  std::vector<Deadline*> due_;  ///< null: disarmed while waiting to be called
  Instant next_due_ = kNever;   ///< nothing is due before this
  Instant wakes_at_ = kNever;   ///< when the timer fires; kNever: it does not run
};

}  // namespace drover::net
