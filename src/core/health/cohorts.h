// Requests that wait for an answer, in groups by when they were sent: enough to tell how likely it is that a healthy
// target would not have answered any of the latest requests yet. Fixed memory.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "base/instant.h"
#include "core/latency/latency_sketch.h"

namespace drover::core {

/// Groups kept: each of the latest spans a small part of the usual answer's time, so that together they reach back
/// twice that time, in which most of a healthy target's requests are answered; older silent ones are joined.
inline constexpr std::size_t kCohorts = 24;
inline constexpr int kCohortsPerAnswer = 12;

/// How long answers usually take, as the times within which these shares of them came.
struct UsualWaits {
  static constexpr std::array<double, 6> kShares = {0.05, 0.15, 0.30, 0.50, 0.75, 0.90};
  std::array<Duration, kShares.size()> within{};
  Duration cohort{};  ///< what one group of requests may span; zero: nothing is known yet

  [[nodiscard]] bool known() const { return cohort > Duration::zero(); }
  void learn(const std::array<Duration, kShares.size()>& times) {
    within = times;
    cohort = std::max<Duration>(within[3] / kCohortsPerAnswer, std::chrono::milliseconds(1));
  }
  /// How unlikely an answer that takes longer than `age` is, as -ln of that chance. Ages beyond the time of nine in ten
  /// answers add nothing, so that one slow kind of request does not weigh like many.
  [[nodiscard]] double surprise(Duration age) const {
    if (age < within.front()) return 0;
    std::size_t at = 0;
    while (at + 1 < within.size() && age >= within[at + 1]) ++at;
    double share = kShares[at];
    if (at + 1 < within.size() && within[at + 1] > within[at]) {
      const auto part =
          static_cast<double>((age - within[at]).count()) / static_cast<double>((within[at + 1] - within[at]).count());
      share += part * (kShares[at + 1] - kShares[at]);
    }
    return -std::log1p(-share);
  }
};

class Cohorts {
 public:
  /// `width`: what one group may span.
  void sent(Instant now, Duration width) {
    if (count_ == 0 || now - group(count_ - 1).since >= width) begin(now);
    Group& latest = group(count_ - 1);
    latest.until = now;
    ++latest.waiting;
  }
  /// Takes out a request that was sent at `at`, because it has ended.
  void ended(Instant at, bool answered) {
    for (std::size_t place = count_; place-- > 0;) {
      Group& known = group(place);
      if (known.since > at) continue;
      if (known.waiting > 0) --known.waiting;
      if (answered) ++known.answered;
      return;
    }
  }
  void clear() { count_ = 0; }

  /// The latest groups of which no request was answered.
  struct Silent {
    double surprise = 0;  ///< -ln of the chance that nothing of them would have been answered
    std::uint32_t waiting = 0;
    Instant since = kNever;  ///< when the first of them was sent
  };
  /// `slowness`: how many times as long as usual this target is known to take.
  [[nodiscard]] Silent silent(const UsualWaits& usual, double slowness, Instant now) const {
    Silent found;
    for (std::size_t place = count_; place-- > 0;) {
      const Group& known = group(place);
      if (known.answered > 0) break;
      if (known.waiting == 0) continue;
      const auto age = static_cast<Duration::rep>(static_cast<double>((now - known.until).count()) / slowness);
      found.surprise += known.waiting * usual.surprise(Duration(age));
      found.waiting += known.waiting;
      found.since = known.since;
    }
    return found;
  }

  struct Sum {
    std::uint64_t sent = 0;
    std::uint64_t answered = 0;
    Sum& operator+=(const Sum& other) {
      sent += other.sent;
      answered += other.answered;
      return *this;
    }
  };
  /// Of the groups that began at `since` or later.
  [[nodiscard]] Sum from(Instant since) const {
    Sum sum;
    for (std::size_t place = count_; place-- > 0 && group(place).since >= since;) {
      sum.sent += group(place).waiting + group(place).answered;
      sum.answered += group(place).answered;
    }
    return sum;
  }

 private:
  struct Group {
    Instant since{};
    Instant until{};
    std::uint32_t waiting = 0;
    std::uint32_t answered = 0;
  };

  void begin(Instant now) {
    if (count_ == kCohorts) make_room(now);
    group(count_++) = {.since = now, .until = now};
  }
  /// An answered group says nothing about those before it, so it goes; of silent ones the two are joined whose ages are
  /// most alike.
  void make_room(Instant now) {
    if (group(0).answered > 0 || group(1).answered > 0) return erase(0);
    std::size_t alike = 0;
    double least = 0;
    for (std::size_t at = 0; at + 1 < count_ && group(at + 1).answered == 0; ++at) {
      const auto span = static_cast<double>((group(at + 1).until - group(at).since).count());
      const double relative = span / static_cast<double>((now - group(at + 1).until).count() + 1);
      if (at != 0 && relative >= least) continue;
      alike = at;
      least = relative;
    }
    group(alike + 1).since = group(alike).since;
    group(alike + 1).waiting += group(alike).waiting;
    erase(alike);
  }
  /// The groups before it move up; the first one goes without a copy, which is what a busy target does all the time.
  void erase(std::size_t at) {
    for (; at > 0; --at) group(at) = group(at - 1);
    first_ = first_ + 1 == kCohorts ? 0 : first_ + 1;
    --count_;
  }
  [[nodiscard]] Group& group(std::size_t place) {
    const std::size_t slot = first_ + place;
    return groups_[slot < kCohorts ? slot : slot - kCohorts];
  }
  [[nodiscard]] const Group& group(std::size_t place) const {
    const std::size_t slot = first_ + place;
    return groups_[slot < kCohorts ? slot : slot - kCohorts];
  }

  std::uint32_t first_ = 0;  ///< the slot of the oldest group: the groups are a ring
  std::uint32_t count_ = 0;
  std::array<Group, kCohorts> groups_{};
};

}  // namespace drover::core
