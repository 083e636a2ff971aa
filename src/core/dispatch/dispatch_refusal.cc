// What Dispatch does after an answer that refuses the request: it believes the answer, or asks one other target the
// same. It tells the fleet what the other target answered.
#include <algorithm>
#include <utility>

#include "core/dispatch/dispatch.h"
#include "core/health/blame.h"

namespace drover::core {

void Dispatch::note_refusal(const Attempt& attempt, const Failure& failure, Instant now) {
  const Ticket& ticket = attempt.lease.ticket();
  refusals_.push_back({.target = ticket.target,
                       .taken = ticket.taken,
                       .trial_levels = ticket.trial_levels,
                       .asked_at = now,
                       .api = request_.api,
                       .cause = {.kind = failure.error.kind,
                                 .status = failure.upstream_status.value_or(failure.error.status),
                                 .code = FixedText<kMaxCauseCode>(failure.error.code),
                                 .request = FixedText<kMaxCauseRequest>(request_.id),
                                 .at = now},
                       .by = {.body = request_.body, .client = request_.asker.principal},
                       .scope = failure.error.scope,
                       .of_credential = refuses_credential(failure.error)});
}

/// Decides whether a refusal is believed. The second refusal is, when its target answers other requests. The first is,
/// when its class would be the same at every target and its target is not in doubt.
Dispatch::Next Dispatch::after_refusal(const Failure& failure) {
  if (refusals_.empty()) return never(Stop::RequestsOwn);
  if (failure.stage != Stage::Refused && request_.replay != Replay::Free) return never(Stop::MayHaveRun);
  const Refusal& latest = refusals_.back();
  const bool doubted = fleet_->doubted(latest.target);
  const bool second = std::ranges::any_of(
      refusals_, [&](const Refusal& other) { return !other.of_credential && !(other.target == latest.target); });
  // Two servers without an API do not show that a third lacks it.
  const bool lacks_api = failure.error.kind == ErrorKind::Unsupported;
  if (second && !doubted && !lacks_api) return never(Stop::SameElsewhere);
  const bool sure = refusal_kind(failure.error) == RefusalKind::Sure;
  if (!second && !doubted && sure) return never(Stop::RequestsOwn);
  if (tried_.size() >= walk_ || attempts_started_ >= kMaxAttempts) return never(Stop::Walk);
  return Next::AskElsewhere;
}

/// Asks another target for a second opinion. That costs nothing from the retry budget, and only targets that can be
/// picked now are asked: a refused request does not wait.
void Dispatch::ask_elsewhere(RetryClass retry, Step& step) {
  skips_.choosing(attempts_started_ + 1);
  Refusal& latest = refusals_.back();
  const PickRequest request = pick_request();
  // A target of another provider is the best witness; a target with another key of the same provider is the next best.
  PickRequest away = request;
  away.fence = without(away.fence, request_.plan->targets[latest.target.index()].provider);
  PickAnswer answer = pick_well(away, step.now);
  if (answer.kind != PickKind::Picked) answer = pick_well(request, step.now);
  if (answer.kind == PickKind::Picked) {
    Lease witness(*fleet_, answer.ticket);
    latest.asked = fleet_->ask_elsewhere(latest, step.now);
    if (latest.asked) return start(std::move(witness), /*fresh=*/false, step);
    stop_ = Stop::Budget;
    return end_with_failure(step);
  }
  if (retry == RetryClass::SameTarget) return seek(step);
  stop_ = Stop::NothingLeft;
  end_with_failure(step);
}

/// Picks a target that is no last resort: a last resort is no witness.
PickAnswer Dispatch::pick_well(const PickRequest& request, Instant now) {
  const PickAnswer answer = fleet_->pick(request, now, *random_);
  if (answer.kind != PickKind::Picked || !answer.ticket.last_resort) return answer;
  fleet_->release(answer.ticket);
  return {};
}

/// Tells the fleet, once, how the request's refusals ended. `answered`: the target whose answer the client gets.
void Dispatch::conclude(std::optional<TargetId> answered, Instant now) {
  if (refusals_.empty()) return;
  const std::vector<Refusal> refusals = std::exchange(refusals_, {});
  const auto elsewhere = [&](const Refusal& one) {
    return std::ranges::any_of(refusals, [&](const Refusal& other) {
      if (other.target == one.target) return false;
      return other.of_credential ? one.of_credential : !fleet_->doubted(other.target);
    });
  };
  std::vector<Verdict> verdicts;  // all before the first is told: telling changes which target is in doubt
  for (const Refusal& refusal : refusals) {
    const bool contradicted = answered && !(*answered == refusal.target);
    verdicts.push_back(contradicted                      ? Verdict::Contradicted
                       : !answered && elsewhere(refusal) ? Verdict::Agreed
                                                         : Verdict::Unknown);
  }
  for (std::size_t at = 0; at < refusals.size(); ++at) fleet_->learn(refusals[at], verdicts[at], now);
}

}  // namespace drover::core
