#include "core/lane_limit.h"

#include <algorithm>
#include <cmath>

namespace drover::core {
namespace {

using std::chrono::seconds;

/// Refusals within this of one another are one event: a burst that was under way together.
constexpr Duration kOneEvent = seconds(1);
/// A refusal soon after the last cut means that the guess is still far off; later it is the fine edge of the limit.
constexpr Duration kSettled = seconds(10);
constexpr double kCoarseCut = 0.7;
constexpr double kFineCut = 0.96;
/// Growth per second, as a share of the rate at the last cut: from one fine cut back to the edge takes ten seconds.
constexpr double kRaise = 0.004;
/// A rate that has grown to this multiple of the last cut without a refusal limits nobody any more.
constexpr double kForgetAt = 3.0;
/// A rate must be able to recover; limits below this are left to cooldowns.
constexpr double kLeastRate = 0.1;
/// Fewer that were let in within the last ten seconds say nothing about a rate: others may have used it up.
constexpr std::int64_t kEnoughToLearn = 5;
/// So much may be caught up at once after a pause.
constexpr double kBurstSeconds = 2.0;

double in_seconds(Duration span) {
  return std::chrono::duration<double>(span).count();
}

/// A wait in seconds as a time; a wait beyond all measure ends at `latest`.
Instant after_seconds(Instant now, double wait, Instant latest) {
  if (!(wait < in_seconds(latest - now))) return latest;
  return now + Duration(static_cast<Duration::rep>(std::ceil(wait * 1e9)));
}

/// In the order of QuotaDimension.
LaneCount counts_of(const Amount& amount) {
  const std::int64_t input = std::clamp<std::int64_t>(amount.input_tokens.value, 0, kMostHinted);
  const std::int64_t output = std::clamp<std::int64_t>(amount.output_tokens.value, 0, kMostHinted);
  return {amount.requests.value, input + output, input, output};
}

}  // namespace

bool BelievedLimit::believe(const QuotaHint& hint, std::int64_t on_the_way, Duration since, Instant now) {
  const bool sane = hint.limit.value_or(1) > 0 && hint.limit.value_or(1) <= kMostHinted &&
                    hint.remaining.value_or(0) >= 0 && hint.remaining.value_or(0) <= hint.limit.value_or(kMostHinted) &&
                    hint.reset.value_or(Duration::zero()) >= Duration::zero();
  if (!sane) return false;
  if (!hint.limit || !hint.remaining || !hint.reset) return true;  // too little to reckon with
  capacity_ = static_cast<double>(*hint.limit);
  const auto remaining = static_cast<double>(*hint.remaining);
  const double reset = in_seconds(*hint.reset);
  per_second_ = reset > 0 && remaining < capacity_ ? (capacity_ - remaining) / reset : capacity_ / 60;
  // Whether the provider counted before or after what we sent meanwhile cannot be known. At the limit we send as fast
  // as it refills, so the two cancel out; only a burst beyond the refill is held against what remains.
  const double beyond = static_cast<double>(on_the_way) - per_second_ * in_seconds(since);
  level_ = remaining - std::max(beyond, 0.0);
  at_ = now;
  until_ = now + std::clamp(*hint.reset, Duration{1}, kHintsHold);
  return true;
}

Instant BelievedLimit::admits_at(std::int64_t amount, Instant now) const {
  if (!holds(now)) return now;
  const double wanted = std::min(static_cast<double>(amount), capacity_);
  const double level = std::min(level_ + per_second_ * in_seconds(now - at_), capacity_);
  if (level >= wanted) return now;
  return after_seconds(now, (wanted - level) / per_second_, until_);
}

double LearnedRate::burst() const {
  return std::max(1.0, per_second_ * kBurstSeconds);
}

void LearnedRate::advance(Instant now) {
  const double passed = at_ == Instant::min() ? 0 : std::max(in_seconds(now - at_), 0.0);
  at_ = now;
  if (!known()) return;
  level_ = std::min(level_ + passed * per_second_, burst());
  per_second_ += passed * kRaise * at_cut_;
  if (per_second_ > at_cut_ * kForgetAt) per_second_ = 0;
}

Instant LearnedRate::admits_at(Instant now) const {
  if (!known()) return now;
  const double level = level_ + std::max(in_seconds(now - at_), 0.0) * per_second_;
  // A hair less than one is one: a wait that ends exactly then must not begin again.
  if (level >= 0.999999) return now;
  return after_seconds(now, (1 - level) / per_second_, now + kHintsHold);
}

void LearnedRate::take(Instant now) {
  advance(now);
  if (known()) level_ -= 1;
  if (!first_) first_ = now;
  admitted_.add(now, 1);
}

void LearnedRate::refused(Instant now) {
  advance(now);
  admitted_.add(now, -1);
  if (cut_at_ != Instant::min() && now - cut_at_ < kOneEvent) return;
  if (!known() && admitted_.total(now) < kEnoughToLearn) return;
  const double span = first_ ? std::clamp(in_seconds(now - *first_), 1.0, 10.0) : 1.0;
  double seen = static_cast<double>(admitted_.total(now)) / span;
  if (known()) seen = std::min(seen, per_second_);
  const bool coarse = cut_at_ == Instant::min() || now - cut_at_ < kSettled;
  per_second_ = std::max(seen * (coarse ? kCoarseCut : kFineCut), kLeastRate);
  at_cut_ = per_second_;
  level_ = std::min(level_, 0.0);
  cut_at_ = now;
}

Instant LaneLimit::admits_at(const Amount& estimate, Instant now) const {
  Instant at = learned_.admits_at(now);
  if (hinted_until_ <= now) return at;
  const LaneCount wanted = counts_of(estimate);
  for (std::size_t dimension = 0; dimension < kQuotaDimensions; ++dimension) {
    at = std::max(at, believed_[dimension].admits_at(wanted[dimension], now));
  }
  return at;
}

LaneCount LaneLimit::take(const Amount& estimate, Instant now) {
  const LaneCount taken = counts_of(estimate);
  learned_.take(now);
  for (std::size_t dimension = 0; dimension < kQuotaDimensions; ++dimension) {
    admitted_[dimension] += taken[dimension];
    believed_[dimension].take(taken[dimension]);
  }
  return admitted_;
}

int LaneLimit::hint(const QuotaHints& hints, const LaneCount& before, Instant taken, Instant now) {
  int nonsense = 0;
  for (std::size_t dimension = 0; dimension < kQuotaDimensions; ++dimension) {
    const QuotaHint& hint = hints.by_dimension[dimension];
    if (!hint.any()) continue;
    const std::int64_t on_the_way = admitted_[dimension] - before[dimension];
    if (!believed_[dimension].believe(hint, on_the_way, now - taken, now)) {
      ++nonsense;
      continue;
    }
    if (believed_[dimension].holds(now)) hinted_until_ = now + kHintsHold;
  }
  return nonsense;
}

void LaneLimit::refused(bool configured, Instant now) {
  // A limit that is configured or told is known better than it could be learned.
  if (configured || believed_[static_cast<std::size_t>(QuotaDimension::AllRequests)].holds(now)) return;
  learned_.refused(now);
}

}  // namespace drover::core
