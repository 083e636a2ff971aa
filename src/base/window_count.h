// How much of something happened within the last stretch of time. Fixed memory, no allocation after construction.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/instant.h"

namespace drover {

/// Counts over a sliding window cut into `Slots` slots. An amount is counted for at least the whole span and at most
/// one slot longer, so that a limit checked against total() is never overrun within any stretch of that length.
template <std::size_t Slots>
class WindowCount {
 public:
  explicit WindowCount(Duration span) : width_(std::max<Duration>(span / Slots, Duration{1})) {}

  /// Adds `amount` (negative: takes back) at `at`, which may lie in the past. What has left the window is ignored.
  /// Returns the total.
  std::int64_t add(Instant at, std::int64_t amount) {
    if (in_newest(at)) {
      slots_[newest_place_] += amount;
      return total_ += amount;
    }
    const std::int64_t slot = slot_of(at);
    advance(slot);
    if (newest_ - slot >= kRing) return total_;
    slots_[place(slot)] += amount;
    return total_ += amount;
  }

  [[nodiscard]] std::int64_t total(Instant now) {
    if (!in_newest(now)) advance(slot_of(now));
    return total_;
  }

  /// The same for somebody who only looks: nothing moves on.
  [[nodiscard]] std::int64_t total_at(Instant now) const {
    std::int64_t total = total_;
    const std::int64_t gone = std::min(slot_of(now) - newest_, kRing);
    for (std::int64_t step = 1; step <= gone; ++step) total -= slots_[place(newest_ + step)];
    return total;
  }

  /// When all that is counted now has left the window, if nothing is added; `now` when it is empty.
  [[nodiscard]] Instant empties_at(Instant now) const {
    for (std::int64_t slot = newest_; slot > newest_ - kRing; --slot) {
      if (slots_[place(slot)] != 0) return std::max(now, Instant(width_ * (slot + kRing)));
    }
    return now;
  }

  /// The sum of the newest `slots`, of which the last has only begun, and when the first of them began.
  struct Latest {
    std::int64_t total = 0;
    Instant since{};
  };
  [[nodiscard]] Latest latest(std::int64_t slots, Instant now) {
    advance(slot_of(now));
    Latest latest{.since = Instant(width_ * (newest_ - slots + 1))};
    for (std::int64_t slot = newest_ - slots + 1; slot <= newest_; ++slot) latest.total += slots_[place(slot)];
    return latest;
  }

  /// When at most `room_for` will be left in the window, if nothing is added: now, later, or kNever for a negative one.
  [[nodiscard]] Instant falls_to(std::int64_t room_for, Instant now) {
    std::int64_t left = total(now);
    if (left <= room_for) return now;
    if (room_for < 0) return kNever;
    for (std::int64_t slot = newest_ - kRing + 1; slot <= newest_; ++slot) {
      left -= slots_[place(slot)];
      if (left <= room_for) return Instant(width_ * (slot + kRing));
    }
    return kNever;  // total_ is the sum of the slots, so this is not reached
  }

 private:
  static constexpr std::int64_t kRing = static_cast<std::int64_t>(Slots) + 1;

  /// Whether `at` falls into the newest slot: nearly always true, and found without a division.
  [[nodiscard]] bool in_newest(Instant at) const { return at >= newest_since_ && at - newest_since_ < width_; }
  [[nodiscard]] std::int64_t slot_of(Instant at) const {
    const std::int64_t since = at.time_since_epoch().count();
    const std::int64_t width = width_.count();
    return since >= 0 ? since / width : -((-since + width - 1) / width);
  }
  [[nodiscard]] static std::size_t place(std::int64_t slot) {
    const std::int64_t rest = slot % kRing;
    return static_cast<std::size_t>(rest < 0 ? rest + kRing : rest);
  }
  void advance(std::int64_t slot) {
    if (slot <= newest_) return;
    const std::int64_t steps = std::min(slot - newest_, kRing);
    for (std::int64_t step = 1; step <= steps; ++step) {
      std::int64_t& old = slots_[place(newest_ + step)];
      total_ -= old;
      old = 0;
    }
    newest_ = slot;
    newest_since_ = Instant(width_ * slot);
    newest_place_ = place(slot);
  }

  Duration width_;
  std::int64_t newest_ = 0;
  Instant newest_since_{};
  std::size_t newest_place_ = 0;
  std::int64_t total_ = 0;
  std::array<std::int64_t, static_cast<std::size_t>(kRing)> slots_{};
};

}  // namespace drover
