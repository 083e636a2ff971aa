// The limits of every lane of a plan that no configuration names (lane_limit.h), by the lane's place, and what
// upstreams say about them that cannot be true. Configured limits are in limit_book.h.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/instant.h"
#include "base/quota_hints.h"
#include "core/limits/lane_limit.h"

namespace drover::core {

/// An upstream that sends impossible values sends them with every answer: one log line in this time is enough.
inline constexpr Duration kTellNonsenseEvery = std::chrono::minutes(10);

class LaneBook {
 public:
  /// Adds a lane, whose `name` is the same in every plan. Returns its place.
  std::uint32_t add(std::string name) {
    limits_.emplace_back();
    names_.push_back(std::move(name));
    told_.push_back(kNeverTold);
    return static_cast<std::uint32_t>(limits_.size() - 1);
  }
  [[nodiscard]] LaneLimit& operator[](std::uint32_t lane) { return limits_[lane]; }
  [[nodiscard]] const LaneLimit& operator[](std::uint32_t lane) const { return limits_[lane]; }
  /// The names of all lanes, in the order of their places.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

  /// Takes the hints of an answer whose request was taken at `taken` after `before` (LaneLimit::take), and counts the
  /// impossible values among them. True: the log is to be told of those, once in kTellNonsenseEvery for each lane.
  [[nodiscard]] bool hint(std::uint32_t lane, const QuotaHints& hints, const LaneCount& before, Instant taken,
                          Instant now) {
    const int nonsense = limits_[lane].hint(hints, before, taken, now);
    if (nonsense == 0) return false;
    nonsense_ += static_cast<std::uint64_t>(nonsense);
    if (told_[lane] != kNeverTold && now - told_[lane] < kTellNonsenseEvery) return false;
    told_[lane] = now;
    return true;
  }
  /// Counts an impossible value of an outcome (its usage or its Retry-After).
  void count_nonsense() { ++nonsense_; }
  /// How many values upstreams have sent that cannot be true.
  [[nodiscard]] std::uint64_t nonsense() const { return nonsense_; }

  /// Whether refusals have taught the rate of any lane.
  [[nodiscard]] bool any_rate_learned() const {
    return std::ranges::any_of(limits_, [](const LaneLimit& limit) { return limit.learned_per_second() > 0; });
  }

  /// Copies what another book knows about its lane `there` to the lane `here`.
  void carry(std::uint32_t here, const LaneBook& from, std::uint32_t there) {
    limits_[here] = from.limits_[there];
    told_[here] = from.told_[there];
  }
  /// Takes over the count of impossible values.
  void take_count(const LaneBook& from) { nonsense_ = from.nonsense_; }

 private:
  static constexpr Instant kNeverTold = Instant::min();

  std::vector<LaneLimit> limits_;
  std::vector<std::string> names_;  ///< one for each limit
  std::vector<Instant> told_;       ///< one for each limit: when the log was last told of impossible values
  std::uint64_t nonsense_ = 0;
};

}  // namespace drover::core
