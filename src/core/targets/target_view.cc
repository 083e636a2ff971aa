#include "core/targets/target_view.h"

#include <algorithm>

namespace drover::core {

std::string_view to_string(TargetCondition condition) {
  switch (condition) {
    case TargetCondition::Ok: return "ok";
    case TargetCondition::Suspect: return "suspect";
    case TargetCondition::HalfOpen: return "half_open";
    case TargetCondition::Ejected: return "ejected";
    case TargetCondition::Cooling: return "cooling";
    case TargetCondition::Resting: return "resting";
  }
  return "ok";
}

TargetView view_of(const TargetBook& targets, const CheckPoints& checks, TargetId target, Instant now) {
  const TargetState& state = targets[target];
  const HealthTree& nodes = targets.nodes();
  TargetView view{.target = target, .until = now, .last_used = state.last_used};
  Access worst = Access::Open;
  bool trial_runs = false;
  for (const std::uint32_t at : state.path) {
    const HealthNode& node = nodes[at];
    if (worst == Access::Open && node.consecutive_failures() > view.consecutive_failures) view.cause = nodes.cause(at);
    view.consecutive_failures = std::max(view.consecutive_failures, node.consecutive_failures());
    view.score = std::max(view.score, node.score());
    if (node.clear(now)) continue;
    const Access access = node.access(now);
    trial_runs = trial_runs || node.trial_running();
    if (access > Access::Trial) view.until = std::max(view.until, node.until(now));
    if (access <= worst) continue;
    worst = access;
    view.cause = nodes.cause(at);
  }
  switch (worst) {
    case Access::Open:
      view.condition =
          view.consecutive_failures > 0 || state.silence.suspected() ? TargetCondition::Suspect : TargetCondition::Ok;
      break;
    case Access::Trial: view.condition = TargetCondition::HalfOpen; break;
    case Access::Ejected: view.condition = trial_runs ? TargetCondition::HalfOpen : TargetCondition::Ejected; break;
    case Access::Cooling: view.condition = TargetCondition::Cooling; break;
    case Access::Resting: view.condition = trial_runs ? TargetCondition::HalfOpen : TargetCondition::Resting; break;
  }
  view.in_flight = state.in_flight;
  view.first_content_seconds = state.first_content.last();
  view.seconds_per_output_token = state.per_token.last();
  view.requests = state.requests;
  view.failures = state.failures;
  view.input_tokens = state.input_tokens;
  view.cached_tokens = state.cached_tokens;
  if (state.check != TargetState::kNone) {
    view.last_check = checks[state.check].last;
    view.probe_seconds = checks[state.check].latency.seconds();
  }
  return view;
}

}  // namespace drover::core
