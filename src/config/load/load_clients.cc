// Clients: which programs may use the gateway, their models, and the providers that their requests may reach.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/glob.h"
#include "base/sha256.h"
#include "config/load/draft.h"
#include "config/load/key_source.h"

namespace drover::config {
namespace {

/// Shorter keys can be guessed over a network.
constexpr std::size_t kGuessable = 16;

constexpr std::array<Choice<core::ServiceClass>, 2> kClasses = {
    {{"interactive", core::ServiceClass::Interactive}, {"batch", core::ServiceClass::Batch}}};

class ClientsReader {
 public:
  explicit ClientsReader(Draft& draft) : draft_(draft) {
    for (const core::Route& route : draft.plan.routes) models_.push_back(route.name);
    for (const core::Key& key : draft.plan.keys) {
      if (!key.secret.empty()) upstream_keys_.emplace(sha256(key.secret.reveal()), key.provider);
    }
  }

  void read(const Value& value);

 private:
  void read_key(const Section& map, ClientKey& client);
  void read_models(const Section& map, ClientKey& client);
  void read_providers(const Section& map, ClientKey& client);
  void read_team(const Section& map, ClientKey& client);
  void read_limits(const Section& map, ClientKey& client, core::Principal& principal);
  void check_reach(const Value& value, const ClientKey& client);
  [[nodiscard]] bool reaches(const ClientKey& client, const core::Route& route) const;

  Draft& draft_;
  std::vector<std::string> models_;
  std::set<std::string> names_;
  std::map<Sha256Digest, std::string> digests_;
  std::map<Sha256Digest, core::ProviderId> upstream_keys_;
};

void ClientsReader::read_key(const Section& map, ClientKey& client) {
  const auto key = map.find("key");
  if (!map.has("key")) map.map().wrong("key is missing", "write key: { env: WEB_KEY }");
  const auto source = key ? key->hidden().section(schema::kSecret) : std::nullopt;
  if (!source) return;
  const auto values = read_credentials(*source, draft_.environment, Several::One);
  if (values.empty()) return;
  client.digest = sha256(values.front());
  const auto [same, is_new] = digests_.emplace(client.digest, client.name);
  if (!is_new) {
    key->wrong("this is the same key as client '" + same->second + "' has", "give each client its own");
  }
  if (values.front().size() < kGuessable) {
    draft_.report.warn(key->place(), key->path() + ": this key is shorter than 16 characters and can be guessed");
  }
  if (const auto used = upstream_keys_.find(client.digest); used != upstream_keys_.end()) {
    draft_.report.warn(key->place(), key->path() + ": this is also a key of provider '" +
                                         draft_.plan.providers[used->second.index()].name +
                                         "'; clients should have keys of their own");
  }
}

void ClientsReader::read_models(const Section& map, ClientKey& client) {
  const auto models = map.find("models");
  if (!models) return;
  for (const Value& each : models->list("[ gpt-4o ]")) {
    const auto name = each.model();
    if (!name) continue;
    const bool known = std::ranges::any_of(models_, [&](const std::string& model) { return overlap(model, *name); });
    if (!known) each.wrong("there is no model called " + shown(*name), did_you_mean(*name, models_));
    client.models.push_back(*name);
  }
}

void ClientsReader::read_providers(const Section& map, ClientKey& client) {
  const auto providers = map.find("providers");
  if (!providers) return;
  client.providers.emplace();
  const std::vector<std::string> names = draft_.provider_names();
  for (const Value& each : providers->list("[ holysheep ]")) {
    const auto name = each.name();
    if (!name) continue;
    const auto found = std::ranges::find(names, *name);
    if (found == names.end()) {
      each.wrong("there is no provider called " + shown(*name), did_you_mean(*name, names));
      continue;
    }
    client.providers->add(core::ProviderId{static_cast<std::uint32_t>(found - names.begin())});
  }
}

void ClientsReader::read_team(const Section& map, ClientKey& client) {
  client.path = client.name;
  if (const auto team = map.find("team")) {
    const auto& teams = draft_.settings.accounts.teams;
    const auto name = team->text("the name of a team such as acme/search");
    if (name && std::ranges::find(teams, *name, &directory::Principal::path) == teams.end()) {
      std::vector<std::string> known;
      for (const directory::Principal& each : teams) known.push_back(each.path);
      team->wrong("there is no team called " + shown(*name), did_you_mean(*name, known));
    }
    if (name) client.path = *name + "/" + client.name;
  }
  const auto tags = map.find("tags");
  if (!tags) return;
  for (const Value& each : tags->list("[ batch ]")) {
    if (auto tag = each.name()) client.tags.push_back(*std::move(tag));
  }
}

/// A map limits each minute, and requests past it wait; a list has limits in any unit and window, and requests past
/// them are refused.
void ClientsReader::read_limits(const Section& map, ClientKey& client, core::Principal& principal) {
  const auto limits = map.find("limits");
  if (!limits) return;
  if (limits->node().kind == Node::Kind::List) {
    client.limits = load_team_limits(*limits);
  } else {
    principal.limits = load_limits_of(*limits);
  }
}

bool ClientsReader::reaches(const ClientKey& client, const core::Route& route) const {
  return std::ranges::any_of(route.pools, [&](core::PoolId pool) {
    return std::ranges::any_of(draft_.plan.pools[pool.index()].targets, [&](core::TargetId target) {
      return client.may_use(draft_.plan.targets[target.index()].provider);
    });
  });
}

/// A client that may ask for a model but reaches none of its targets is probably a mistake.
void ClientsReader::check_reach(const Value& value, const ClientKey& client) {
  for (const std::string& model : client.models) {
    const core::Route* const own = is_glob(model) ? nullptr : draft_.plan.route_for(model);
    const bool reached = std::ranges::any_of(draft_.plan.routes, [&](const core::Route& route) {
      return (own != nullptr ? &route == own : overlap(model, route.name)) && reaches(client, route);
    });
    if (reached) continue;
    draft_.report.warn(value.place(), value.path() + ": client '" + client.name + "' may ask for '" + model +
                                          "', but none of its targets is at a provider the client may reach");
  }
}

void ClientsReader::read(const Value& value) {
  const std::size_t mistakes = draft_.report.mistakes();
  const auto map = value.section(schema::kClient);
  if (!map) return;
  ClientKey client;
  if (const auto name = map->find("name")) client.name = name->name().value_or("");
  if (!map->has("name")) value.wrong("name is missing", "write name: web");
  if (!client.name.empty() && !names_.insert(client.name).second) {
    value.wrong("another client is called '" + client.name + "' too", "give it another name");
  }
  read_key(*map, client);
  read_models(*map, client);
  read_providers(*map, client);
  core::Principal principal{.name = client.name, .limits = {}};
  map->choice("class", principal.service, kClasses);
  read_team(*map, client);
  read_limits(*map, client, principal);
  if (draft_.report.mistakes() == mistakes) check_reach(value, client);
  client.principal = {static_cast<std::uint32_t>(draft_.plan.principals.size())};
  draft_.plan.principals.push_back(std::move(principal));
  draft_.settings.clients.push_back(std::move(client));
}

}  // namespace

void load_clients(const Section& top, Draft& draft) {
  const auto clients = top.find("clients");
  if (!clients) return;
  ClientsReader reader(draft);
  for (const Value& each : clients->list("[ { name: web, key: { env: WEB_KEY } } ]")) reader.read(each);
}

}  // namespace drover::config
