// What a fleet shows: views for status pages, and its state as plain values for reloads and restarts.
#include <algorithm>
#include <unordered_map>

#include "core/fleet.h"

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

TargetView Fleet::view(TargetId target, Instant now) const {
  const TargetState& state = targets_[target.index()];
  TargetView view{.target = target, .until = now, .last_used = state.last_used};
  Access worst = Access::Open;
  bool trial_runs = false;
  for (const std::uint32_t at : state.path) {
    const HealthNode& node = nodes_[at];
    if (worst == Access::Open && node.consecutive_failures() > view.consecutive_failures) view.cause = causes_[at];
    view.consecutive_failures = std::max(view.consecutive_failures, node.consecutive_failures());
    view.score = std::max(view.score, node.score());
    if (node.clear(now)) continue;
    const Access access = node.access(now);
    trial_runs = trial_runs || node.trial_running();
    if (access > Access::Trial) view.until = std::max(view.until, node.until(now));
    if (access <= worst) continue;
    worst = access;
    view.cause = causes_[at];
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
  if (state.check != kNone) {
    view.last_check = checks_[state.check].last;
    view.probe_seconds = checks_[state.check].latency.seconds();
  }
  return view;
}

std::vector<TargetView> Fleet::views(Instant now) const {
  std::vector<TargetView> all;
  all.reserve(targets_.size());
  for (std::uint32_t at = 0; at < targets_.size(); ++at) all.push_back(view(TargetId{at}, now));
  return all;
}

std::uint64_t Fleet::in_flight() const {
  std::uint64_t sum = 0;
  for (const TargetState& target : targets_) sum += target.in_flight;
  return sum;
}

FleetState Fleet::save() const {
  FleetState state;
  state.nodes.reserve(nodes_.size());
  for (std::size_t at = 1; at < nodes_.size(); ++at) state.nodes.push_back({names_[at], nodes_[at], causes_[at]});
  state.targets.reserve(targets_.size());
  for (const TargetState& target : targets_) {
    state.targets.push_back({names_[target.path.back()], target.first_content, target.per_token, target.requests,
                             target.failures, target.input_tokens, target.cached_tokens, target.last_used});
  }
  for (const CheckPoint& point : checks_) {
    if (point.last) state.checks.push_back({check_name(point), point.last, point.latency});
  }
  for (const AffinityTable::Entry& entry : conversations_.entries()) {
    if (entry.key != 0) state.conversations.push_back(entry);
  }
  state.limits = limits_.save();
  std::vector<bool> saved(lane_limits_.size());
  for (const TargetState& target : targets_) {
    if (saved[target.lane] || lane_limits_[target.lane].unknown()) continue;
    saved[target.lane] = true;
    state.lanes.push_back({lane_names_[target.lane], lane_limits_[target.lane]});
  }
  return state;
}

/// Places of `state.targets` become targets of this plan; a conversation whose home is gone begins anew.
void Fleet::restore_conversations(const FleetState& state, const std::vector<std::uint32_t>& now_at) {
  if (!conversations_.is_open()) return;
  for (AffinityTable::Entry entry : state.conversations) {
    entry.home = entry.home < now_at.size() ? now_at[entry.home] : kNone;
    entry.stand_in = entry.stand_in < now_at.size() ? now_at[entry.stand_in] : kNone;
    if (entry.home != kNone) conversations_.claim(entry.key) = entry;
  }
}

void Fleet::restore(const FleetState& state) {
  std::unordered_map<std::string_view, std::size_t> nodes;
  for (std::size_t at = 1; at < nodes_.size(); ++at) nodes.emplace(names_[at], at);
  for (const FleetState::NodeRecord& record : state.nodes) {
    const auto found = nodes.find(record.name);
    if (found == nodes.end()) continue;
    nodes_[found->second] = record.health;
    causes_[found->second] = record.cause;
    nodes_[found->second].forget_trial();  // a running trial reports to the fleet that began it
    recovering_until_ = std::max(recovering_until_, record.health.slow_until());
  }
  std::unordered_map<std::string_view, std::size_t> targets;
  for (std::size_t at = 0; at < targets_.size(); ++at) targets.emplace(names_[targets_[at].path.back()], at);
  std::vector<std::uint32_t> now_at;  // by place in state.targets
  for (const FleetState::TargetRecord& record : state.targets) {
    const auto found = targets.find(record.name);
    now_at.push_back(found == targets.end() ? kNone : static_cast<std::uint32_t>(found->second));
    if (found == targets.end()) continue;
    TargetState& target = targets_[found->second];
    target.first_content = record.first_content;
    target.per_token = record.per_token;
    target.requests = record.requests;
    target.failures = record.failures;
    target.input_tokens = record.input_tokens;
    target.cached_tokens = record.cached_tokens;
    target.last_used = record.last_used;
  }
  restore_conversations(state, now_at);
  std::unordered_map<std::string, std::size_t> checks;
  if (!state.checks.empty()) {
    for (std::size_t at = 0; at < checks_.size(); ++at) checks.emplace(check_name(checks_[at]), at);
  }
  for (const FleetState::CheckRecord& record : state.checks) {
    const auto found = checks.find(record.name);
    if (found == checks.end()) continue;
    checks_[found->second].last = record.last;
    checks_[found->second].latency = record.latency;
  }
  limits_.restore(state.limits);
  std::unordered_map<std::string_view, std::uint32_t> lanes;
  for (const TargetState& target : targets_) {
    lanes.emplace(lane_names_[target.lane], target.lane);
  }
  for (const FleetState::LaneRecord& record : state.lanes) {
    const auto found = lanes.find(record.name);
    if (found != lanes.end()) lane_limits_[found->second] = record.limit;
  }
}

}  // namespace drover::core
