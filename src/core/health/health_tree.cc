#include "core/health/health_tree.h"

namespace drover::core {

void HealthTree::reserve(std::size_t nodes) {
  nodes_.reserve(nodes);
  causes_.reserve(nodes);
  accusers_.reserve(nodes);
  levels_.reserve(nodes);
  names_.reserve(nodes);
  labels_.reserve(nodes);
}

std::uint32_t HealthTree::add(std::string name, std::string label, Level level) {
  const std::uint32_t node = next();
  nodes_.emplace_back();
  causes_.emplace_back();
  accusers_.emplace_back();
  levels_.push_back(level);
  names_.push_back(std::move(name));
  labels_.push_back(std::move(label));
  return node;
}

bool HealthTree::succeed(std::uint32_t node, const HealthSettings& settings, Instant began, Instant now) {
  if (accused_) accusers_[node].clear();
  nodes_[node].hear(now);
  if (!nodes_[node].succeed(settings, began, now)) return false;
  recover_until(nodes_[node].slow_until());
  return true;
}

void HealthTree::tell(StateChange::What what, std::uint32_t node, Instant now) {
  const bool out = what == StateChange::What::Ejected || what == StateChange::What::CoolingDown ||
                   what == StateChange::What::Resting;
  tell(what, node, now, out ? nodes_[node].until(now) : kNever, out ? causes_[node] : Cause{});
}

bool HealthTree::clear(const Path& path, Instant now) const {
  return std::ranges::all_of(path, [&](std::uint32_t node) { return nodes_[node].clear(now); });
}

bool HealthTree::admits(const Path& path, Instant now) const {
  for (const std::uint32_t node : path) {
    if (!nodes_[node].clear(now) && nodes_[node].access(now) > Access::Trial) return false;
  }
  return true;
}

bool HealthTree::admits(const Path& path, std::uint8_t trial_levels, Instant now) const {
  for (std::size_t level = 0; level < kLevels; ++level) {
    const HealthNode& node = nodes_[path[level]];
    if (node.clear(now)) continue;
    const bool own_trial = (trial_levels & level_bit(static_cast<Level>(level))) != 0 && node.trial_running();
    if (!own_trial && node.access(now) > Access::Trial) return false;
  }
  return true;
}

bool HealthTree::ejected(const Path& path, Instant now) const {
  return std::ranges::any_of(path, [&](std::uint32_t node) {
    return !nodes_[node].clear(now) && nodes_[node].access(now) == Access::Ejected && nodes_[node].until(now) != kNever;
  });
}

double HealthTree::least_share(const Path& path, Instant now) const {
  double least = 1.0;
  for (const std::uint32_t node : path) least = std::min(least, nodes_[node].share(now));
  return least;
}

Comeback HealthTree::comeback(const Path& path, Instant now) const {
  Comeback last;
  for (const std::uint32_t node : path) {
    const Comeback own = nodes_[node].comeback(now);
    if (own.running(now) && own.until() > last.until()) last = own;
  }
  return last;
}

std::uint8_t HealthTree::end_trials(const Path& path, std::uint8_t trial_levels, Instant taken) {
  std::uint8_t counted = 0;
  for (std::size_t level = 0; level < kLevels; ++level) {
    const std::uint8_t here = level_bit(static_cast<Level>(level));
    if ((trial_levels & here) == 0) continue;
    if (nodes_[path[level]].end_trial(taken)) counted = static_cast<std::uint8_t>(counted | here);
  }
  return counted;
}

}  // namespace drover::core
