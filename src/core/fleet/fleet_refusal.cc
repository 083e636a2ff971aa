// What other targets answer to a request that one target refused. A target that refuses what its siblings answer is
// charged although its refusals look like the client's mistakes.
#include "core/fleet/fleet.h"
#include "core/targets/evidence.h"

namespace drover::core {

bool Fleet::ask_elsewhere(const Refusal& refusal, Instant now) {
  Doubt& doubt = targets_[refusal.target].doubt;
  if (!further_.ask_elsewhere(doubt.doubted(), now)) return false;
  doubt.asks(now);
  // Until the sibling has answered, the next request for this API goes elsewhere. If the target does offer the API, the
  // mistake costs it little.
  if (refusal.cause.kind == ErrorKind::Unsupported) targets_[refusal.target].lacks.suppose(refusal.api, now);
  return true;
}

void Fleet::learn(const Refusal& refusal, Verdict verdict, Instant now) {
  TargetState& target = targets_[refusal.target];
  if (refusal.of_credential) {
    Evidence(targets_, random_, now).learn_credential(refusal, verdict);
    return made_room(now);
  }
  if (refusal.asked) target.doubt.learned();
  if (refusal.cause.kind == ErrorKind::Unsupported) {
    if (verdict != Verdict::Contradicted) return target.lacks.forget(refusal.api);
    if (refusal.asked) further_.answered_elsewhere(refusal.asked_at);
    return Evidence(targets_, random_, now).lacks_api(refusal);
  }
  const Error error{.kind = refusal.cause.kind, .scope = ErrorScope::Target, .status = refusal.cause.status};
  switch (verdict) {
    case Verdict::Unknown: break;
    case Verdict::Agreed:
      // The target answers as its siblings do, so it is well. That holds for its trial too.
      target.doubt.clear();
      target.success.take_back_failure();
      if (refusal.trial_levels != 0) targets_.well_throughout(target, refusal.taken, now);
      break;
    case Verdict::Contradicted: {
      if (refusal.asked) further_.answered_elsewhere(refusal.asked_at);
      const bool missing =
          refusal.cause.kind == ErrorKind::ModelMissing && !plan_->targets[refusal.target.index()].model.empty();
      const bool counts = target.doubt.contradicted(refusal.by, plan_->principals.size() > 1);
      // A trial is one request that is to find out whether the target is well, and this one has.
      if (!counts && !missing && refusal.trial_levels == 0) break;
      ++target.failures;
      Blame blame{
          .target = refusal.target, .trial_levels = refusal.trial_levels, .error = &error, .cause = refusal.cause};
      blame.cause.siblings_answer = true;
      Evidence(targets_, random_, now)
          .apply(blame, {missing ? Charge::Action::Missing : Charge::Action::Count, Level::Target});
      break;
    }
  }
  made_room(now);
}

}  // namespace drover::core
