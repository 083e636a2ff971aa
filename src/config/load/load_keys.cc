// The keys of one provider: an entry is one credential, or several when its variable holds a list.
#include <algorithm>

#include "base/sha256.h"
#include "config/load/draft.h"
#include "config/load/key_source.h"

namespace drover::config {
namespace {

std::string fingerprint(std::string_view provider, std::string_view value) {
  return hex(sha256("drover-key:" + std::string(provider) + ":" + std::string(value)), 4);
}

std::optional<core::QuotaId> find_quota(const Value& value, const Draft& draft) {
  const auto name = value.name();
  if (!name) return std::nullopt;
  std::vector<std::string> names;
  for (std::size_t at = 0; at < draft.plan.quotas.size(); ++at) {
    if (draft.plan.quotas[at].name == *name) return core::QuotaId{static_cast<std::uint32_t>(at)};
    names.push_back(draft.plan.quotas[at].name);
  }
  if (draft.quotas_broken) return std::nullopt;
  const std::string hint = did_you_mean(*name, names);
  value.wrong("there is no quota called " + shown(*name), hint.empty() ? "describe it under quotas" : hint);
  return std::nullopt;
}

/// Adds one key. Refuses a value or a name that another key of the provider has.
void add_key(core::Key key, const Value& where, Draft& draft) {
  ProviderDraft& provider = draft.providers[key.provider.index()];
  const auto [same, is_new] = provider.key_values.emplace(sha256(key.secret.reveal()), key.name);
  if (!is_new) {
    where.wrong("this is the same key as '" + same->second + "': one key under two names would be counted twice",
                "remove one");
    return;
  }
  if (!provider.key_names.insert(key.name).second) {
    where.wrong("another key of this provider is called '" + key.name + "' too", "give it another name");
    return;
  }
  if (draft.plan.keys.size() >= defaults::kKeys) {
    if (draft.plan.keys.size() == defaults::kKeys) {
      where.wrong("more than " + std::to_string(defaults::kKeys) + " keys", "split the configuration");
    }
    return;
  }
  provider.keys.push_back({static_cast<std::uint32_t>(draft.plan.keys.size())});
  draft.plan.keys.push_back(std::move(key));
}

void load_key(const Value& value, core::ProviderId id, Draft& draft) {
  const auto map = value.section(schema::kKey);
  if (!map) return;
  core::Key key{.provider = id, .name = {}, .fingerprint = {}, .secret = {}, .weight = 1, .quota = std::nullopt};
  if (const auto name = map->find("name")) key.name = name->name().value_or("");
  map->whole("weight", key.weight, {0, defaults::kWeight});
  if (const auto quota = map->find("quota")) key.quota = find_quota(*quota, draft);
  if (const auto limits = map->find("limits")) key.limits = load_limits_of(*limits);
  if (key.weight == 0) {
    draft.report.warn(value.place(), value.path() + ": weight 0, so this key gets no traffic");
  }
  const std::vector<std::string> values = read_credentials(*map, draft.environment, Several::CommaSeparated);
  const std::string base = key.name;
  for (std::size_t at = 0; at < values.size(); ++at) {
    // The position among all keys of the provider, so that a key's name does not depend on how the list is written.
    const std::string position = std::to_string(draft.providers[id.index()].keys.size() + 1);
    key.name = base.empty() ? position : values.size() == 1 ? base : base + "-" + std::to_string(at + 1);
    key.fingerprint = fingerprint(draft.plan.providers[id.index()].name, values[at]);
    key.secret = Secret(values[at]);
    add_key(key, value, draft);
  }
}

}  // namespace

void load_keys(const Section& provider, core::ProviderId id, Draft& draft) {
  const core::Provider& owner = draft.plan.providers[id.index()];
  const bool none = owner.auth.kind == core::Auth::Kind::None;
  const auto keys = provider.find("keys");
  if (none) {
    if (keys) keys->hidden().wrong("keys are given although auth is none", "remove the keys, or set auth: bearer");
    // One credential without a name: every target needs a key, which its health is kept for.
    add_key({.provider = id,
             .name = "1",
             .fingerprint = fingerprint(owner.name, ""),
             .secret = {},
             .weight = 1,
             .quota = std::nullopt},
            provider.map(), draft);
    return;
  }
  if (!provider.has("keys")) {
    provider.map().wrong("keys are missing", "write keys: [ { env: EXAMPLE_KEY } ], or auth: none");
  }
  if (!keys) return;
  for (const Value& each : keys->hidden().list("[ { env: EXAMPLE_KEY } ]")) load_key(each, id, draft);
}

}  // namespace drover::config
