// Building the book from a plan: the health tree's nodes and each pool's tiers of equal priority.
#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "core/targets/target_book.h"

namespace drover::core {
namespace {

/// FNV-1a: it gives the same hash in every run and on every machine, so that a reload or a restart moves no sticky
/// request.
std::uint64_t stable_hash(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char byte : text) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3ULL;
  return hash;
}

std::string model_label(const Target& target) {
  return target.model.empty() ? "any model" : target.model;
}

/// How a target renames models, as text: two targets for all models (`*`) are told apart by it.
std::string renaming(const Target& target) {
  if (!target.rename.any()) return {};
  return target.rename.front + "*" + std::to_string(target.rename.drop);
}

}  // namespace

TargetBook::TargetBook(const Plan& plan, const CheckPoints& checks) : plan_(&plan), limits_(plan) {
  const std::size_t most =
      1 + plan.providers.size() + plan.servers.size() + plan.keys.size() + plan.quotas.size() + 2 * plan.targets.size();
  nodes_.reserve(most);

  const auto provider_base = nodes_.next();
  for (const Provider& p : plan.providers) nodes_.add("provider " + p.name, "provider " + p.name, Level::Provider);
  const auto server_base = nodes_.next();
  for (const Server& s : plan.servers) nodes_.add("server " + s.base_url, "server " + s.base_url, Level::Server);
  const auto key_base = nodes_.next();
  for (const Key& k : plan.keys) {
    nodes_.add("key " + k.fingerprint, "key " + plan.providers[k.provider.index()].name + "/" + k.name, Level::Key);
  }
  const auto quota_base = nodes_.next();
  for (const Quota& q : plan.quotas) nodes_.add("quota " + q.name, "quota " + q.name, Level::Quota);

  std::unordered_map<std::string, std::uint32_t> lanes;
  // A lane's limit is learnt from one server's answers, so each server has a lane of its own.
  std::unordered_map<std::string, std::uint32_t> numbers;
  targets_.resize(plan.targets.size());
  for (std::size_t at = 0; at < plan.targets.size(); ++at) {
    const Target& target = plan.targets[at];
    const Key& key = plan.keys[target.key.index()];
    TargetState& state = targets_[at];
    const std::uint32_t quota = target.quota ? quota_base + target.quota->value : kAlwaysOpen;
    const std::string owner = nodes_.names()[target.quota ? quota : key_base + target.key.value];
    const std::string owner_label = nodes_.label(target.quota ? quota : key_base + target.key.value);
    const std::string lane_name = "lane " + target.model + " of " + owner;
    const auto [found, fresh] = lanes.try_emplace(lane_name);
    if (fresh) found->second = nodes_.add(lane_name, model_label(target) + " at " + owner_label, Level::Lane);
    const std::string limit_name = lane_name + " at " + plan.servers[target.server.index()].base_url;
    const auto [number, first] = numbers.try_emplace(limit_name);
    if (first) number->second = lanes_.add(limit_name);
    state.lane = number->second;
    const std::string name = "target " + key.fingerprint + " at " + plan.servers[target.server.index()].base_url +
                             " for " + target.model + renaming(target);
    state.hash = stable_hash(name);
    state.check = checks.find(target.key, target.server).value_or(kNone);
    state.per_weight = 1.0F / static_cast<float>(target.weight);
    state.path = {provider_base + target.provider.value,
                  server_base + target.server.value,
                  key_base + target.key.value,
                  quota,
                  found->second,
                  nodes_.add(name, "target " + target.name, Level::Target)};
  }
  build_pools();
  build_accusers();
}

void TargetBook::build_accusers() {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> parts;  // node and part
  for (const TargetState& target : targets_) {
    for (std::size_t level = 0; level < static_cast<std::size_t>(Level::Target); ++level) {
      parts.emplace_back(target.path[level], target.part_of(static_cast<Level>(level), nodes_));
    }
  }
  std::ranges::sort(parts);
  const auto repeated = std::ranges::unique(parts);
  parts.erase(repeated.begin(), repeated.end());
  for (auto at = parts.begin(); at != parts.end();) {
    const auto next = std::ranges::find_if(at, parts.end(), [&](const auto& part) { return part.first != at->first; });
    nodes_.divide(at->first, static_cast<std::uint32_t>(next - at));
    at = next;
  }
}

void TargetBook::build_pools() {
  pools_.resize(plan_->pools.size());
  std::vector<std::uint32_t> weights;
  for (std::uint32_t at = 0; at < plan_->pools.size(); ++at) {
    const std::vector<TargetId>& targets = plan_->pools[at].targets;
    const auto target = [&](std::size_t place) -> const Target& { return plan_->targets[targets[place].index()]; };
    for (std::size_t begin = 0; begin < targets.size();) {
      weights.clear();
      std::size_t end = begin;
      for (; end < targets.size() && target(end).priority == target(begin).priority; ++end) {
        weights.push_back(target(end).weight);
        TargetState& state = targets_[targets[end].index()];
        if (state.pool == kNone) {
          state.pool = at;
          state.tier = static_cast<std::uint32_t>(pools_[at].tiers.size());
        } else {
          pools_[at].borrows = true;
        }
      }
      Tier tier{.begin = static_cast<std::uint32_t>(begin),
                .draw = balancer::WeightedDraw(weights),
                .round = balancer::RoundRobin(weights.size()),
                .spare = balancer::RoundRobin(weights.size())};
      for (const std::uint32_t weight : weights) tier.weight += weight;
      pools_[at].tiers.push_back(std::move(tier));
      begin = end;
    }
    pools_[at].hash = stable_hash(plan_->pools[at].model);
  }
}

}  // namespace drover::core
