#include "sim/play/outcome.h"

#include <algorithm>
#include <utility>

#include "sim/play/truth.h"

namespace drover::sim {
namespace {

/// Short enough that the favourite has not yet learnt that it is crowded.
constexpr Duration kMoment = std::chrono::milliseconds(100);

}  // namespace

Outcome::Outcome(std::string policy, const Scenario& scenario, std::size_t targets)
    : policy_(std::move(policy)), span_(std::max(scenario.span, Duration{1})), moment_at_(targets, 0) {
  course_.started_at.resize(std::min(targets, kTargetsShown));
}

std::size_t Outcome::stretch(Instant now) const {
  const double part = static_cast<double>((now - kScenarioStart).count()) / static_cast<double>(span_.count());
  return std::min(static_cast<std::size_t>(std::max(part, 0.0) * kStretches), kStretches - 1);
}

void Outcome::attempted(std::uint32_t target, Instant now) {
  ++attempts_;
  count_crowd(target, now);
  if (now > kScenarioStart + span_) return;  // after the end of the picture
  ++course_.started[stretch(now)];
  if (target < course_.started_at.size()) ++course_.started_at[target][stretch(now)];
}

void Outcome::count_crowd(std::uint32_t target, Instant now) {
  const std::int64_t moment = (now - kScenarioStart) / kMoment;
  if (moment != moment_) close_crowd();
  moment_ = moment;
  if (moment_at_[target]++ == 0) moment_targets_.push_back(target);
  moment_most_ = std::max(moment_most_, moment_at_[target]);
  ++moment_attempts_;
}

/// A moment with one attempt is no crowd. A moment counts by its number of attempts.
void Outcome::close_crowd() {
  if (moment_attempts_ > 1) {
    crowd_sum_ += static_cast<double>(moment_most_);
    crowd_weight_ += moment_attempts_;
  }
  for (const std::uint32_t target : moment_targets_) moment_at_[target] = 0;
  moment_targets_.clear();
  moment_attempts_ = moment_most_ = 0;
}

void Outcome::answered(Duration to_first_content, Instant now) {
  ++answers_;
  if (now <= kScenarioStart + span_) ++course_.answered[stretch(now)];
  first_contents_.push_back(static_cast<float>(std::chrono::duration<double>(to_first_content).count()));
}

void Outcome::finish() {
  close_crowd();
  herding_ = crowd_weight_ == 0 ? 0 : crowd_sum_ / static_cast<double>(crowd_weight_);
  std::ranges::sort(first_contents_);
}

double Outcome::availability() const {
  const std::uint64_t stayed = answers_ + failed_;
  return stayed == 0 ? 1 : static_cast<double>(answers_) / static_cast<double>(stayed);
}

double Outcome::goodput() const {
  return static_cast<double>(answers_) / std::chrono::duration<double>(span_).count();
}

double Outcome::attempts_per_request() const {
  return requests_ == 0 ? 0 : static_cast<double>(attempts_) / static_cast<double>(requests_);
}

double Outcome::first_content(double share) const {
  if (first_contents_.empty()) return 0;
  const auto at = static_cast<std::size_t>(share * static_cast<double>(first_contents_.size() - 1));
  return first_contents_[at];
}

}  // namespace drover::sim
