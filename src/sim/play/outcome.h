// The result of one policy, or of the oracle, in a scenario: counts, latencies and a course over time.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/instant.h"
#include "sim/play/scenario.h"

namespace drover::sim {

/// Number of equal stretches of time in a scenario's course.
inline constexpr std::size_t kStretches = 240;
/// Most targets whose own course is kept.
inline constexpr std::size_t kTargetsShown = 24;

struct Course {
  std::array<std::uint32_t, kStretches> asked{};
  std::array<std::uint32_t, kStretches> answered{};  ///< by the time of the end
  std::array<std::uint32_t, kStretches> failed{};
  std::array<std::uint32_t, kStretches> started{};                  ///< attempts
  std::vector<std::array<std::uint32_t, kStretches>> started_at{};  ///< by target
};

class Outcome {
 public:
  Outcome(std::string policy, const Scenario& scenario, std::size_t targets);

  // While the scenario is played.
  void asked(Instant now) { ++requests_, ++course_.asked[stretch(now)]; }
  void attempted(std::uint32_t target, Instant now);
  void spent(double usd) { usd_ += usd; }
  void answered(Duration to_first_content, Instant now);
  void failed(Instant now) { ++failed_, ++course_.failed[stretch(now)]; }
  void left() { ++left_; }
  /// After the last event.
  void finish();

  [[nodiscard]] const std::string& policy() const { return policy_; }
  [[nodiscard]] std::uint64_t requests() const { return requests_; }
  [[nodiscard]] std::uint64_t answers() const { return answers_; }
  [[nodiscard]] std::uint64_t failures() const { return failed_; }
  [[nodiscard]] std::uint64_t leavers() const { return left_; }
  [[nodiscard]] std::uint64_t attempts() const { return attempts_; }
  /// The share of answered requests, of those whose client stayed.
  [[nodiscard]] double availability() const;
  /// Whole answers a second.
  [[nodiscard]] double goodput() const;
  [[nodiscard]] double attempts_per_request() const;
  /// The time in seconds from arrival to first content that `share` of the answered requests do not exceed. After
  /// finish().
  [[nodiscard]] double first_content(double share) const;
  [[nodiscard]] double usd() const { return usd_; }
  /// How crowded the favourite of each moment was: the share of the attempts in a tenth of a second that went to one
  /// target, on average; 1 means that all went to one.
  [[nodiscard]] double herding() const { return herding_; }
  [[nodiscard]] const Course& course() const { return course_; }

 private:
  [[nodiscard]] std::size_t stretch(Instant now) const;
  void count_crowd(std::uint32_t target, Instant now);
  void close_crowd();

  std::string policy_;
  Duration span_;
  std::uint64_t requests_ = 0;
  std::uint64_t answers_ = 0;
  std::uint64_t failed_ = 0;
  std::uint64_t left_ = 0;
  std::uint64_t attempts_ = 0;
  double usd_ = 0;
  double herding_ = 0;
  std::vector<float> first_contents_;
  Course course_;
  // The current tenth of a second.
  std::int64_t moment_ = -1;
  std::uint32_t moment_attempts_ = 0;
  std::uint32_t moment_most_ = 0;
  std::vector<std::uint32_t> moment_at_;
  std::vector<std::uint32_t> moment_targets_;
  double crowd_sum_ = 0;
  std::uint64_t crowd_weight_ = 0;
};

}  // namespace drover::sim
