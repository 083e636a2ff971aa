// One lane's limits that no configuration names: the limits the provider tells (remaining, limit, reset), believed for
// a while, and where it tells none, the rate that its refusals taught. Configured limits are in limit_book.h, cooldowns
// in health.h.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/instant.h"
#include "base/quota_hints.h"
#include "base/units.h"
#include "base/window_count.h"

namespace drover::core {

/// How long a told limit is believed unless the provider tells it again. These fields are hints and sometimes wrong; a
/// wrong one costs one refused attempt.
inline constexpr Duration kHintsHold = std::chrono::seconds(60);
/// A told limit above this is not believed; sums of such limits stay within 63 bits.
inline constexpr std::int64_t kMostHinted = 1'000'000'000'000;

/// What a lane has admitted since it exists, in the dimensions that limits count.
using LaneCount = std::array<std::int64_t, kQuotaDimensions>;

/// One limit as its provider told it: a bucket that fills evenly until its reset.
class BelievedLimit {
 public:
  /// `on_the_way`: what drover admitted after the request whose answer brought the hint, taken `since` ago. False: the
  /// hint cannot be true and changed nothing.
  bool believe(const QuotaHint& hint, std::int64_t on_the_way, Duration since, Instant now);
  [[nodiscard]] Instant admits_at(std::int64_t amount, Instant now) const;
  void take(std::int64_t amount) { level_ -= static_cast<double>(amount); }
  [[nodiscard]] bool holds(Instant now) const { return now < until_; }

 private:
  double capacity_ = 0;
  double per_second_ = 0;
  double level_ = 0;
  Instant at_ = Instant::min();
  Instant until_ = Instant::min();
};

/// A rate of requests learned from refusals. After a refusal the rate is somewhat below the rate that was let in; then
/// it returns to that, stays near it for a while, and rises ever faster (the curve of RFC 9438), until the next
/// refusal, or until it limits no request any more. A lane that refuses everything teaches no rate: it cools down
/// instead.
class LearnedRate {
 public:
  [[nodiscard]] bool known() const { return now_.per_second > 0; }
  [[nodiscard]] double per_second() const { return now_.per_second; }
  [[nodiscard]] Instant admits_at(Instant now) const;
  void take(Instant now);
  void refused(Instant now);

 private:
  struct Rate {
    double per_second = 0;  ///< 0: nothing learned
    double edge = 0;        ///< what was let in when it was last refused
    double plateau = 0;     ///< seconds from the cut until the rate is there again
    Instant cut_at = Instant::min();
  };
  /// Refusals close in time, and the requests that were taken in that time.
  struct Event {
    std::int64_t taken = 0;
    std::int64_t refused = 0;
    Instant begin = Instant::min();  ///< of the time in which they were taken
    Instant at = Instant::min();     ///< of the first refusal
    [[nodiscard]] double span(Instant now) const;
  };

  void advance(Instant now);
  void begin_event(Instant now);
  void cut(Instant now);
  [[nodiscard]] double burst() const;

  Rate now_{};
  Rate before_{};  ///< before the event
  Event event_{};
  double level_ = 0;
  Instant at_ = Instant::min();
  Instant first_ = Instant::min();  ///< of those that the windows hold
  WindowCount<10> admitted_{std::chrono::seconds(10)};
  std::int64_t since_refusal_ = 0;  ///< taken
  std::int64_t let_in_ = 0;         ///< from the last cut to the last refusal
};

class LaneLimit {
 public:
  /// Cheap enough for every pick: true means that nothing is known.
  [[nodiscard]] bool unknown() const { return !learned_.known() && hinted_until_ == Instant::min(); }
  [[nodiscard]] Instant admits_at(const Amount& estimate, Instant now) const;

  /// Returns what had been admitted before this, to be handed back with the answer's hints.
  LaneCount take(const Amount& estimate, Instant now);
  /// What an answer said, whose request was taken at `taken` after `before`. Returns how many of its values were
  /// nonsense.
  int hint(const QuotaHints& hints, const LaneCount& before, Instant taken, Instant now);
  /// Learns from a 429 or 529, also where a limit is configured or told: the refusal shows that keeping to that limit
  /// was not enough, because other programs use it too, or because the provider counts over a shorter time. Only where
  /// the provider says that this limit is used up, and refusals are few, nothing is learned: some requests always cross
  /// a limit that is counted elsewhere.
  void refused(const Amount& estimate, Instant now);

  [[nodiscard]] double learned_per_second() const { return learned_.per_second(); }

 private:
  [[nodiscard]] Instant told_admits_at(const Amount& estimate, Instant now) const;

  // What every pick asks for comes first.
  Instant hinted_until_ = Instant::min();
  LaneCount admitted_{};
  LearnedRate learned_{};
  double excuses_ = 0;  ///< expected refusals by a told limit that is used up
  std::array<BelievedLimit, kQuotaDimensions> believed_{};
};

}  // namespace drover::core
