// When the waiting room is looked at again although no event has made room: for what only the clock brings (a cooldown
// ends, a window moves on) one waiting request, the keeper, sets its timer for all. Which request is served then is the
// room's business (waiting_room.h).
#pragma once

#include <algorithm>

#include "base/instant.h"
#include "core/fleet/waiting_room.h"

namespace drover::core {

class Keeper {
 public:
  /// Notes the time that a caller of the fleet has passed; calls without a time use the latest of these.
  void heard(Instant now) { latest_ = std::max(latest_, now); }
  [[nodiscard]] Instant latest() const { return latest_; }

  /// A waiting request may be let in from `at` on, so the room is to be looked at then.
  void look_by(Instant at) { next_look_ = std::min(next_look_, at); }
  [[nodiscard]] bool due(Instant now) const { return now >= next_look_; }
  /// The room is being looked at now: earlier times for a look do not count any more.
  void looking() { next_look_ = kNever; }

  /// The time for which the waiting request sets its timer: its own deadline or, when it is the keeper, the next look
  /// if that comes sooner. Rings the keeper when the next look comes sooner than the keeper knows.
  [[nodiscard]] Instant timer_of(WaiterId waiter, Instant deadline, WaitingRoom& room) {
    if (!room.stands_in_line(keeper_)) keeper_ = waiter, told_ = kNever;
    if (keeper_ == waiter) {
      told_ = next_look_;
      return std::min(deadline, next_look_);
    }
    if (next_look_ < told_) appoint(room);
    return deadline;
  }
  /// Makes sure that a waiting request knows the next look: rings the keeper, or a new one when that has left the line.
  void appoint(WaitingRoom& room) {
    if (room.stands_in_line(keeper_) && told_ <= next_look_) return;
    if (!room.stands_in_line(keeper_)) keeper_ = room.somebody();
    Waiting* const keeper = room.find(keeper_);
    if (keeper == nullptr) return;
    told_ = next_look_;
    keeper->bell->ring();
  }

 private:
  Instant latest_ = Instant::min();
  Instant next_look_ = kNever;
  WaiterId keeper_{};
  Instant told_ = kNever;  ///< the next look that the keeper knows
};

}  // namespace drover::core
