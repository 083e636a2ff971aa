// What is known of one lane's limits without anybody having configured them: the provider's own word (remaining, limit,
// reset), believed for a while, and, where it says nothing, the rate that its refusals taught. Not the configured
// limits: limit_book.h; not cooldowns: health.h.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/instant.h"
#include "base/quota_hints.h"
#include "base/units.h"
#include "core/window_count.h"

namespace drover::core {

/// A provider's word rules for at most this long without being said again: these fields are hints and sometimes
/// nonsense, and whoever is refused finds out at the price of one attempt.
inline constexpr Duration kHintsHold = std::chrono::seconds(60);
/// More than this of anything per window is nobody's limit.
inline constexpr std::int64_t kMostHinted = 1'000'000'000'000;

/// What a lane has admitted since it exists, in the dimensions that limits count.
using LaneCount = std::array<std::int64_t, kQuotaDimensions>;

/// One limit as its provider told it: a bucket that fills evenly until its reset.
class BelievedLimit {
 public:
  /// `on_the_way`: admitted by us after the request that brought this word, and `since` ago. False: the word was
  /// nonsense and moved nothing.
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

/// A rate of requests learned from refusals. After a refusal it is somewhat less than what was let in; then it comes
/// back to that, stays near it for a while, and rises ever faster (the curve of RFC 9438), until it is refused again or
/// limits nobody any more. A lane that refuses everything teaches nothing about a rate: that is what cooldowns are for.
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
  /// Refusals that belong together, and the requests among which they were.
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
  /// A 429 or 529. It teaches a rate also where a limit is configured or told: what was kept to was not enough, because
  /// others use it too, or because the provider counts over a shorter time. Only where the provider says that this
  /// limit is used up, and refusals are few, it teaches nothing: with a limit that is counted elsewhere some must cross
  /// it.
  void refused(const Amount& estimate, Instant now);

  [[nodiscard]] double learned_per_second() const { return learned_.per_second(); }

 private:
  [[nodiscard]] Instant told_admits_at(const Amount& estimate, Instant now) const;

  std::array<BelievedLimit, kQuotaDimensions> believed_{};
  LearnedRate learned_{};
  LaneCount admitted_{};
  Instant hinted_until_ = Instant::min();
  double excuses_ = 0;  ///< so many refusals by a limit that is told to be used up are expected
};

}  // namespace drover::core
