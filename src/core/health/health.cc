#include "core/health/health.h"

#include <algorithm>

namespace drover::core {
namespace {

/// Doublings after which every time has reached its maximum. It bounds the shift below.
constexpr std::uint16_t kMostDoublings = 20;

/// `first` doubled `times`, at most `most`. A `first` above `most` stays as it is.
Duration doubled(Duration first, std::uint16_t times, Duration most) {
  if (first >= most) return first;
  const std::int64_t factor = std::int64_t{1} << std::min(times, kMostDoublings);
  return first > most / factor ? most : first * factor;
}

Duration jittered(Duration span, Random& random) {
  if (span == kNoLimit) return span;
  return span + Duration(static_cast<Duration::rep>(static_cast<double>(span.count()) * kHealthJitter * random.unit()));
}

}  // namespace

Access HealthNode::access(Instant now) const {
  if (clear(now)) return Access::Open;
  if (out_ == Out::Resting && (out_until_ > now || trial_running_)) return Access::Resting;
  if (cooling_until_ > now) return Access::Cooling;
  if (out_ == Out::Ejected && (out_until_ > now || trial_running_)) return Access::Ejected;
  return Access::Trial;
}

Instant HealthNode::until(Instant now) const {
  Instant latest = std::max(now, cooling_until_);
  if (out_ == Out::No) return latest;
  latest = std::max(latest, out_until_);
  return trial_running_ && latest <= now ? kNever : latest;
}

bool HealthNode::count_failure(const HealthSettings& settings, const Error& error, bool was_trial, Instant now,
                               Random& random) {
  // Requests that were sent before the node went out, and last resorts, tell nothing new when they fail.
  if (out_ != Out::No && !was_trial) return false;
  ++consecutive_;
  ++score_;
  const std::uint32_t count = settings.mode == HealthMode::Score ? score_ : consecutive_;
  if (!was_trial && count < std::max(settings.eject_after, 1U)) return false;
  // Each stretch of health as long as one ejection takes one earlier ejection off the count (J5: times grow while a
  // node flaps, and shrink while it is calm).
  if (!was_trial && ejections_ > 0 && settings.eject_for > Duration::zero() && back_since_ != Instant::min()) {
    const auto calm = (now - back_since_) / settings.eject_for;
    ejections_ = static_cast<std::uint16_t>(std::max<std::int64_t>(ejections_ - calm, 0));
  }
  const Duration span = jittered(doubled(settings.eject_for, ejections_, settings.max_eject_for), random);
  take_out(Out::Ejected, std::min(span, std::max(settings.max_eject_for, settings.eject_for)), error, now);
  return true;
}

void HealthNode::note_failure() {
  if (out_ != Out::No) return;
  ++consecutive_;
  ++score_;
}

bool HealthNode::cool(std::optional<Duration> retry_after, const Error& error, Instant now, Random& random) {
  // The refusals of requests that were in flight together are one event: the guess grows once in each cooldown.
  const bool another = cooling_until_ <= now;
  const Duration told = std::clamp(retry_after.value_or(Duration::zero()), Duration::zero(), kMaxCooldown);
  if (told <= Duration::zero() && !another) return false;
  const std::uint16_t fruitless = another ? cooldowns_ : 0;
  // The provider's Retry-After is believed once. When it has passed and the next request is refused as well, or when it
  // is 0, it tells nothing.
  Duration span = told;
  if (told <= Duration::zero()) {
    span = doubled(kFirstCooldown, fruitless, kMaxGuessedCooldown);
  } else if (fruitless > 0) {
    span = std::max(told, doubled(kFirstCooldown, static_cast<std::uint16_t>(fruitless - 1), kMaxGuessedCooldown));
  }
  if (another && cooldowns_ < kMostDoublings) ++cooldowns_;
  const Instant until = now + std::min(jittered(span, random), kMaxCooldown);
  if (until <= cooling_until_) return false;
  if (another) cooling_since_ = now;
  cooling_until_ = until;
  closed_until_ = std::max(closed_until_, until);
  why_ = error.kind;
  return true;
}

bool HealthNode::rest(Duration first, const Error& error, bool was_trial, Instant now, Random& random) {
  if (out_ == Out::Resting && !was_trial) return false;
  take_out(Out::Resting, jittered(doubled(first, ejections_, kLongRest), random), error, now);
  return true;
}

bool HealthNode::eject_for(Duration span, const Error& error, Instant now, Random& random) {
  if (out_ != Out::No && out_until_ > now) return false;
  take_out(Out::Ejected, jittered(span, random), error, now);
  return true;
}

bool HealthNode::succeed(const HealthSettings& settings, Instant began, Instant now) {
  if (out_ != Out::No && began <= out_since_) return false;
  consecutive_ = 0;
  cooldowns_ = 0;
  if (score_ > 0) --score_;
  if (out_ == Out::No) return false;
  if (settings.mode == HealthMode::Score) score_ = 0;
  out_ = Out::No;
  trial_running_ = false;
  closed_until_ = cooling_until_;
  back_since_ = now;
  return true;
}

void HealthNode::reset() {
  consecutive_ = 0;
  score_ = 0;
  ejections_ = 0;
  out_ = Out::No;
  trial_running_ = false;
  closed_until_ = cooling_until_;
  back_since_ = Instant::min();
}

void HealthNode::stay_out_until(Instant until) {
  if (out_ != Out::No && !trial_running_) out_until_ = std::max(out_until_, until);
}

void HealthNode::begin_trial(Instant now) {
  trial_running_ = true;
  trial_since_ = now;
}

bool HealthNode::end_trial(Instant began) {
  if (!trial_running_ || trial_since_ != began) return false;
  trial_running_ = false;
  return true;
}

Comeback HealthNode::comeback(Instant now) const {
  const Comeback ejection = after_ejection();
  const Comeback cooldown = after_cooldown();
  return cooldown.running(now) && cooldown.until() >= ejection.until() ? cooldown : ejection;
}

double HealthNode::share(Instant now) const {
  const Comeback back = comeback(now);
  if (!back.running(now)) return 1.0;
  const double grown = static_cast<double>((now - back.since).count()) / static_cast<double>(back.over.count());
  return std::clamp(grown, kSlowStartLeast, 1.0);
}

void HealthNode::take_out(Out out, Duration span, const Error& error, Instant now) {
  out_ = out;
  out_since_ = now;
  out_until_ = after(now, span);
  closed_until_ = kNever;
  trial_running_ = false;
  if (ejections_ < kMostDoublings) ++ejections_;
  why_ = error.kind;
}

}  // namespace drover::core
