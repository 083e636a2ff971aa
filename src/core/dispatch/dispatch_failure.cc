// What Dispatch does after a failure: the stage table (what may be retried when), whom it charges, and what the client
// is told.
#include <algorithm>
#include <utility>

#include "core/dispatch/answer_table.h"
#include "core/dispatch/dispatch.h"
#include "core/health/blame.h"

namespace drover::core {
namespace {

/// Whether the same target may succeed when it is asked again a little later.
bool may_pass_later(const Error& error) {
  if (error.retry == RetryClass::SameTarget) return true;
  switch (error.kind) {
    case ErrorKind::Resolve:
    case ErrorKind::Connect:
    case ErrorKind::ConnectTimeout:
    case ErrorKind::LocalResource:
    case ErrorKind::StaleConnection:
    case ErrorKind::ConnectionLost:
    case ErrorKind::HeadTimeout:
    case ErrorKind::FirstContentTimeout:
    case ErrorKind::IdleTimeout:
    case ErrorKind::BadResponse:
    case ErrorKind::Truncated:
    case ErrorKind::WrongContentType:
    case ErrorKind::RateLimited:  // its cooldown says when
    case ErrorKind::Overloaded:
    case ErrorKind::ServerError: return true;
    default: return false;
  }
}

/// Whether a poisonous request, and not the target, may have caused the failure (J15). A request that is too long for
/// our own line also fails at every target.
bool could_be_the_request(Stage stage, ErrorKind kind) {
  const bool stopped_on_its_way = stage == Stage::Unsent && kind == ErrorKind::HeadTimeout;
  return stage == Stage::FreshNoAnswer || stage == Stage::FailedAnswer || stopped_on_its_way;
}

}  // namespace

void Dispatch::fail(Attempt& attempt, Failure failure, Step& step) {
  if (state_ == State::Committed) failure.stage = Stage::Committed;
  // The keep-alive race cannot happen on a fresh connection, so the request may have been executed there.
  if (failure.stage == Stage::ReusedNoAnswer && attempt.fresh) failure.stage = Stage::FreshNoAnswer;
  if (retry_on_fresh_connection(attempt, failure, step)) return;
  settle_failed(attempt, failure, step.now);
  // A further attempt that fails as well met an outage. A failover that was free is charged to the budget now, a paid
  // one a second time, so that retries in an outage become half as many.
  const bool refused = refusal_kind(failure.error) != RefusalKind::None;
  if (attempt.id.value > 1 && !refused) fleet_->charge_retry(step.now);
  note(attempt.lease.target(), failure);
  disarm_attempt(attempt, step);
  if (Attempt* other = other_than(attempt)) {
    // An error that every target would give ends the request. After any other the second attempt may still succeed.
    if (failure.error.retry != RetryClass::Never) {
      remember(std::move(failure));
      return arm_head(*other, step);
    }
    abandon(*other, step);
  }
  const Next next = next_after(failure);
  const RetryClass retry = failure.error.retry;
  remember(std::move(failure));
  switch (next) {
    case Next::End: return end_with_failure(step);
    case Next::Seek: return seek(step);
    case Next::AskElsewhere: return ask_elsewhere(retry, step);
  }
}

/// Repeats the request at the same target on a new connection (S2, and S1 on a stale connection). The failure is the
/// keep-alive race and not the target's fault: nothing is charged, and the reservation passes to the new attempt.
bool Dispatch::retry_on_fresh_connection(Attempt& attempt, const Failure& failure, Step& step) {
  const bool unsent = failure.stage == Stage::Unsent && failure.error.kind == ErrorKind::StaleConnection;
  const bool ambiguous = failure.stage == Stage::ReusedNoAnswer && may_run_again();
  if (!(unsent || ambiguous) || attempt.fresh || draining_) return false;
  if (attempts_started_ >= kMaxAttempts) return false;
  disarm_attempt(attempt, step);
  attempt.phase = Phase::Idle;
  start(std::move(attempt.lease), /*fresh=*/true, step, attempt.beside);
  return true;
}

/// Whether a second execution does no harm: a safe method changes nothing (RFC 9110, 9.2.2); for a stateless request
/// the setting `ambiguous` must allow it.
bool Dispatch::may_run_again() const {
  return request_.safe || (request_.replay == Replay::Free && request_.plan->retry.ambiguous != Ambiguous::Never);
}

/// The stage table (docs/failover.md). The setting `ambiguous` governs what may have been executed already:
///   never:        neither S2's retry nor S3's failover
///   reused_only:  S2's retry on a fresh connection, and one failover of the request at S3
///   failover:     S3 as often as walk and budget allow
Dispatch::Next Dispatch::next_after(const Failure& failure) {
  if (failure.stage == Stage::Committed) return never(Stop::Committed);
  if (draining_) return never(Stop::Draining);
  if (request_.replay == Replay::Never) return never(Stop::NoReplay);
  if (take_detour(failure)) return Next::Seek;
  if (refusal_kind(failure.error) != RefusalKind::None) return after_refusal(failure);
  if (failure.error.retry == RetryClass::Never) return never(Stop::RequestsOwn);
  // J15: two targets failed on this request in the same way, so a third is not asked.
  const bool choked = could_be_the_request(failure.stage, failure.error.kind);
  if (choked && choked_before_ && tried_.size() >= 2) return never(Stop::Poisonous);
  const bool free = request_.replay == Replay::Free;
  switch (failure.stage) {
    case Stage::NotConnected:
    case Stage::Unsent: return Next::Seek;
    case Stage::ReusedNoAnswer:
    case Stage::FreshNoAnswer: {
      const Ambiguous setting = request_.plan->retry.ambiguous;
      if (!free || setting == Ambiguous::Never) return never(Stop::MayHaveRun);
      const bool once = setting == Ambiguous::Failover || !std::exchange(ambiguous_spent_, true);
      return once ? Next::Seek : never(Stop::MayHaveRun);
    }
    case Stage::Refused: return Next::Seek;
    case Stage::FailedAnswer: return free ? Next::Seek : never(Stop::MayHaveRun);
    case Stage::Committed: break;
  }
  return Next::End;
}

/// Leads the request to a fallback model when it is too long for this model or against its provider's policy, and the
/// configuration names one for that reason. The walk limit counts the targets of all models together.
bool Dispatch::take_detour(const Failure& failure) {
  const bool executed =
      failure.stage == Stage::Committed || (failure.stage != Stage::Refused && request_.replay != Replay::Free);
  const auto detour = std::ranges::find(request_.route->detours, failure.error.kind, &Detour::on);
  if (executed || detour == request_.route->detours.end()) return false;
  request_.route = &request_.plan->detours[detour->route];
  return true;
}

/// Ends the request, and notes why nothing more is tried.
Dispatch::Next Dispatch::never(Stop why) {
  stop_ = why;
  return Next::End;
}

/// Settles a failed attempt. J15: when this request has failed at another target in the same way, the second target is
/// not charged until other requests confirm that it is at fault.
void Dispatch::settle_failed(Attempt& attempt, const Failure& failure, Instant now) {
  const TargetId target = attempt.lease.target();
  Outcome outcome{.kind = Outcome::Kind::Failed, .error = &failure.error, .stage = failure.stage};
  outcome.committed = attempt.committed;
  if (could_be_the_request(failure.stage, failure.error.kind)) {
    const auto first = std::ranges::find(blamed_, failure.error.kind, &Blamed::kind);
    if (request_.body == 0) {
      outcome.charge = first == blamed_.end() || first->target == target;
    } else {
      outcome.body = request_.body;  // the fleet compares what this body met in other requests
      if (blamed_.empty()) choked_before_ = fleet_->quarantined(request_.body, now);
    }
    if (first == blamed_.end()) (void)blamed_.push_back({failure.error.kind, target});
  }
  const bool known = failure.used.input_tokens.value != 0 || failure.used.output_tokens.value != 0;
  outcome.used = known ? failure.used : request_.estimate;
  outcome.upstream_status = failure.upstream_status;
  outcome.request = request_.id;
  outcome.evidence = request_.replay != Replay::Never;
  const bool of_credential = refuses_credential(failure.error);
  const bool refused = of_credential || refusal_kind(failure.error) != RefusalKind::None;
  if (refused && outcome.evidence) {
    note_refusal(attempt, failure, now);
    if (of_credential) outcome.charge = false;
  }
  attempt.lease.settle(outcome, now);
  settled_failure_ = true;
  attempt.phase = Phase::Idle;
}

void Dispatch::note(TargetId target, const Failure& failure) {
  const auto found = std::ranges::find(tried_, target);
  if (found == tried_.end()) return;
  TriedNote& about = notes_[static_cast<std::size_t>(found - tried_.begin())];
  about.kind = failure.error.kind;
  const std::vector<int>& statuses = request_.plan->retry.statuses;
  const int status = failure.error.status;
  const bool listed = statuses.empty() || status == 0 || std::ranges::find(statuses, status) != statuses.end();
  about.repeatable = failure.error.retry != RetryClass::Never && may_pass_later(failure.error) && listed;
  // "Another provider" fences this provider off: none of its targets is worth a further attempt. After a refusal or a
  // cooldown that is a hypothesis, which other targets of the provider may disprove.
  const bool hypothesis = refusal_kind(failure.error) != RefusalKind::None ||
                          failure.error.kind == ErrorKind::RateLimited || failure.error.kind == ErrorKind::Overloaded;
  if (failure.error.retry == RetryClass::OtherProvider && !hypothesis) {
    const ProviderId provider = request_.plan->targets[target.index()].provider;
    request_.fence = without(request_.fence, provider);
    about.repeatable = false;
  }
}

/// Remembers the failure that tells the client most; of two that tell as much, the later one.
void Dispatch::remember(Failure failure) {
  if (failure.error.kind != ErrorKind::RateLimited) only_rate_limits_ = false;
  if (told_ && telling(failure.error.kind) < telling(told_->error.kind)) return;
  told_ = std::make_unique<Failure>(std::move(failure));
}

void Dispatch::end_without_capacity(const PickAnswer& answer, Step& step) {
  const bool nobody = answer.kind == PickKind::None && answer.refusal == WaitRefusal::None;
  if (request_.owner.known() && nobody) return end_with({.error = owner_gone()}, step);
  std::optional<Duration> soonest;
  if (answer.wait_until != kNever) soonest = std::max(Duration::zero(), answer.wait_until - step.now);
  refusal_ = answer.refusal;
  const bool full = refusal_ == WaitRefusal::RoomFull || refusal_ == WaitRefusal::ClientFull;
  if (full) return end_with({.error = waiting_room_full(refusal_, soonest)}, step);
  end_with(
      {.error = answer.asker_limited ? asker_limited(soonest) : no_upstream(answer.rate_limited, answer.why, soonest)},
      step);
}

void Dispatch::end_with_failure(Step& step) {
  if (!told_) return end_without_capacity({}, step);
  EndWithError end{.error = told_to_client(told_->error), .attempt = told_->attempt};
  end.retries_spent = true;
  if (told_->error.kind == ErrorKind::RateLimited) {
    end.retries_spent = false;  // the targets are only cooling down: the client is told when to come back
    PickRequest request = pick_request();
    request.again = true;
    request.look = true;
    const PickAnswer answer = fleet_->pick(request, step.now, *random_);
    if (answer.kind == PickKind::Wait) end.error.retry_after = std::max(Duration::zero(), answer.wait_until - step.now);
  } else {
    end.pass_answer = told_->has_answer && answer_may_pass(told_->error.kind);
  }
  end_with(std::move(end), step);
}

void Dispatch::end_with(EndWithError end, Step& step) {
  conclude(std::nullopt, step.now);
  end.in_band = state_ != State::Open;
  if (end.in_band) end.pass_answer = false;
  state_ = State::Ended;
  stop_waiting_at(step.now);
  step.say(std::move(end));
}

}  // namespace drover::core
