// The events of a request and what each does to it. Choosing the next target is in dispatch_choose.cc, failing in
// dispatch_failure.cc, time in dispatch_timers.cc.
#include "core/dispatch/dispatch.h"

#include <algorithm>
#include <cassert>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "core/dispatch/answer_table.h"

namespace drover::core {

Dispatch::Dispatch(const DispatchRequest& request, FleetPort& fleet, Random& random)
    : request_(request), fleet_(&fleet), random_(&random) {
  walk_ = std::clamp<std::size_t>(request_.plan->retry.walk, 1, kMaxWalk);
  armed_.fill(kNever);
}

Dispatch::~Dispatch() {
  if (!refusals_.empty()) conclude(std::nullopt, refusals_.back().asked_at);
}

void Dispatch::too_many_commands() {
  std::fputs("drover: a step of a request has more commands than fit (kMaxCommands); please report it\n", stderr);
  std::abort();
}

Commands Dispatch::on(const Event& event, Instant now) {
  Commands out;
  if (state_ == State::Ended) return out;
  Step step{now, out};
  std::visit([this, &step](const auto& e) { handle(e, step); }, event);
  if (std::exchange(settled_failure_, false)) fleet_->serve_waiting(now);
  return out;
}

void Dispatch::handle(const RequestReady&, Step& step) {
  if (begun_) return;
  begun_ = true;
  if (!request_.route->pools.empty()) {
    const Timeouts& timeouts = request_.plan->pools[request_.route->pools.front().index()].timeouts;
    total_at_ = after(request_.arrived, std::min(timeouts.total, request_.client_timeout));
    if (total_at_ != kNever) arm(TimerKind::Total, total_at_, step);
  }
  if (request_.answer == AnswerKind::Stream && request_.may_answer_early) {
    arm(TimerKind::Comment, std::max(step.now, after(request_.arrived, kFirstCommentAfter)), step);
  }
  seek(step);
}

void Dispatch::handle(const CapacityGranted&, Step& step) {
  if (waiting_) seek(step);
}

void Dispatch::handle(const AttemptConnected& event, Step& step) {
  Attempt* attempt = running(event.attempt);
  if (attempt == nullptr || attempt->phase != Phase::Connecting) return;
  attempt->phase = Phase::Sending;
  attempt->moved = step.now;
  disarm(*attempt, TimerKind::Connect, step);
  arm(*attempt, TimerKind::Send, after(step.now, timeouts_of(*attempt).send), step);
}

void Dispatch::handle(const RequestSent& event, Step& step) {
  Attempt* attempt = running(event.attempt);
  if (attempt == nullptr || attempt->sent != kNever) return;
  attempt->sent = step.now;
  disarm(*attempt, TimerKind::Connect, step);
  disarm(*attempt, TimerKind::Send, step);
  const Timeouts& timeouts = timeouts_of(*attempt);
  const bool stream = request_.answer == AnswerKind::Stream;
  // An answer may begin before the whole request is written (an early 413): the Head timer is then not needed.
  if (attempt->phase < Phase::AwaitingContent) {
    attempt->phase = Phase::AwaitingHead;
    arm_head(*attempt, step);
  }
  if (attempt->phase == Phase::Relaying) return;
  if (stream) arm(*attempt, TimerKind::FirstContent, after(step.now, timeouts.first_content), step);
  arm_second(*attempt, step);
}

void Dispatch::handle(const Progress& event, Step& step) {
  // The armed timer reads this time when it fires, as it does for Content.
  if (Attempt* attempt = running(event.attempt)) attempt->moved = step.now;
}

void Dispatch::handle(const QuotaHinted& event, Step& step) {
  if (const Attempt* attempt = running(event.attempt)) fleet_->hint(attempt->lease.ticket(), event.hints, step.now);
}

void Dispatch::handle(const HeadArrived& event, Step& step) {
  Attempt* attempt = running(event.attempt);
  if (attempt == nullptr || attempt->phase >= Phase::AwaitingContent) return;
  attempt->phase = Phase::AwaitingContent;
  attempt->moved = step.now;
  disarm(*attempt, TimerKind::Connect, step);
  disarm(*attempt, TimerKind::Send, step);
  disarm(*attempt, TimerKind::Head, step);
  // Until the first content of a stream the FirstContent timer counts. A plain answer has no such timer, so Idle
  // counts.
  if (request_.answer == AnswerKind::Plain) {
    arm(*attempt, TimerKind::Idle, after(step.now, timeouts_of(*attempt).idle), step);
  }
}

void Dispatch::handle(const LifecycleEvent&, Step&) {
  // A withheld event (a ping) is no progress: FirstContent ends a stream of pings only.
}

void Dispatch::handle(const FirstContent& event, Step& step) {
  Attempt* attempt = running(event.attempt);
  if (attempt == nullptr || state_ == State::Committed) return;
  if (request_.answer == AnswerKind::Stream) {  // a plain answer is settled at its first content, or shortly after it
    attempt->committed = true;
    fleet_->committed(attempt->lease.ticket(), step.now - attempt->begun(), step.now);
  }
  commit(*attempt, step);
}

void Dispatch::handle(const Content& event, Step& step) {
  // The armed Idle timer reads this time when it fires, so a chunk of a stream costs no command.
  if (running(event.attempt) != nullptr) last_content_ = step.now;
}

void Dispatch::handle(const KeepAlive& event, Step& step) {
  if (running(event.attempt) != nullptr) last_keep_alive_ = step.now;
}

void Dispatch::handle(const AttemptEnded& event, Step& step) {
  Attempt* attempt = running(event.attempt);
  if (attempt == nullptr) return;
  if (state_ != State::Committed) commit(*attempt, step);
  Outcome outcome{.kind = Outcome::Kind::Succeeded, .used = event.used};
  outcome.stage = Stage::Committed;
  outcome.committed = attempt->committed;
  outcome.body = request_.body;
  if (request_.answer == AnswerKind::Plain) outcome.whole = step.now - attempt->begun();
  attempt->lease.settle(outcome, step.now);
  attempt->phase = Phase::Idle;
  step.say(Finish{});
  stop_ = Stop::Answered;
  state_ = State::Ended;
}

void Dispatch::handle(const AttemptFailed& event, Step& step) {
  Attempt* attempt = running(event.attempt);
  if (attempt == nullptr) return;
  fail(*attempt,
       Failure{.error = event.error,
               .stage = event.stage,
               .attempt = event.attempt,
               .has_answer = event.has_answer,
               .used = event.used,
               .upstream_status = event.upstream_status},
       step);
}

void Dispatch::handle(const TimerFired& event, Step& step) {
  Instant& armed = armed_[static_cast<std::size_t>(event.timer)];
  if (armed == kNever) return;  // disarmed while the event was on its way
  if (step.now < armed) {       // the event of an earlier arming: the timer will fire again
    step.say(ArmTimer{event.timer, armed});
    return;
  }
  armed = kNever;
  switch (event.timer) {
    case TimerKind::Connect:
    case TimerKind::Send:
    case TimerKind::Head:
    case TimerKind::FirstContent:
    case TimerKind::Idle: return attempts_due(event.timer, step);
    case TimerKind::Second: return start_second(step);
    case TimerKind::Total: return total_passed(step);
    case TimerKind::StreamMax: return stream_max_passed(step);
    case TimerKind::Blocked: return handle(ClientLeft{}, step);
    case TimerKind::Queue:
    case TimerKind::Backoff:
      if (waiting_) seek(step);
      return;
    case TimerKind::Comment: return comment_due(step);
  }
}

void Dispatch::handle(const DownstreamBlocked&, Step& step) {
  blocked_ = true;
  for (Attempt* attempt : places()) disarm(*attempt, TimerKind::Idle, step);
  arm(TimerKind::Blocked, after(step.now, request_.blocked_client), step);
}

void Dispatch::handle(const DownstreamUnblocked&, Step& step) {
  if (!blocked_) return;
  blocked_ = false;
  disarm(TimerKind::Blocked, step);
  Attempt* attempt = newest();
  if (attempt == nullptr || state_ != State::Committed) return;
  last_content_ = step.now;
  arm(*attempt, TimerKind::Idle, after(step.now, timeouts_of(*attempt).idle), step);
}

void Dispatch::handle(const ClientLeft&, Step& step) {
  for (Attempt* attempt : places()) {
    if (attempt->running()) abandon(*attempt, step);
  }
  stop_waiting_at(step.now);
  conclude(std::nullopt, step.now);
  step.say(Finish{});
  stop_ = Stop::ClientLeft;
  state_ = State::Ended;
}

void Dispatch::handle(const Drain&, Step& step) {
  draining_ = true;
  if (newest() != nullptr) return;  // a running attempt may end
  stop_ = Stop::Draining;
  end_with({.error = told_to_client({.kind = ErrorKind::Shed})}, step);
}

void Dispatch::commit(Attempt& attempt, Step& step) {
  if (Attempt* other = other_than(attempt)) lose(*other, step);
  conclude(attempt.lease.target(), step.now);
  state_ = State::Committed;
  attempt.phase = Phase::Relaying;
  step.say(Forward{attempt.id});
  for (std::size_t kind = 0; kind < kTimersBeforeContent; ++kind) disarm(attempt, static_cast<TimerKind>(kind), step);
  if (request_.answer == AnswerKind::Stream && request_.may_answer_early) {
    arm(TimerKind::Comment, after(step.now, request_.comment_every), step);
  }
  last_content_ = step.now;
  const Timeouts& timeouts = timeouts_of(attempt);
  if (!blocked_) arm(attempt, TimerKind::Idle, after(step.now, timeouts.idle), step);
  if (request_.answer == AnswerKind::Plain) return;  // the total deadline goes on
  disarm(TimerKind::Total, step);
  arm(TimerKind::StreamMax, after(step.now, timeouts.stream_max), step);
}

/// Ends the attempt that lost: the answer of the other attempt is used. A target on trial has not shown that it is
/// well, and the next request shall not meet the same silence, so the target is charged with the timeout that was to
/// come. A target that is not on trial is not charged: being slower once shows nothing.
void Dispatch::lose(Attempt& attempt, Step& step) {
  const bool stream = request_.answer == AnswerKind::Stream;
  const TimerKind missed = attempt.phase == Phase::Connecting       ? TimerKind::Connect
                           : attempt.phase == Phase::Sending        ? TimerKind::Send
                           : attempt.phase < Phase::AwaitingContent ? TimerKind::Head
                           : stream                                 ? TimerKind::FirstContent
                                                                    : TimerKind::Idle;
  if (attempt.lease.ticket().trial) {
    settle_failed(attempt, timeout_of(attempt, missed), step.now);
  } else {
    settle_abandoned(attempt, attempt.beside == Beside::Nothing ? Gone::Overtaken : Gone::NotWanted, step.now);
  }
  disarm_attempt(attempt, step);
  step.say(CancelAttempt{.attempt = attempt.id, .lost = true});
}

void Dispatch::abandon(Attempt& attempt, Step& step) {
  settle_abandoned(attempt, Gone::NotWanted, step.now);
  disarm_attempt(attempt, step);
  step.say(CancelAttempt{attempt.id});
}

void Dispatch::settle_abandoned(Attempt& attempt, Gone why, Instant now) {
  const bool sent = attempt.phase > Phase::Connecting;
  attempt.lease.settle({.kind = Outcome::Kind::Abandoned,
                        .committed = attempt.committed,
                        .overtaken = why == Gone::Overtaken,
                        .stage = sent ? Stage::FreshNoAnswer : Stage::NotConnected,
                        .used = request_.estimate},
                       now);
  attempt.phase = Phase::Idle;
}

FixedVector<Dispatch::Attempt*, 2> Dispatch::places() {
  FixedVector<Attempt*, 2> places;
  (void)places.push_back(&first_place_);
  if (second_place_) (void)places.push_back(second_place_.get());
  return places;
}

Dispatch::Attempt& Dispatch::free_place() {
  if (!first_place_.running()) return first_place_;
  if (!second_place_) second_place_ = std::make_unique<Attempt>();
  assert(!second_place_->running());
  return *second_place_;
}

Dispatch::Attempt* Dispatch::running(AttemptId id) {
  for (Attempt* attempt : places()) {
    if (attempt->running() && attempt->id == id) return attempt;
  }
  return nullptr;
}

Dispatch::Attempt* Dispatch::newest() {
  Attempt* found = nullptr;
  for (Attempt* attempt : places()) {
    if (attempt->running() && (found == nullptr || attempt->id.value > found->id.value)) found = attempt;
  }
  return found;
}

Dispatch::Attempt* Dispatch::other_than(const Attempt& attempt) {
  Attempt* other = &attempt == &first_place_ ? second_place_.get() : &first_place_;
  return other != nullptr && other->running() ? other : nullptr;
}

/// When the answer's head is due. A trial at a target that may still hang ends early (the ticket's patience) while the
/// request can go to another target, so that no client waits a whole timeout for a trial. The trial goes on to the
/// usual time when a second attempt runs beside it, because the client does not depend on it then.
Instant Dispatch::head_due(const Attempt& attempt) {
  const Timeouts& timeouts = timeouts_of(attempt);
  const Duration usual = request_.answer == AnswerKind::Stream ? timeouts.head_stream : timeouts.head_plain;
  const bool may_leave = request_.replay == Replay::Free && tried_.size() < walk_ && !ambiguous_spent_ &&
                         request_.plan->retry.ambiguous != Ambiguous::Never && other_than(attempt) == nullptr;
  return after(attempt.sent, may_leave ? std::min(usual, attempt.lease.ticket().patience) : usual);
}

const Timeouts& Dispatch::timeouts_of(const Attempt& attempt) const {
  const std::vector<PoolId>& pools = request_.route->pools;
  const std::size_t at = std::min<std::size_t>(attempt.lease.ticket().fallback, pools.size() - 1);
  return request_.plan->pools[pools[at].index()].timeouts;
}

}  // namespace drover::core
