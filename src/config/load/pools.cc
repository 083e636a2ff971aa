#include "config/load/pools.h"

#include <algorithm>
#include <utility>

#include "base/glob.h"

namespace drover::config {

std::string mixed_dialects(const core::Provider& one, const core::Provider& other) {
  return "providers '" + one.name + "' and '" + other.name + "' speak different dialects, and 'translate' is off";
}

std::string PoolExpansion::target_name(const TargetEntry& wanted, std::size_t server, core::KeyId key,
                                       const std::string& model, const std::string& pool) const {
  const ProviderDraft& provider = draft_.providers[wanted.provider.index()];
  std::string name = draft_.plan.providers[wanted.provider.index()].name + "/" + draft_.plan.keys[key.index()].name;
  if (provider.servers.size() > 1) {
    const std::string& authority = provider.authorities[server];
    const std::string& url = draft_.plan.servers[provider.servers[server].index()].base_url;
    // Two servers with one authority differ in scheme or path: only then the name needs more than the authority.
    const bool alone = std::ranges::count(provider.authorities, authority) == 1;
    name += "@" + (alone ? authority : url.substr(url.find("://") + 3));
  }
  if (!model.empty() && model != pool) name += ":" + model;
  return name;
}

core::Rename rename_of(std::string_view pattern, std::string_view model) {
  const std::string_view stem = glob_stem(pattern);
  const std::string_view front = glob_stem(model);
  const bool bare = front.empty() || front.ends_with('/');
  const std::size_t slash = stem.rfind('/');
  const std::size_t org = slash == std::string_view::npos ? 0 : slash + 1;
  const std::size_t drop = bare ? org : stem.size();
  if (stem.substr(0, drop) == front) return {};
  return {.drop = drop, .front = std::string(front)};
}

PoolExpansion::Upstream PoolExpansion::upstream_of(const ModelEntry& entry, const std::string& written,
                                                   const std::string& pool) {
  const bool rewrites = is_glob(entry.name) && is_glob(written);
  if (!written.empty() && !rewrites) return {.name = written, .rename = {}};
  const core::Rename rename = rewrites ? rename_of(entry.name, written) : core::Rename{};
  if (is_glob(pool)) return {.name = {}, .rename = rename};
  return {.name = core::Target{.rename = rename}.model_for(pool), .rename = {}};
}

core::TargetId PoolExpansion::target(const TargetEntry& wanted, core::ServerId server, core::KeyId key,
                                     const Upstream& model, const std::string& name) {
  const core::Key& credential = draft_.plan.keys[key.index()];
  const std::uint32_t weight = wanted.weight * credential.weight;
  const core::TargetId next{static_cast<std::uint32_t>(draft_.plan.targets.size())};
  const auto [at, is_new] = targets_.emplace(Identity{server.value, key.value, model.name, model.rename.drop,
                                                      model.rename.front, weight, wanted.priority, name},
                                             next);
  if (is_new) {
    draft_.plan.targets.push_back({.provider = wanted.provider,
                                   .server = server,
                                   .key = key,
                                   .quota = credential.quota,
                                   .model = model.name,
                                   .rename = model.rename,
                                   .weight = weight,
                                   .priority = wanted.priority,
                                   .name = name});
  }
  return at->second;
}

void PoolExpansion::add_targets(const ModelEntry& entry, const TargetEntry& wanted, core::Pool& pool) {
  const ProviderDraft& provider = draft_.providers[wanted.provider.index()];
  const std::string written = wanted.model.value_or(std::string());
  const Upstream model = upstream_of(entry, written, pool.model);
  for (std::size_t server = 0; server < provider.servers.size(); ++server) {
    for (const core::KeyId key : provider.keys) {
      if ((wanted.key && *wanted.key != key) || wanted.weight == 0) continue;
      if (draft_.plan.keys[key.index()].weight == 0) continue;
      if (++targets_named_ > defaults::kTargets) {
        too_many_ = true;
        draft_.report.add(entry.place, entry.path,
                          "servers × keys × models make more than " + std::to_string(defaults::kTargets) + " targets",
                          "name fewer models (\"*\" takes all others), or split the keys "
                          "over several gateways");
        return;
      }
      pool.targets.push_back(
          target(wanted, provider.servers[server], key, model,
                 target_name(wanted, server, key, is_glob(pool.model) ? written : model.name, pool.model)));
    }
  }
}

/// Sorts by priority; targets of one priority keep the order of the file.
void PoolExpansion::sort_by_priority(std::vector<core::TargetId>& targets) const {
  std::vector<std::pair<std::uint32_t, std::size_t>> order;
  for (std::size_t at = 0; at < targets.size(); ++at) {
    order.emplace_back(draft_.plan.targets[targets[at].index()].priority, at);
  }
  std::ranges::sort(order);
  const std::vector<core::TargetId> as_configured = std::exchange(targets, {});
  for (const auto& [priority, at] : order) targets.push_back(as_configured[at]);
}

core::PoolId PoolExpansion::pool(const ModelEntry& entry, const std::string& name) {
  if (const auto known = pools_.find(name); known != pools_.end()) return known->second;
  core::Pool pool{
      .model = name, .balance = entry.balance, .targets = {}, .timeouts = entry.timeouts, .affinity = entry.affinity};
  bool blamed = entry.broken;
  for (const TargetEntry& wanted : entry.targets) {
    blamed = blamed || draft_.providers[wanted.provider.index()].broken;
    if (!too_many_) add_targets(entry, wanted, pool);
  }
  for (const TargetEntry& wanted : entry.targets) {
    const core::Provider& one = draft_.plan.providers[entry.targets.front().provider.index()];
    const core::Provider& other = draft_.plan.providers[wanted.provider.index()];
    if (one.dialect == other.dialect || entry.translates() || name != entry.name || is_glob(name)) continue;
    draft_.report.add(wanted.place, wanted.path, mixed_dialects(one, other),
                      "keep targets of one dialect, or remove translate: off");
    break;
  }
  sort_by_priority(pool.targets);
  if (pool.targets.empty() && !blamed && !too_many_) {
    draft_.report.add(entry.place, entry.path, "no usable target: every weight is 0",
                      "give one key and one target a weight of 1 or more");
  }
  const core::PoolId id{static_cast<std::uint32_t>(draft_.plan.pools.size())};
  draft_.plan.pools.push_back(std::move(pool));
  pools_.emplace(name, id);
  return id;
}

}  // namespace drover::config
