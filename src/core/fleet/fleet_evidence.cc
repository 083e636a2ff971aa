// Whose fault a failure is. The narrowest node that explains it is charged first, and a wider one when its other parts
// fail the same way. A target that refuses what its siblings answer is charged although its refusals look like the
// client's mistakes.
#include "core/fleet/fleet.h"

namespace drover::core {
namespace {

/// Most refusals in a row of one credential that may be held to be the requests' fault. More come from an account that
/// is shut.
constexpr std::uint32_t kMostExcused = 24;

}  // namespace

void Fleet::charge(const Blame& blame, Charge due, Instant now) {
  const TargetState& target = targets_[blame.target.index()];
  if (target.path[static_cast<std::size_t>(due.level)] == kAlwaysOpen) due.level = Level::Key;  // it has no quota
  if (due.level == Level::Target) return apply(blame, due, now);
  const std::uint32_t at = target.path[static_cast<std::size_t>(due.level)];
  const bool sure = due.level == Level::Server && is_about_the_address(*blame.error);
  if (nodes_.undivided(at) || sure) return apply(blame, due, now);

  const bool was_trial = (blame.trial_levels & level_bit(due.level)) != 0;
  const bool enough = nodes_.accuse(at, target.part_of(due.level, nodes_)) || was_trial;
  apply(blame, {due.action, Level::Target}, now);
  if (enough) return apply(blame, due, now);
  nodes_[at].hear(now);
  if (due.action == Charge::Action::Count) nodes_[at].note_failure();
}

void Fleet::apply(const Blame& blame, Charge due, Instant now) {
  const Error& error = *blame.error;
  const std::uint32_t at = targets_[blame.target.index()].path[static_cast<std::size_t>(due.level)];
  HealthNode& node = nodes_[at];
  node.hear(now);
  const bool was_trial = (blame.trial_levels & level_bit(due.level)) != 0;
  const bool was_clear = node.clear(now);
  const auto out = [&](StateChange::What what) {
    nodes_.cause(at) = blame.cause;
    nodes_.tell(what, at, now);
  };
  switch (due.action) {
    case Charge::Action::None: return;
    case Charge::Action::Count:
      if (node.count_failure(plan_->health, error, was_trial, now, random_)) return out(StateChange::What::Ejected);
      if (was_clear) nodes_.cause(at) = blame.cause;  // not out yet, but suspect
      return;
    case Charge::Action::Cool:
      if (!node.cool(error.retry_after, error, now, random_)) return;
      nodes_.recover_until(node.slow_until());
      return out(StateChange::What::CoolingDown);
    case Charge::Action::RestKey:
      if (node.rest(kFirstKeyRest, error, was_trial, now, random_)) out(StateChange::What::Resting);
      return;
    case Charge::Action::RestQuota:
      if (node.rest(kLongRest, error, was_trial, now, random_)) out(StateChange::What::Resting);
      return;
    case Charge::Action::Missing:
      if (node.eject_for(kLongRest, error, now, random_)) out(StateChange::What::Ejected);
      return;
  }
}

void Fleet::well(const TargetState& target, Level level, Instant began, Instant now) {
  const std::uint32_t at = target.path[static_cast<std::size_t>(level)];
  if (at == kAlwaysOpen) return;
  if (nodes_.succeed(at, plan_->health, began, now)) nodes_.tell(StateChange::What::Recovered, at, now);
}

/// A success clears the target and every node above it.
void Fleet::well_throughout(const TargetState& target, Instant began, Instant now) {
  for (std::size_t level = 0; level < kLevels; ++level) well(target, static_cast<Level>(level), began, now);
}

/// Siblings offer the API and this target does not. A trial that ends so has passed: the target is well.
void Fleet::lacks_api(const Refusal& refusal, Instant now) {
  TargetState& target = targets_[refusal.target.index()];
  const bool news = target.lacks.show(refusal.api, now);
  if (refusal.trial_levels != 0) well_throughout(target, refusal.taken, now);
  if (!news) return;
  const std::uint32_t at = target.path[static_cast<std::size_t>(Level::Target)];
  nodes_.tell(StateChange::What::LacksApi, at, now, target.lacks.until(), refusal.cause);
}

bool Fleet::ask_elsewhere(const Refusal& refusal, Instant now) {
  Doubt& doubt = targets_[refusal.target.index()].doubt;
  if (!further_.ask_elsewhere(doubt.doubted(), now)) return false;
  doubt.asks(now);
  // Until the sibling has answered, the next request for this API goes elsewhere. If the target does offer the API, the
  // mistake costs it little.
  if (refusal.cause.kind == ErrorKind::Unsupported) targets_[refusal.target.index()].lacks.suppose(refusal.api, now);
  return true;
}

/// The end of a request shows what a refused credential is worth. When other targets refused the request too, and the
/// pool answers other requests, the credential is as good as theirs. Else it is charged.
void Fleet::learn_credential(const Refusal& refusal, Verdict verdict, Instant now) {
  TargetState& target = targets_[refusal.target.index()];
  target.doubt.learned();
  PoolState* pool = target.pool == kNone ? nullptr : &pools_[target.pool];
  if (verdict == Verdict::Agreed && refusal.trial_levels == 0 && pool != nullptr && pool->excused < kMostExcused) {
    ++pool->excused;
    target.success.take_back_failure();
    return;
  }
  if (pool != nullptr) pool->failures.add(now, 1);
  ++target.failures;
  const Error error{.kind = refusal.cause.kind, .scope = refusal.scope, .status = refusal.cause.status};
  Blame blame{.target = refusal.target, .trial_levels = refusal.trial_levels, .error = &error, .cause = refusal.cause};
  charge(blame, charge_for(error, /*names_model=*/false), now);
}

void Fleet::learn(const Refusal& refusal, Verdict verdict, Instant now) {
  TargetState& target = targets_[refusal.target.index()];
  if (refusal.of_credential) {
    learn_credential(refusal, verdict, now);
    return made_room(now);
  }
  if (refusal.asked) target.doubt.learned();
  if (refusal.cause.kind == ErrorKind::Unsupported) {
    if (verdict != Verdict::Contradicted) return target.lacks.forget(refusal.api);
    if (refusal.asked) further_.answered_elsewhere(refusal.asked_at);
    return lacks_api(refusal, now);
  }
  const Error error{.kind = refusal.cause.kind, .scope = ErrorScope::Target, .status = refusal.cause.status};
  switch (verdict) {
    case Verdict::Unknown: break;
    case Verdict::Agreed:
      // The target answers as its siblings do, so it is well. That holds for its trial too.
      target.doubt.clear();
      target.success.take_back_failure();
      if (refusal.trial_levels != 0) well_throughout(target, refusal.taken, now);
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
      apply(blame, {missing ? Charge::Action::Missing : Charge::Action::Count, Level::Target}, now);
      break;
    }
  }
  made_room(now);
}

}  // namespace drover::core
