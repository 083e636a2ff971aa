#include "core/targets/evidence.h"

#include <algorithm>

namespace drover::core {
namespace {

/// Most refusals in a row of one credential that may be held to be the requests' fault. More come from an account that
/// is shut.
constexpr std::uint32_t kMostExcused = 24;
/// After a failed probe the node stays out until the next probe has had time to answer: the interval and this share
/// more, because probes are spread over the interval.
constexpr double kProbeSlack = 0.25;

}  // namespace

void Evidence::charge(const Blame& blame, Charge due) {
  const TargetState& target = targets_[blame.target];
  if (target.path[static_cast<std::size_t>(due.level)] == HealthTree::kAlwaysOpen)
    due.level = Level::Key;  // it has no quota
  if (due.level == Level::Target) return apply(blame, due);
  const std::uint32_t at = target.path[static_cast<std::size_t>(due.level)];
  const bool sure = due.level == Level::Server && is_about_the_address(*blame.error);
  if (nodes().undivided(at) || sure) return apply(blame, due);

  const bool was_trial = (blame.trial_levels & level_bit(due.level)) != 0;
  const bool enough = nodes().accuse(at, target.part_of(due.level, nodes())) || was_trial;
  apply(blame, {due.action, Level::Target});
  if (enough) return apply(blame, due);
  nodes()[at].hear(now_);
  if (due.action == Charge::Action::Count) nodes()[at].note_failure();
}

void Evidence::apply(const Blame& blame, Charge due) {
  const Error& error = *blame.error;
  const std::uint32_t at = targets_[blame.target].path[static_cast<std::size_t>(due.level)];
  HealthNode& node = nodes()[at];
  node.hear(now_);
  const bool was_trial = (blame.trial_levels & level_bit(due.level)) != 0;
  const bool was_clear = node.clear(now_);
  const auto out = [&](StateChange::What what) {
    nodes().cause(at) = blame.cause;
    nodes().tell(what, at, now_);
  };
  switch (due.action) {
    case Charge::Action::None: return;
    case Charge::Action::Count:
      if (node.count_failure(health(), error, was_trial, now_, random_)) return out(StateChange::What::Ejected);
      if (was_clear) nodes().cause(at) = blame.cause;  // not out yet, but suspect
      return;
    case Charge::Action::Cool:
      if (!node.cool(error.retry_after, error, now_, random_)) return;
      nodes().recover_until(node.slow_until());
      return out(StateChange::What::CoolingDown);
    case Charge::Action::RestKey:
      if (node.rest(kFirstKeyRest, error, was_trial, now_, random_)) out(StateChange::What::Resting);
      return;
    case Charge::Action::RestQuota:
      if (node.rest(kLongRest, error, was_trial, now_, random_)) out(StateChange::What::Resting);
      return;
    case Charge::Action::Missing:
      if (node.eject_for(kLongRest, error, now_, random_)) out(StateChange::What::Ejected);
      return;
  }
}

/// Siblings offer the API and this target does not. A trial that ends so has passed: the target is well.
void Evidence::lacks_api(const Refusal& refusal) {
  TargetState& target = targets_[refusal.target];
  const bool news = target.lacks.show(refusal.api, now_);
  if (refusal.trial_levels != 0) targets_.well_throughout(target, refusal.taken, now_);
  if (!news) return;
  const std::uint32_t at = target.path[static_cast<std::size_t>(Level::Target)];
  nodes().tell(StateChange::What::LacksApi, at, now_, target.lacks.until(), refusal.cause);
}

/// The end of a request shows what a refused credential is worth. When other targets refused the request too, and the
/// pool answers other requests, the credential is as good as theirs. Else it is charged.
void Evidence::learn_credential(const Refusal& refusal, Verdict verdict) {
  TargetState& target = targets_[refusal.target];
  target.doubt.learned();
  PoolState* pool = target.pool == TargetState::kNone ? nullptr : &targets_.pool(target.pool);
  if (verdict == Verdict::Agreed && refusal.trial_levels == 0 && pool != nullptr && pool->excused < kMostExcused) {
    ++pool->excused;
    target.success.take_back_failure();
    return;
  }
  if (pool != nullptr) pool->failures.add(now_, 1);
  ++target.failures;
  const Error error{.kind = refusal.cause.kind, .scope = refusal.scope, .status = refusal.cause.status};
  Blame blame{.target = refusal.target, .trial_levels = refusal.trial_levels, .error = &error, .cause = refusal.cause};
  charge(blame, charge_for(error, /*names_model=*/false));
}

bool Evidence::probed(CheckPoints& checks, const ProbeAnswer& answer) {
  const std::optional<std::uint32_t> place = checks.find(answer.key, answer.server);
  if (!place) return false;
  CheckPoint& point = checks[*place];
  point.last = LastCheck{.at = now_, .healthy = answer.error == nullptr};
  const TargetState& state = targets_[point.target];
  if (answer.error == nullptr) {
    if (answer.latency) point.latency.observe(*answer.latency);
    const bool server = probe_succeeded(state, Level::Server);
    const bool key = probe_succeeded(state, Level::Key);
    return server || key;
  }
  const Error& error = *answer.error;
  point.last->why = error.kind;
  point.last->status = error.status;
  bool recovered = shows_key_accepted(error) && probe_succeeded(state, Level::Key);
  Charge due = charge_for(error, false);
  if (due.action == Charge::Action::RestKey || due.action == Charge::Action::RestQuota) {
    recovered = probe_succeeded(state, Level::Server) || recovered;
    probe_failed(state, {Charge::Action::RestKey, Level::Key}, error);
    return recovered;
  }
  // A rate limit on the probe's path says nothing about the models. An unclear refusal says nothing at all.
  if (due.action != Charge::Action::Count) return recovered;
  const ProviderId provider = targets_.plan().keys[point.key.index()].provider;
  const bool one_server = std::ranges::count(targets_.plan().servers, provider, &Server::provider) == 1;
  due.level = is_about_the_address(error) || !one_server ? Level::Server : Level::Key;
  probe_failed(state, due, error);
  return recovered;
}

bool Evidence::probe_succeeded(const TargetState& target, Level level) {
  const std::uint32_t at = target.path[static_cast<std::size_t>(level)];
  HealthNode& node = nodes()[at];
  if (node.heard_within(health().interval, now_) || !node.succeed(health(), now_, now_)) return false;
  nodes().recover_until(node.slow_until());
  nodes().tell(StateChange::What::Recovered, at, now_);
  return true;
}

void Evidence::probe_failed(const TargetState& target, Charge due, const Error& error) {
  const std::uint32_t at = target.path[static_cast<std::size_t>(due.level)];
  HealthNode& node = nodes()[at];
  if (node.heard_within(health().interval, now_)) return;
  const Duration next = health().interval + health().timeout;
  const auto slack = static_cast<Duration::rep>(static_cast<double>(health().interval.count()) * kProbeSlack);
  const bool went_out = due.action == Charge::Action::RestKey
                            ? node.rest(kFirstKeyRest, error, false, now_, random_)
                            : node.count_failure(health(), error, false, now_, random_);
  node.stay_out_until(after(now_, next + Duration(slack)));
  if (went_out || node.clear(now_)) {
    nodes().cause(at) = {.kind = error.kind,
                         .status = error.status,
                         .code = FixedText<kMaxCauseCode>(error.code),
                         .by_probe = true,
                         .at = now_};
  }
  if (went_out)
    nodes().tell(due.action == Charge::Action::RestKey ? StateChange::What::Resting : StateChange::What::Ejected, at,
                 now_);
}

}  // namespace drover::core
