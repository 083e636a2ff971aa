// Dispatch's timers: when they are armed, and what happens when one fires.
#include <algorithm>
#include <utility>

#include "core/dispatch/answer_table.h"
#include "core/dispatch/dispatch.h"

namespace drover::core {
namespace {

Error timeout(ErrorKind kind) {
  Error error = told_to_client({.kind = kind, .scope = ErrorScope::Target, .retry = RetryClass::OtherKey});
  error.status = 0;  // no answer came, so there is no status to report
  return error;
}

}  // namespace

void Dispatch::arm(TimerKind timer, Instant at, Step& step) {
  if (at == kNever) return disarm(timer, step);
  armed_[static_cast<std::size_t>(timer)] = at;
  step.say(ArmTimer{timer, at});
}

/// Arms a timer of one attempt. Each attempt has its own times; the driver's timer is set to the earliest of them.
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

/// Arms the Second timer: after `second_after` the attempt is late. The time counts from when the request was sent, and
/// until then from the attempt's beginning.
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

/// Handles a timer that is due for one running attempt, or for both.
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
      // A server that knows the body's length and has not received the whole body cannot have executed the request.
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

/// The attempt had no content in its time: it is cancelled and fails.
void Dispatch::timed_out(Attempt& attempt, TimerKind timer, Step& step) {
  Failure failure = timeout_of(attempt, timer);
  step.say(CancelAttempt{attempt.id});
  fail(attempt, std::move(failure), step);
}

/// The attempt made no progress since the timer was armed, and fails. If it did, the timer is armed again from the last
/// progress.
void Dispatch::stalled(Attempt& attempt, TimerKind timer, Step& step) {
  const bool idle = timer == TimerKind::Idle;
  if (idle && blocked_) return;
  const Instant moved = state_ == State::Committed ? last_content_ : attempt.moved;
  const Instant due = after(moved, idle ? timeouts_of(attempt).idle : timeouts_of(attempt).send);
  if (due > step.now) return arm(attempt, timer, due, step);
  timed_out(attempt, timer, step);
}

/// The total deadline passed. The target is charged when it had the whole of the time. It is not charged when the
/// client's own deadline was shorter, or when the client does not read.
void Dispatch::total_passed(Step& step) {
  const Timeouts& timeouts = request_.plan->pools[request_.route->pools.front().index()].timeouts;
  const bool clients_own = request_.client_timeout < timeouts.total || blocked_;
  const Error error = deadline_passed(clients_own ? ErrorScope::Request : ErrorScope::Target);
  Attempt* const latest = newest();
  if (latest != nullptr && other_than(*latest) != nullptr) abandon(*latest, step);  // it had only a part of the time
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

/// The stream has reached the longest time that a stream may take. That is our own limit, so no node is charged.
void Dispatch::stream_max_passed(Step& step) {
  Attempt* attempt = newest();
  if (attempt != nullptr) abandon(*attempt, step);
  Error error = deadline_passed(ErrorScope::Gateway);
  stop_ = Stop::StreamMax;
  error.code = "stream_max";
  error.message = "The stream reached the longest time a stream may take (timeouts.stream_max).";
  end_with({.error = std::move(error)}, step);
}

/// Sends a comment after the commit point when the stream is silent. A comment is no progress of the upstream: the Idle
/// timer ignores it.
void Dispatch::comment_due(Step& step) {
  if (state_ == State::Open) {
    step.say(SendHead{});
    state_ = State::Answering;
  }
  if (state_ == State::Committed) {
    const Instant due = after(std::max(last_content_, last_keep_alive_), request_.comment_every);
    if (due > step.now) return arm(TimerKind::Comment, due, step);
  }
  // A client that has not taken what it was sent needs no comment.
  if (!blocked_) step.say(SendComment{});
  arm(TimerKind::Comment, after(step.now, request_.comment_every), step);
}

}  // namespace drover::core
