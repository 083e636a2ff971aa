// How a target comes back after a cooldown or an ejection. Its share of new requests grows over a while
// (HealthNode::share). Of the requests that wait for it, only a few at a time may go there until it has answered:
// otherwise all waiting requests would rush it at once.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/instant.h"

namespace drover::core {

/// After coming back a node's share grows from kSlowStartLeast to all of it over this time, or over as long as it was
/// cooling, if that was shorter.
inline constexpr Duration kSlowStart = std::chrono::seconds(10);
inline constexpr double kSlowStartLeast = 0.10;

/// The latest return of a node.
struct Comeback {
  Instant since = Instant::min();  ///< Instant::min(): it was never away
  Duration over = kSlowStart;      ///< how long its slow start takes

  [[nodiscard]] Instant until() const { return since == Instant::min() ? since : since + over; }
  [[nodiscard]] bool running(Instant now) const { return since <= now && now < until(); }
};

/// A target's requests since its last comeback: how many of them may be without an answer. One at first, one more for
/// each that was answered, and twice as many for each second without a refusal (which would begin a new comeback).
class Comers {
 public:
  [[nodiscard]] bool full(const Comeback& comeback, Instant now) const {
    if (since_ != comeback.since || !comeback.running(now)) return false;  // the first may come
    const auto seconds = static_cast<std::uint32_t>((now - comeback.since) / std::chrono::seconds(1));
    return waiting_ >= (1 + std::uint64_t{answered_}) << std::min(seconds, kMostDoublings);
  }
  void taken(const Comeback& comeback) {
    if (since_ != comeback.since) {
      since_ = comeback.since;
      waiting_ = answered_ = 0;
    }
    ++waiting_;
  }
  /// Notes that a request taken at `taken` was answered. Requests from before the comeback do not count.
  void answered(Instant taken) {
    if (waiting_ == 0 || taken < since_) return;
    --waiting_;
    ++answered_;
  }
  /// Notes that a request taken at `taken` ended without an answer.
  void left(Instant taken) {
    if (waiting_ > 0 && taken >= since_) --waiting_;
  }

 private:
  /// As many as kSlowStart has seconds.
  static constexpr std::uint32_t kMostDoublings = 10;

  Instant since_ = Instant::min();
  std::uint32_t waiting_ = 0;
  std::uint32_t answered_ = 0;
};

}  // namespace drover::core
