// What a probe's answer changes: its key and its server. It never changes a target or a cooldown.
#include <algorithm>

#include "core/fleet/fleet.h"

namespace drover::core {
namespace {

/// After a failed probe the node stays out until the next probe has had time to answer: the interval and this share
/// more, because probes are spread over the interval.
constexpr double kProbeSlack = 0.25;

}  // namespace

void Fleet::on_probe(const ProbeAnswer& answer, Instant now) {
  const std::optional<std::uint32_t> place = checks_.find(answer.key, answer.server);
  if (!place) return;
  CheckPoint& point = checks_[*place];
  point.last = LastCheck{.at = now, .healthy = answer.error == nullptr};
  const TargetState& state = targets_[point.target.index()];
  if (answer.error == nullptr) {
    if (answer.latency) point.latency.observe(*answer.latency);
    probe_succeeded(state, Level::Server, now);
    probe_succeeded(state, Level::Key, now);
    return;
  }
  const Error& error = *answer.error;
  point.last->why = error.kind;
  point.last->status = error.status;
  if (shows_key_accepted(error)) probe_succeeded(state, Level::Key, now);
  Charge due = charge_for(error, false);
  if (due.action == Charge::Action::RestKey || due.action == Charge::Action::RestQuota) {
    probe_succeeded(state, Level::Server, now);
    return probe_failed(state, {Charge::Action::RestKey, Level::Key}, error, now);
  }
  // A rate limit on the probe's path says nothing about the models. An unclear refusal says nothing at all.
  if (due.action != Charge::Action::Count) return;
  const ProviderId provider = plan_->keys[point.key.index()].provider;
  const bool one_server = std::ranges::count(plan_->servers, provider, &Server::provider) == 1;
  due.level = is_about_the_address(error) || !one_server ? Level::Server : Level::Key;
  probe_failed(state, due, error, now);
}

void Fleet::probe_succeeded(const TargetState& target, Level level, Instant now) {
  const std::uint32_t at = target.path[static_cast<std::size_t>(level)];
  HealthNode& node = nodes_[at];
  if (node.heard_within(plan_->health.interval, now) || !node.succeed(plan_->health, now, now)) return;
  nodes_.recover_until(node.slow_until());
  nodes_.tell(StateChange::What::Recovered, at, now);
  made_room(now);
}

void Fleet::probe_failed(const TargetState& target, Charge due, const Error& error, Instant now) {
  const std::uint32_t at = target.path[static_cast<std::size_t>(due.level)];
  HealthNode& node = nodes_[at];
  if (node.heard_within(plan_->health.interval, now)) return;
  const Duration next = plan_->health.interval + plan_->health.timeout;
  const auto slack = static_cast<Duration::rep>(static_cast<double>(plan_->health.interval.count()) * kProbeSlack);
  const bool went_out = due.action == Charge::Action::RestKey
                            ? node.rest(kFirstKeyRest, error, false, now, random_)
                            : node.count_failure(plan_->health, error, false, now, random_);
  node.stay_out_until(after(now, next + Duration(slack)));
  if (went_out || node.clear(now)) {
    nodes_.cause(at) = {.kind = error.kind,
                        .status = error.status,
                        .code = FixedText<kMaxCauseCode>(error.code),
                        .by_probe = true,
                        .at = now};
  }
  if (went_out)
    nodes_.tell(due.action == Charge::Action::RestKey ? StateChange::What::Resting : StateChange::What::Ejected, at,
                now);
}

}  // namespace drover::core
