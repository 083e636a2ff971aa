// The health of one node of the tree: a server address, a provider, a key, a quota, one model at one quota, a target.
// Keeps its cooldown, its ejection, its failures in a row, and the one trial that brings it back. Who is charged is
// decided in blame.h; the fleet walks over a target's nodes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/error.h"
#include "base/instant.h"
#include "base/random.h"
#include "core/health/comeback.h"
#include "core/plan/plan.h"

namespace drover::core {

/// Longest cooldown that a Retry-After can cause: an upstream that says "10 years" is not believed.
inline constexpr Duration kMaxCooldown = std::chrono::hours(1);
/// Cooldown after rate limits that do not say for how long: this, doubling up to the next.
inline constexpr Duration kFirstCooldown = std::chrono::seconds(1);
inline constexpr Duration kMaxGuessedCooldown = std::chrono::seconds(60);
/// Added at random to cooldowns and ejections, so that what was taken out together does not come back together.
inline constexpr double kHealthJitter = 0.10;
/// A used-up allowance or a missing model is looked at again after this; waiting seconds would not help.
inline constexpr Duration kLongRest = std::chrono::minutes(10);
/// A refused key is tried again after this, then twice as long each time up to kLongRest: a refusal may be a provider's
/// slip, and the one request that finds out goes on to another key.
inline constexpr Duration kFirstKeyRest = std::chrono::seconds(30);
/// Whether a node lets a request through, from best to worst; over several nodes the worst counts.
enum class Access : std::uint8_t {
  Open,
  Trial,    ///< was out, and the time is over: one request may try it
  Ejected,  ///< out for failing; usable as a last resort
  Cooling,  ///< a rate limit said so: never usable before its time
  Resting,  ///< a refused key or a used-up allowance: never usable before its time
};

class HealthNode {
 public:
  /// Cheap enough for every pick: true means Open.
  [[nodiscard]] bool clear(Instant now) const { return closed_until_ <= now; }
  [[nodiscard]] Access access(Instant now) const;
  /// When access() may become better (kNever: unknown, a trial is running).
  [[nodiscard]] Instant until(Instant now) const;

  /// Counts a failure. True: this failure took the node out. `was_trial`: the trial's own failure.
  bool count_failure(const HealthSettings& settings, const Error& error, bool was_trial, Instant now, Random& random);
  /// Notes a failure that does not eject by itself, because not enough of the node's parts have failed.
  void note_failure();
  /// Starts or extends a cooldown; never shortens one. True: the cooldown began or grew. A `retry_after` of 0, or one
  /// after which the next request was refused again, is replaced by a guess when the guess is longer.
  bool cool(std::optional<Duration> retry_after, const Error& error, Instant now, Random& random);
  /// Takes the node out at once; it is not used as a last resort. `first` doubles with each repetition up to kLongRest.
  bool rest(Duration first, const Error& error, bool was_trial, Instant now, Random& random);
  /// Takes the node out at once for `span`, but leaves it usable as a last resort (asking for a missing model costs
  /// nothing).
  bool eject_for(Duration span, const Error& error, Instant now, Random& random);
  /// Counts a success of an attempt that began at `began`. True: it brought the node back. An attempt from before the
  /// node went out does not.
  bool succeed(const HealthSettings& settings, Instant began, Instant now);
  /// Brings the node back at once (`when_all_out: reset`). Cooldowns stay.
  void reset();

  /// Starts the one trial; end_trial() names it by `now`. When the node came back by other evidence meanwhile, several
  /// trials may still run; end_trial() is true only for the one that counts.
  void begin_trial(Instant now);
  bool end_trial(Instant began);
  void forget_trial() { trial_running_ = false; }

  /// Notes that a request succeeded or failed at this node: probe results are ignored for one interval.
  void hear(Instant now) { heard_at_ = now; }
  [[nodiscard]] bool heard_within(Duration span, Instant now) const { return heard_at_ > now - span; }
  /// While the node is out: no trial before `until`, because a probe can test the node without a client's request.
  /// Never shortens.
  void stay_out_until(Instant until);
  [[nodiscard]] bool trial_running() const { return trial_running_; }

  /// The part of its usual share that the node takes, 1 but for a while after its return.
  [[nodiscard]] double share(Instant now) const;
  /// Its latest return, as of `now`: by a success, or by the end of a cooldown.
  [[nodiscard]] Comeback comeback(Instant now) const;
  /// When its slow start will be over, also that of a cooldown which has not ended yet.
  [[nodiscard]] Instant slow_until() const { return std::max(after_ejection().until(), after_cooldown().until()); }

  [[nodiscard]] std::uint32_t consecutive_failures() const { return consecutive_; }
  [[nodiscard]] std::uint32_t score() const { return score_; }
  [[nodiscard]] ErrorKind why() const { return why_; }

 private:
  enum class Out : std::uint8_t { No, Ejected, Resting };
  void take_out(Out out, Duration span, const Error& error, Instant now);
  [[nodiscard]] Comeback after_ejection() const { return {.since = back_since_}; }
  [[nodiscard]] Comeback after_cooldown() const {
    return {.since = cooling_until_, .over = std::min(kSlowStart, cooling_until_ - cooling_since_)};
  }

  Instant closed_until_ = Instant::min();  ///< what clear() looks at: kNever while out, else the end of a cooldown
  Instant cooling_since_ = Instant::min();
  Instant cooling_until_ = Instant::min();
  Instant out_until_ = Instant::min();
  Instant out_since_ = Instant::min();
  Instant back_since_ = Instant::min();
  Instant trial_since_ = Instant::min();
  Instant heard_at_ = Instant::min();
  std::uint32_t consecutive_ = 0;
  std::uint32_t score_ = 0;
  std::uint16_t ejections_ = 0;  ///< how often lately, for the growing span
  std::uint16_t cooldowns_ = 0;  ///< guessed ones in a row
  Out out_ = Out::No;
  bool trial_running_ = false;
  ErrorKind why_ = ErrorKind::NoUpstream;
};

}  // namespace drover::core
