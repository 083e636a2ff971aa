#include "gateway/access/stored_clients.h"

#include <algorithm>

#include "base/hash.h"

namespace drover::gateway {
namespace {

/// Above every client of a configuration. Keys that share a number share their turns in the waiting room, no more.
constexpr std::uint32_t kFirstNumber = 0x4000'0000;

core::PrincipalId number_of(std::string_view key) {
  return {kFirstNumber | static_cast<std::uint32_t>(hash64(key, /*seed=*/0) & (kFirstNumber - 1))};
}

/// A provider that the configuration does not have is nobody's.
core::ProviderSet providers_of(const std::vector<std::string>& names, const core::Plan& plan) {
  core::ProviderSet providers;
  for (std::uint32_t at = 0; at < plan.providers.size(); ++at) {
    if (std::ranges::find(names, plan.providers[at].name) != names.end()) providers.add(core::ProviderId{at});
  }
  return providers;
}

std::shared_ptr<const StoredClient> make(const directory::FoundKey& key,
                                         const std::shared_ptr<const Snapshot>& snapshot) {
  auto made = std::make_shared<StoredClient>();
  made->principal = key.principal;
  made->terms = key.terms;
  made->snapshot = snapshot;
  config::ClientKey& client = made->client;
  client.name = std::string(key.id.view());
  client.path = key.principal->empty() ? client.name : *key.principal + "/" + client.name;
  client.models = key.terms->models;
  client.tags = key.terms->tags;
  client.principal = number_of(client.name);
  if (!key.terms->providers.empty()) {
    client.providers = providers_of(key.terms->providers, *snapshot->plan);
    made->fences = Snapshot::client_fences(*snapshot->plan, *client.providers);
  }
  return made;
}

}  // namespace

std::shared_ptr<const StoredClient> StoredClients::of(const directory::FoundKey& key,
                                                      const std::shared_ptr<const Snapshot>& snapshot) {
  std::string id(key.id.view());
  const auto known = known_.find(id);
  if (known != known_.end()) {
    const StoredClient& client = *known->second;
    if (client.terms == key.terms && client.principal == key.principal && client.snapshot == snapshot)
      return known->second;
  }
  if (known == known_.end() && known_.size() >= kMost) known_.clear();
  std::shared_ptr<const StoredClient> made = make(key, snapshot);
  known_[std::move(id)] = made;
  return made;
}

}  // namespace drover::gateway
