// Whether a target that has accepted requests has fallen silent (J16): several wait, and for much longer than answers
// usually take nothing has come. Such a target is *suspect*: it gets one request at a time until it answers. Long
// before any timeout; a failure is nobody's yet.
#pragma once

#include <cstdint>
#include <utility>

#include "base/instant.h"

namespace drover::core {

/// Fewer that wait may all be long ones by chance.
inline constexpr std::uint32_t kSuspectFrom = 5;
/// Silence counts from so many times the time within which 99 of 100 answers come.
inline constexpr int kSuspectAfterUsual = 3;
/// And never sooner than this: a garbage collection, a lost packet.
inline constexpr Duration kShortestSilence = std::chrono::milliseconds(500);

class Silence {
 public:
  void taken(Instant now) {
    if (waiting_++ == 0) since_ = now;
  }
  /// One of those that wait does so no longer, answered or not.
  void left() {
    if (waiting_ > 0) --waiting_;
  }
  /// It said something, whatever it was. True: that ended a suspicion.
  bool heard(Instant now) {
    since_ = now;
    return std::exchange(suspect_, false);
  }

  /// Whether it may get no further request now. `limit`: how much silence is suspicious; kNoLimit: unknown.
  [[nodiscard]] bool bars(Instant now, Duration limit) const {
    if (suspect_) return waiting_ > 0;
    return waiting_ >= kSuspectFrom && limit != kNoLimit && now - since_ > limit;
  }
  /// True: it was not suspect before.
  bool suspect() {
    const bool is_new = !suspect_;
    suspect_ = true;
    return is_new;
  }
  [[nodiscard]] bool suspected() const { return suspect_; }
  [[nodiscard]] std::uint32_t waiting() const { return waiting_; }

 private:
  std::uint32_t waiting_ = 0;
  bool suspect_ = false;
  Instant since_{};  ///< the last answer, or when the first of those that wait was taken
};

}  // namespace drover::core
