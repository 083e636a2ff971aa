// How Dispatch finds the next attempt: an untried target at once, else it waits for one, else it repeats a tried one
// after a backoff.
#include <algorithm>
#include <utility>

#include "core/dispatch/answer_table.h"
#include "core/dispatch/backoff.h"
#include "core/dispatch/dispatch.h"

namespace drover::core {
namespace {

/// Least wait, in case the fleet names a time that has passed: without it Dispatch would ask the fleet in a loop.
constexpr Duration kShortestWait = std::chrono::milliseconds(1);

/// Why nothing more is tried, if this pick is the last.
Stop stop_of(const PickAnswer& answer) {
  if (answer.refusal == WaitRefusal::RoomFull) return Stop::RoomFull;
  if (answer.refusal == WaitRefusal::ClientFull) return Stop::ClientFull;
  if (answer.asker_limited) return Stop::AskersLimit;
  const bool later = answer.kind == PickKind::Wait || answer.refusal != WaitRefusal::None;
  return later ? Stop::TooLate : Stop::NothingLeft;
}

}  // namespace

PickRequest Dispatch::pick_request() {
  return {.route = request_.route,
          .tried = tried(),
          .fence = request_.fence,
          .owner = request_.owner,
          .asker = request_.asker,
          .api = request_.api,
          .affinity = request_.affinity,
          .estimate = request_.estimate,
          .streamed = request_.answer == AnswerKind::Stream,
          .notes = &skips_};
}

/// Whether an attempt at `next` is allowed. The first attempt and a failover in a pool that mostly works are free;
/// every other attempt takes from the retry budget.
bool Dispatch::paid(TargetId next, Instant now) {
  return attempts_started_ == 0 || fleet_->failover_is_free(next, now) || spend_retry(now);
}

/// Takes one retry from the budget that all requests share. A client that says it retries by itself pays for its own
/// repetitions with them: its request gets no paid retry and takes nothing from the budget, so a false claim harms this
/// client alone.
bool Dispatch::spend_retry(Instant now) {
  return !request_.clients_retry && fleet_->spend_retry(now);
}

void Dispatch::seek(Step& step) {
  waiting_ = false;
  stop_ = Stop::Draining;
  if (draining_) return end_with({.error = told_to_client({.kind = ErrorKind::Shed})}, step);
  stop_ = Stop::MostAttempts;
  if (attempts_started_ >= kMaxAttempts) return end_with_failure(step);
  stop_ = Stop::Walk;
  skips_.choosing(attempts_started_ + 1);

  PickAnswer elsewhere;
  if (tried_.size() < walk_) {
    elsewhere = pick_or_wait(step.now);
    stop_ = stop_of(elsewhere);
    if (elsewhere.kind == PickKind::Picked) {
      Lease lease(*fleet_, elsewhere.ticket);
      stop_ = Stop::Budget;
      if (!paid(lease.target(), step.now)) return end_with_failure(step);
      return start(std::move(lease), /*fresh=*/false, step);
    }
  }

  bool started = false;
  const Instant repeat = repeat_at(step, started);
  if (started) return;

  // The queue deadline bounds the wait for capacity; the total deadline alone bounds the backoff.
  Instant capacity = kNever;
  if (elsewhere.kind == PickKind::Wait) {
    capacity = std::max(elsewhere.wait_until, step.now + kShortestWait);
    const Instant latest = std::min(queue_until(step.now), total_at_);
    if (capacity > latest) capacity = elsewhere.waiter.any() ? latest : kNever;
  }
  const Instant until = std::min(capacity, repeat);
  if (until < total_at_ || elsewhere.waiter.any()) {
    return wait(until, capacity <= repeat ? TimerKind::Queue : TimerKind::Backoff, step);
  }
  if (until != kNever) stop_ = Stop::TooLate;
  if (attempts_started_ == 0) return end_without_capacity(elsewhere, step);
  end_with_failure(step);
}

/// Picks an untried target, or takes a place in the waiting room.
PickAnswer Dispatch::pick_or_wait(Instant now) {
  PickRequest request = pick_request();
  request.bell = request_.bell;
  request.waiter = place_.id();
  request.patient_until = std::min(queue_until(now), total_at_);
  const PickAnswer answer = fleet_->pick(request, now, *random_);
  if (answer.waiter.any()) {
    if (!(answer.waiter == place_.id())) place_ = WaitingPlace(*fleet_, answer.waiter);
  } else {
    place_.ended();
  }
  return answer;
}

/// When a tried target may be tried again, kNever if it may not. Starts the attempt when that time has come.
Instant Dispatch::repeat_at(Step& step, bool& started) {
  const auto again = repeatable();
  if (again.empty()) return kNever;
  if (!repeat_paid_ && !spend_retry(step.now)) {
    stop_ = Stop::Budget;
    return kNever;
  }
  repeat_paid_ = true;  // taken before the backoff, so that a retry storm ends at once and not after the backoff
  if (!backoff_until_) backoff_until_ = after(step.now, backoff(request_.plan->retry, repeats_, *random_));

  PickRequest request = pick_request();
  request.tried = {again.begin(), again.size()};
  request.again = true;
  request.look = step.now < *backoff_until_;
  const PickAnswer answer = fleet_->pick(request, step.now, *random_);
  if (answer.kind == PickKind::None) return kNever;
  if (answer.kind == PickKind::Wait) {
    const Instant until = std::max({answer.wait_until, *backoff_until_, step.now + kShortestWait});
    if (until <= queue_until(step.now)) return until;
    stop_ = Stop::TooLate;
    return kNever;
  }
  if (request.look) return *backoff_until_;
  Lease lease(*fleet_, answer.ticket);
  repeat_paid_ = false;
  backoff_until_.reset();
  ++repeats_;
  started = true;
  start(std::move(lease), /*fresh=*/false, step);
  return step.now;
}

/// The queue deadline. It counts from the first time that this request has to wait.
Instant Dispatch::queue_until(Instant now) const {
  if (queue_until_ || request_.route->pools.empty()) return queue_until_.value_or(now);
  return after(now, request_.plan->pools[request_.route->pools.front().index()].timeouts.queue);
}

FixedVector<TargetId, kMaxWalk> Dispatch::repeatable() const {
  // Least recently tried first. notes_ has the order of first attempts, which differs from that only after repetitions.
  FixedVector<TargetId, kMaxWalk> again;
  for (std::uint32_t attempts = 1; attempts <= request_.plan->retry.same_target; ++attempts) {
    for (std::size_t at = 0; at < tried_.size(); ++at) {
      if (notes_[at].repeatable && notes_[at].attempts == attempts) (void)again.push_back(tried_[at]);
    }
    if (attempts >= kMaxAttempts) break;
  }
  return again;
}

void Dispatch::wait(Instant until, TimerKind timer, Step& step) {
  waiting_ = true;
  if (!queue_until_) queue_until_ = queue_until(step.now);
  if (waiting_since_ == kNever) waiting_since_ = step.now;
  if (timer == TimerKind::Queue) step.say(WaitForCapacity{until});
  disarm(timer == TimerKind::Queue ? TimerKind::Backoff : TimerKind::Queue, step);
  arm(timer, until, step);
}

void Dispatch::stop_waiting_at(Instant now) {
  place_.leave();
  if (waiting_since_ != kNever) waited_ += now - std::exchange(waiting_since_, kNever);
}

/// Whether this request may be sent a second time while the first attempt runs.
bool Dispatch::may_have_second() const {
  return !seconded_ && !draining_ && state_ != State::Committed && request_.replay == Replay::Free &&
         request_.plan->retry.ambiguous != Ambiguous::Never && tried_.size() < walk_ &&
         attempts_started_ < kMaxAttempts;
}

/// Starts a second attempt at another target because the running attempt is late; the first answer is used. Beside a
/// trial or a silent target the second attempt replaces the failover that would have followed, and costs the same. A
/// hedge needs room in the share of requests that may be hedged. When no target is free, or nothing is granted, the
/// first attempt goes on alone.
void Dispatch::start_second(Step& step) {
  Attempt* first = newest();
  if (first == nullptr) return;
  first->due[static_cast<std::size_t>(TimerKind::Second)] = kNever;
  if (!may_have_second()) return;
  const Beside beside = first->lease.ticket().trial      ? Beside::Trial
                        : request_.plan->retry.hedge > 0 ? Beside::Hedge
                                                         : Beside::Silence;
  const TargetId late = first->lease.target();
  // A target that has answered other requests since then is not silent: only this answer takes long.
  if (beside == Beside::Silence && fleet_->spoke_since(late, first->begun())) return;
  PickRequest request = pick_request();
  request.beside = first->lease.ticket().fallback;
  request.affinity = 0;  // the conversation keeps its home
  request.notes = nullptr;
  const PickAnswer answer = fleet_->pick(request, step.now, *random_);
  if (answer.kind != PickKind::Picked) return;
  Lease lease(*fleet_, answer.ticket);
  const bool granted = beside == Beside::Hedge ? fleet_->spend_hedge(step.now) : paid(lease.target(), step.now);
  if (!granted) return;
  seconded_ = true;
  start(std::move(lease), /*fresh=*/false, step, beside);
}

void Dispatch::start(Lease lease, bool fresh, Step& step, Beside beside) {
  stop_waiting_at(step.now);
  disarm(TimerKind::Queue, step);
  disarm(TimerKind::Backoff, step);
  const TargetId target = lease.target();
  Attempt& attempt = free_place();
  attempt = Attempt{.id = {++attempts_started_},
                    .phase = Phase::Connecting,
                    .fresh = fresh,
                    .beside = beside,
                    .lease = std::move(lease),
                    .started = step.now};
  const auto known = std::ranges::find(tried_, target);
  std::size_t at = static_cast<std::size_t>(known - tried_.begin());
  if (known == tried_.end()) {
    (void)tried_.push_back(target);
    (void)notes_.push_back({});
    at = tried_.size() - 1;
  }
  if (!fresh) ++notes_[at].attempts;
  step.say(StartAttempt{attempt.id, target, fresh, attempt.lease.ticket().last_resort, beside});
  arm(attempt, TimerKind::Connect, after(step.now, timeouts_of(attempt).connect), step);
  if (Attempt* other = other_than(attempt)) return arm_head(*other, step);
  arm_second(attempt, step);
}

}  // namespace drover::core
