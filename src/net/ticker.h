// Deadlines as time points checked by one coarse timer per loop, instead of one kernel timer per wait.
#pragma once

#include <cstddef>
#include <vector>

#include "base/instant.h"

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
  std::size_t slot_ = static_cast<std::size_t>(-1);  ///< where the ticker keeps it while armed
};

}  // namespace drover::net
