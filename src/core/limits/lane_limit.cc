#include "core/limits/lane_limit.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace drover::core {
namespace {

using std::chrono::seconds;

/// Refusals within this of one another are one event: a burst that was under way together.
constexpr Duration kOneEvent = seconds(1);
/// Less than the first of what was believed let in means that the guess is still far off; else it is the fine edge of
/// the limit.
constexpr double kCoarseCut = 0.7;
constexpr double kFineCut = 0.96;
/// How steep the curve is, as a share of the edge per cubic second: from a fine cut it is back at the edge in ten
/// seconds, from a coarse one in twenty; half a minute later it is at twice the edge.
constexpr double kSteep = 4e-5;
/// A rate that has grown to this multiple of the edge without a refusal limits nobody any more.
constexpr double kForgetAt = 3.0;
/// A rate must be able to recover; limits below this are left to cooldowns.
constexpr double kLeastRate = 0.1;
/// Fewer that were let in say nothing about a rate: others may have used it up, or nothing is let in at all.
constexpr std::int64_t kEnoughToLearn = 5;
/// What was let in is counted over at most so long, for the first guess also over two to three seconds.
constexpr Duration kWindow = seconds(10);
constexpr std::int64_t kLatelySlots = 3;
/// A burst is not taken for a rate in less than this.
constexpr Duration kShortest = seconds(1);
/// Of those that are let in at the edge of a limit that is told, so many are refused although nothing is wrong; and at
/// most so many of them are forgiven at once.
constexpr double kExpectedRefusals = 0.05;
constexpr double kMostExcuses = 10;
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
  return std::max(1.0, now_.per_second * kBurstSeconds);
}

void LearnedRate::advance(Instant now) {
  const double passed = at_ == Instant::min() ? 0 : std::max(in_seconds(now - at_), 0.0);
  at_ = now;
  if (!known()) return;
  level_ = std::min(level_ + passed * now_.per_second, burst());
  const double from_edge = in_seconds(now - now_.cut_at) - now_.plateau;
  now_.per_second = now_.edge * (1 + kSteep * from_edge * from_edge * from_edge);
  if (now_.per_second > now_.edge * kForgetAt) now_ = {};
}

Instant LearnedRate::admits_at(Instant now) const {
  if (!known()) return now;
  const double level = level_ + std::max(in_seconds(now - at_), 0.0) * now_.per_second;
  // A hair less than one is one: a wait that ends exactly then must not begin again.
  if (level >= 0.999999) return now;
  return after_seconds(now, (1 - level) / now_.per_second, now + kHintsHold);
}

void LearnedRate::take(Instant now) {
  advance(now);
  if (known()) level_ -= 1;
  if (admitted_.add(now, 1) <= 1) first_ = now;
  ++since_refusal_;
}

void LearnedRate::refused(Instant now) {
  advance(now);
  if (event_.at == Instant::min() || now - event_.at >= kOneEvent) begin_event(now);
  event_.taken += std::exchange(since_refusal_, 0);
  ++event_.refused;
  admitted_.add(now, -1);
  cut(now);
}

/// What counts is the time since the last cut, at most the window.
void LearnedRate::begin_event(Instant now) {
  before_ = now_;
  if (known() && now - now_.cut_at < kWindow) {
    event_ = {.taken = let_in_, .begin = now_.cut_at, .at = now};
    return;
  }
  const Instant first = std::min(first_, now - kShortest);
  event_ = {.taken = admitted_.total(now) - since_refusal_, .begin = std::max(first, now - kWindow), .at = now};
  if (known()) return;
  // The first guess may be too high, for the next event tells better; one that is too low costs throughput for long.
  const auto [lately, since] = admitted_.latest(kLatelySlots, now);
  const Event late{.taken = lately - since_refusal_, .begin = std::max(first, since), .at = now};
  const auto rate = [&](const Event& event) {
    return static_cast<double>(event.taken + since_refusal_) / event.span(now);
  };
  if (late.taken + since_refusal_ >= kEnoughToLearn && rate(late) > rate(event_)) event_ = late;
}

/// With each refusal of an event it is known better how much was let in.
void LearnedRate::cut(Instant now) {
  let_in_ = std::max<std::int64_t>(event_.taken - event_.refused, 0);
  now_ = before_;
  if (let_in_ < kEnoughToLearn) return;
  const double seen = static_cast<double>(let_in_) / event_.span(now);
  const double believed = before_.per_second;
  const double share = believed > 0 && seen > kCoarseCut * believed ? kFineCut : kCoarseCut;
  now_.edge = std::max(believed > 0 ? std::min(seen, believed) : seen, kLeastRate);
  now_.per_second = now_.edge * share;
  now_.plateau = std::cbrt((1 - share) / kSteep);
  now_.cut_at = now;
  level_ = std::min(level_, 0.0);
  let_in_ = 0;
}

double LearnedRate::Event::span(Instant now) const {
  return std::max(in_seconds(now - begin), 0.001);
}

Instant LaneLimit::admits_at(const Amount& estimate, Instant now) const {
  return std::max(learned_.admits_at(now), told_admits_at(estimate, now));
}

Instant LaneLimit::told_admits_at(const Amount& estimate, Instant now) const {
  if (hinted_until_ <= now) return now;
  Instant at = now;
  const LaneCount wanted = counts_of(estimate);
  for (std::size_t dimension = 0; dimension < kQuotaDimensions; ++dimension) {
    at = std::max(at, believed_[dimension].admits_at(wanted[dimension], now));
  }
  return at;
}

LaneCount LaneLimit::take(const Amount& estimate, Instant now) {
  const LaneCount taken = counts_of(estimate);
  learned_.take(now);
  excuses_ = std::min(excuses_ + kExpectedRefusals, kMostExcuses);
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

void LaneLimit::refused(const Amount& estimate, Instant now) {
  if (excuses_ >= 1 && told_admits_at(estimate, now) > now) {
    excuses_ -= 1;
    return;
  }
  learned_.refused(now);
}

}  // namespace drover::core
