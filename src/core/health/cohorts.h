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
    if (count_ == 0 || now - groups_[count_ - 1].since >= width) begin(now);
    Group& group = groups_[count_ - 1];
    group.until = now;
    ++group.waiting;
  }
  /// Takes out a request that was sent at `at`, because it has ended.
  void ended(Instant at, bool answered) {
    for (std::size_t place = count_; place-- > 0;) {
      Group& group = groups_[place];
      if (group.since > at) continue;
      if (group.waiting > 0) --group.waiting;
      if (answered) ++group.answered;
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
      const Group& group = groups_[place];
      if (group.answered > 0) break;
      if (group.waiting == 0) continue;
      const auto age = static_cast<Duration::rep>(static_cast<double>((now - group.until).count()) / slowness);
      found.surprise += group.waiting * usual.surprise(Duration(age));
      found.waiting += group.waiting;
      found.since = group.since;
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
    for (std::size_t place = count_; place-- > 0 && groups_[place].since >= since;) {
      sum.sent += groups_[place].waiting + groups_[place].answered;
      sum.answered += groups_[place].answered;
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
    groups_[count_++] = {.since = now, .until = now};
  }
  /// An answered group says nothing about those before it, so it goes; of silent ones the two are joined whose ages are
  /// most alike.
  void make_room(Instant now) {
    if (groups_[0].answered > 0 || groups_[1].answered > 0) return erase(0);
    std::size_t alike = 0;
    double least = 0;
    for (std::size_t at = 0; at + 1 < count_ && groups_[at + 1].answered == 0; ++at) {
      const auto span = static_cast<double>((groups_[at + 1].until - groups_[at].since).count());
      const double relative = span / static_cast<double>((now - groups_[at + 1].until).count() + 1);
      if (at != 0 && relative >= least) continue;
      alike = at;
      least = relative;
    }
    groups_[alike + 1].since = groups_[alike].since;
    groups_[alike + 1].waiting += groups_[alike].waiting;
    erase(alike);
  }
  void erase(std::size_t at) {
    std::move(groups_.begin() + static_cast<std::ptrdiff_t>(at) + 1, groups_.end(),
              groups_.begin() + static_cast<std::ptrdiff_t>(at));
    --count_;
  }

  std::array<Group, kCohorts> groups_{};
  std::size_t count_ = 0;
};

}  // namespace drover::core
