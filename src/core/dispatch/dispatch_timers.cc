// Dispatch's timers: arming them, and what it means when one fires.
#include <algorithm>
#include <utility>

#include "core/dispatch/answer_table.h"
#include "core/dispatch/dispatch.h"

namespace drover::core {
namespace {

Error timeout(ErrorKind kind) {
  Error error = told_to_client({.kind = kind, .scope = ErrorScope::Target, .retry = RetryClass::OtherKey});
  error.status = 0;  // no answer came, so there is no upstream status to report
  return error;
}

}  // namespace

void Dispatch::arm(TimerKind timer, Instant at, Step& step) {
  if (at == kNever) return disarm(timer, step);
  armed_[static_cast<std::size_t>(timer)] = at;
  step.say(ArmTimer{timer, at});
}

/// Each attempt has times of its own; the driver's timer is the earliest of those that run.
void Dispatch::arm(Attempt& attempt, TimerKind timer, Instant at, Step& step) {
  const auto kind = static_cast<std::size_t>(timer);
  attempt.due[kind] = at;
  const Attempt* other = other_than(attempt);
  const Instant earliest = other == nullptr ? at : std::min(at, other->due[kind]);
  if (earliest != armed_[kind]) arm(timer, earliest, step);
}

void Dispatch::arm_head(Attempt& attempt, Step& step) {
  if (attempt.phase == Phase::AwaitingHead) arm(attempt, TimerKind::Head, head_due(attempt), step);
}

/// How late is late is known of what was sent; until then it counts from the attempt's beginning.
void Dispatch::arm_second(Attempt& attempt, Step& step) {
  const Duration late = attempt.lease.ticket().second_after;
  if (late != kNoLimit && may_have_second()) arm(attempt, TimerKind::Second, after(attempt.begun(), late), step);
}

void Dispatch::disarm(Attempt& attempt, TimerKind timer, Step& step) {
  if (attempt.due[static_cast<std::size_t>(timer)] != kNever) arm(attempt, timer, kNever, step);
}

void Dispatch::disarm(TimerKind timer, Step& step) {
  Instant& armed = armed_[static_cast<std::size_t>(timer)];
  if (armed == kNever) return;
  armed = kNever;
  step.say(ArmTimer{timer, kNever});
}

void Dispatch::disarm_attempt(Attempt& attempt, Step& step) {
  for (std::size_t kind = 0; kind < kAttemptTimers; ++kind) disarm(attempt, static_cast<TimerKind>(kind), step);
}

/// One of those that run is due, or both are.
void Dispatch::attempts_due(TimerKind timer, Step& step) {
  for (Attempt* attempt : places()) {
    if (!attempt->running() || attempt->due[static_cast<std::size_t>(timer)] > step.now) continue;
    const bool progress_counts = timer == TimerKind::Idle || timer == TimerKind::Send;
    progress_counts ? stalled(*attempt, timer, step) : timed_out(*attempt, timer, step);
  }
}

Dispatch::Failure Dispatch::timeout_of(const Attempt& attempt, TimerKind timer) {
  Failure failure{.attempt = attempt.id};
  const bool head_came = attempt.phase >= Phase::AwaitingContent;
  switch (timer) {
    case TimerKind::Connect:
      failure.error = timeout(ErrorKind::ConnectTimeout);
      failure.error.scope = ErrorScope::Server;
      failure.stage = Stage::NotConnected;
      break;
    case TimerKind::Send:
      // Whoever is told the length of a body and has not got it all cannot have executed the request.
      failure.error = timeout(ErrorKind::HeadTimeout);
      failure.error.code = "upstream_send_timeout";
      failure.error.message = "The provider stopped taking the request before all of it was sent.";
      failure.stage = Stage::Unsent;
      break;
    case TimerKind::Head:
      failure.error = timeout(ErrorKind::HeadTimeout);
      failure.stage = Stage::FreshNoAnswer;
      break;
    case TimerKind::FirstContent:
      failure.error = timeout(ErrorKind::FirstContentTimeout);
      failure.stage = head_came ? Stage::FailedAnswer : Stage::FreshNoAnswer;
      break;
    default:
      failure.error = timeout(ErrorKind::IdleTimeout);
      failure.stage = head_came ? Stage::FailedAnswer : Stage::FreshNoAnswer;
      break;
  }
  return failure;
}

/// The attempt took too long before its first content: it is cancelled and has failed.
void Dispatch::timed_out(Attempt& attempt, TimerKind timer, Step& step) {
  Failure failure = timeout_of(attempt, timer);
  step.say(CancelAttempt{attempt.id});
  fail(attempt, std::move(failure), step);
}

/// Nothing has moved since the timer was armed, unless it has: then the time counts from there.
void Dispatch::stalled(Attempt& attempt, TimerKind timer, Step& step) {
  const bool idle = timer == TimerKind::Idle;
  if (idle && blocked_) return;
  const Instant moved = state_ == State::Committed ? last_content_ : attempt.moved;
  const Instant due = after(moved, idle ? timeouts_of(attempt).idle : timeouts_of(attempt).send);
  if (due > step.now) return arm(attempt, timer, due, step);
  timed_out(attempt, timer, step);
}

/// The request's own deadline. A target that was given the whole of it is charged; one that a client's own short
/// deadline cut off, or a client that does not read, is not.
void Dispatch::total_passed(Step& step) {
  const Timeouts& timeouts = request_.plan->pools[request_.route->pools.front().index()].timeouts;
  const bool clients_own = request_.client_timeout < timeouts.total || blocked_;
  const Error error = deadline_passed(clients_own ? ErrorScope::Request : ErrorScope::Target);
  Attempt* const latest = newest();
  if (latest != nullptr && other_than(*latest) != nullptr) abandon(*latest, step);  // had little of the time
  for (Attempt* attempt : places()) {
    if (!attempt->running()) continue;
    step.say(CancelAttempt{attempt->id});
    const Stage stage = state_ == State::Committed                 ? Stage::Committed
                        : attempt->phase == Phase::Connecting      ? Stage::NotConnected
                        : attempt->phase >= Phase::AwaitingContent ? Stage::FailedAnswer
                                                                   : Stage::FreshNoAnswer;
    Failure failure{.error = error, .stage = stage, .attempt = attempt->id};
    failure.error.status = 0;
    settle_failed(*attempt, failure, step.now);
  }
  EndWithError end{.error = error};
  end.retries_spent = attempts_started_ > 0;
  stop_ = Stop::Deadline;
  end_with(std::move(end), step);
}

/// A stream that has gone on for longer than any may. Nobody's fault: our own limit.
void Dispatch::stream_max_passed(Step& step) {
  Attempt* attempt = newest();
  if (attempt != nullptr) abandon(*attempt, step);
  Error error = deadline_passed(ErrorScope::Gateway);
  stop_ = Stop::StreamMax;
  error.code = "stream_max";
  error.message = "The stream reached the longest time a stream may take (timeouts.stream_max).";
  end_with({.error = std::move(error)}, step);
}

/// Behind the commit point a comment goes only into a silence, and it is none of the upstream's progress: the Idle
/// timer does not see it.
void Dispatch::comment_due(Step& step) {
  if (state_ == State::Open) {
    step.say(SendHead{});
    state_ = State::Answering;
  }
  if (state_ == State::Committed) {
    const Instant due = after(std::max(last_content_, last_keep_alive_), request_.comment_every);
    if (due > step.now) return arm(TimerKind::Comment, due, step);
  }
  // A client that does not take what it was sent needs no more of it.
  if (!blocked_) step.say(SendComment{});
  arm(TimerKind::Comment, after(step.now, request_.comment_every), step);
}

}  // namespace drover::core
