// Models: the names clients send, the targets that serve each, and the fallback chains between them.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/glob.h"
#include "config/load/draft.h"
#include "config/load/pools.h"

namespace drover::config {
namespace {

constexpr std::uint64_t kMaxPriority = 100;
/// No provider's prompt cache lasts a shorter or a longer time.
constexpr Range<Duration> kAffinity{std::chrono::minutes(5), std::chrono::minutes(60)};

constexpr std::array<Choice<core::Balance>, 6> kBalance = {{{"p2c", core::Balance::P2c},
                                                            {"round_robin", core::Balance::RoundRobin},
                                                            {"random", core::Balance::Random},
                                                            {"least_requests", core::Balance::LeastRequests},
                                                            {"least_latency", core::Balance::LeastLatency},
                                                            {"sticky", core::Balance::Sticky}}};

constexpr std::array<Choice<core::Translate>, 3> kTranslate = {
    {{"lenient", core::Translate::Lenient}, {"strict", core::Translate::Strict}, {"off", core::Translate::Off}}};

/// The refusals of one model that another model may not share.
constexpr std::array<Choice<ErrorKind>, 2> kDetourKinds = {
    {{"context_too_long", ErrorKind::ContextTooLong}, {"content_policy", ErrorKind::ContentPolicy}}};

std::optional<core::ProviderId> find_provider(const Value& value, const Draft& draft) {
  const auto name = value.name();
  if (!name) return std::nullopt;
  for (std::size_t at = 0; at < draft.plan.providers.size(); ++at) {
    if (draft.plan.providers[at].name == *name) return core::ProviderId{static_cast<std::uint32_t>(at)};
  }
  // Without any provider, that is the mistake, and it is reported already.
  if (!draft.plan.providers.empty()) {
    value.wrong("there is no provider called " + shown(*name), did_you_mean(*name, draft.provider_names()));
  }
  return std::nullopt;
}

std::optional<core::KeyId> find_key(const Value& value, core::ProviderId id, const Draft& draft) {
  const auto name = value.name();
  if (!name) return std::nullopt;
  const ProviderDraft& provider = draft.providers[id.index()];
  std::vector<std::string> names;
  for (const core::KeyId key : provider.keys) {
    names.push_back(draft.plan.keys[key.index()].name);
    if (names.back() == *name) return key;
  }
  if (!provider.broken) {
    value.wrong("provider '" + draft.plan.providers[id.index()].name + "' has no key called " + shown(*name),
                did_you_mean(*name, names));
  }
  return std::nullopt;
}

/// "claude-*" does not say which name a request for another model would ask for; "*" passes the name on.
bool names_one_or_all(const Value& value, const std::string& fallback) {
  if (!is_glob(fallback) || fallback == "*") return true;
  value.wrong("a fallback is one model, and " + shown(fallback) + " is many",
              "name the one, or give this model its targets with priority: 1");
  return false;
}

void read_affinity(const Value& value, ModelEntry& entry) {
  const auto span = value.duration(kAffinity, Off::Allowed);
  if (span) entry.affinity = *span == kNoLimit ? Duration::zero() : *span;
  if (span && *span != kNoLimit && entry.balance != core::Balance::P2c) {
    value.wrong("affinity belongs to balance: p2c", "remove it, or write balance: p2c");
  }
}

class ModelsReader {
 public:
  explicit ModelsReader(Draft& draft) : draft_(draft), expansion_(draft) {}

  void read(const Value& models);
  void pass_everything(const Section& top);
  void build_routes();

 private:
  void read_model(const Name& name, const Value& value);
  std::optional<TargetEntry> read_target(const Value& value);
  void check_star(const Value& value, const TargetEntry& target, const ModelEntry& entry);
  void read_targets(const Value& value, ModelEntry& entry);
  void read_fallback(const Value& value, ModelEntry& entry);
  static void read_detour(const Value& value, ModelEntry& entry);

  struct Walk {
    const ModelEntry& start;
    std::vector<std::string> path;  ///< names from the start to here, for cycles
    std::vector<core::PoolId> pools;
    bool failed = false;
  };
  void follow(const ModelEntry& entry, const std::string& name, Walk& walk);
  void report_cycle(const Walk& walk, const std::string& name, const Value& where);
  void check_dialects(const ModelEntry& entry, const core::Route& route);
  [[nodiscard]] std::vector<core::Detour> detours_of(const ModelEntry& entry);
  [[nodiscard]] std::optional<std::uint32_t> detour_route(const DetourEntry& detour);
  void check_detours(const ModelEntry& entry, const DetourEntry& first);
  [[nodiscard]] const ModelEntry* entry_for(const std::string& name) const;
  [[nodiscard]] std::vector<std::string> names() const;

  Draft& draft_;
  PoolExpansion expansion_;
  std::vector<ModelEntry> entries_;
  std::map<std::string, std::size_t> by_name_;
  std::set<std::vector<std::string>> cycles_;     ///< reported ones, rotated to their smallest name
  std::map<std::string, std::uint32_t> detours_;  ///< by the model's name
};

std::vector<std::string> ModelsReader::names() const {
  std::vector<std::string> out;
  for (const ModelEntry& entry : entries_) out.push_back(entry.name);
  return out;
}

const ModelEntry* ModelsReader::entry_for(const std::string& name) const {
  const auto own = by_name_.find(name);
  if (own != by_name_.end()) return &entries_[own->second];
  return longest_glob(entries_, name, [](const ModelEntry& entry) -> std::string_view { return entry.name; });
}

std::optional<TargetEntry> ModelsReader::read_target(const Value& value) {
  TargetEntry target{.provider = {}, .model = {}, .key = {}, .place = value.place(), .path = value.path()};
  if (value.is_scalar()) {
    const auto provider = find_provider(value, draft_);
    if (!provider) return std::nullopt;
    target.provider = *provider;
    return target;
  }
  if (value.node().kind != Node::Kind::Map) {
    value.unexpected("the name of a provider, or a map such as " + std::string(schema::kTarget.example));
    return std::nullopt;
  }
  const auto map = value.section(schema::kTarget);
  const auto named = map->find("provider");
  if (!map->has("provider")) value.wrong("provider is missing", "write " + std::string(schema::kTarget.example));
  const auto provider = named ? find_provider(*named, draft_) : std::nullopt;
  if (const auto model = map->find("model")) target.model = model->model();
  map->whole("priority", target.priority, {0, kMaxPriority});
  map->whole("weight", target.weight, {0, defaults::kWeight});
  if (target.weight == 0) {
    draft_.report.warn(value.place(), value.path() + ": weight 0, so this target gets no traffic");
  }
  if (!provider) return std::nullopt;
  target.provider = *provider;
  if (const auto key = map->find("key")) target.key = find_key(*key, *provider, draft_);
  return target;
}

/// The glob of a target renames the models that the entry's glob takes; it cannot choose among a provider's models.
void ModelsReader::check_star(const Value& value, const TargetEntry& target, const ModelEntry& entry) {
  if (!target.model || !is_glob(*target.model) || *target.model == entry.name) return;
  if (!is_glob(entry.name)) {
    value.wrong(
        "the star in " + shown(*target.model) + " has nothing to stand for: " + shown(entry.name) + " is one model",
        "write the name that the provider has for it");
    return;
  }
  if (rename_of(entry.name, *target.model).any()) return;
  draft_.report.warn(target.place, target.path + ": model " + shown(*target.model) +
                                       " changes nothing: the name goes up as the client sent it");
}

void ModelsReader::read_targets(const Value& value, ModelEntry& entry) {
  std::map<std::pair<core::ProviderId, std::optional<std::string>>, std::set<std::optional<core::KeyId>>> seen;
  for (const Value& each : value.list("[ provider, { provider: other, priority: 1 } ]")) {
    auto target = read_target(each);
    if (!target) continue;
    check_star(each, *target, entry);
    if (target->model == entry.name) target->model.reset();
    // A target with one key overlaps a target with all keys of the same provider and model.
    auto& keys = seen[{target->provider, target->model}];
    const bool overlaps = keys.contains(std::nullopt) || keys.contains(target->key) || (!target->key && !keys.empty());
    if (overlaps) each.wrong("this target is in the list already", "remove one, or give it another model or key");
    keys.insert(target->key);
    entry.targets.push_back(*std::move(target));
  }
}

void ModelsReader::read_fallback(const Value& value, ModelEntry& entry) {
  const std::vector<Value> items = value.list("[ other-model, { model: larger, on: context_too_long } ]");
  if (items.size() > defaults::kChain) {
    value.wrong("more than " + std::to_string(defaults::kChain) + " fallbacks", "no request should try that many");
    return;
  }
  for (const Value& each : items) {
    if (each.node().kind == Node::Kind::Map) {
      read_detour(each, entry);
    } else if (const auto name = each.model()) {
      if (names_one_or_all(each, *name)) entry.fallback.emplace_back(*name, each);
    }
  }
}

void ModelsReader::read_detour(const Value& value, ModelEntry& entry) {
  const auto map = value.section(schema::kFallback);
  if (!map) return;
  for (const std::string_view key : schema::kFallback.keys) {
    if (!map->has(key))
      value.wrong(std::string(key) + " is missing", "write " + std::string(schema::kFallback.example));
  }
  const auto model = map->find("model");
  const auto name = model ? model->model() : std::nullopt;
  const auto on = map->find("on");
  const auto kind = on ? on->choice(kDetourKinds) : std::nullopt;
  if (!name || !kind || !names_one_or_all(*model, *name)) return;
  if (std::ranges::find(entry.detours, *kind, &DetourEntry::on) != entry.detours.end()) {
    value.wrong("there is a fallback for this already", "keep one; the other model may have one of its own");
    return;
  }
  entry.detours.push_back({*kind, *name, *model});
}

void ModelsReader::read_model(const Name& name, const Value& value) {
  const std::size_t mistakes = draft_.report.mistakes();
  ModelEntry entry{.name = name.text,
                   .place = name.place,
                   .path = value.path(),
                   .timeouts = draft_.settings.timeouts,
                   .targets = {},
                   .fallback = {},
                   .detours = {}};
  check_model(name, draft_.report);
  if (const auto map = value.section(schema::kModel)) {
    map->choice("balance", entry.balance, kBalance);
    if (const auto affinity = map->find("affinity")) read_affinity(*affinity, entry);
    if (const auto targets = map->find("targets")) read_targets(*targets, entry);
    if (!map->has("targets")) value.wrong("targets are missing", "write targets: [ NAME-OF-A-PROVIDER ]");
    if (const auto fallback = map->find("fallback")) read_fallback(*fallback, entry);
    if (const auto timeouts = map->find("timeouts")) load_timeouts(*timeouts, entry.timeouts);
    if (const auto limits = map->find("limits")) entry.limits = load_limits_of(*limits);
    if (const auto translate = map->find("translate")) entry.translate = translate->choice(kTranslate);
  }
  entry.broken = draft_.report.mistakes() > mistakes || value.broken() || entry.targets.empty();
  by_name_.emplace(entry.name, entries_.size());
  entries_.push_back(std::move(entry));
}

void ModelsReader::read(const Value& models) {
  const auto entries = models.entries("{ gpt-4o: { targets: [ provider ] } }");
  if (entries.empty() && models.node().kind == Node::Kind::Map) {
    models.wrong("there is no model", "write \"*\": { targets: [ NAME-OF-A-PROVIDER ] }, or remove 'models'");
  }
  for (const auto& [name, value] : entries) read_model(name, value);
}

void ModelsReader::pass_everything(const Section& top) {
  if (draft_.plan.providers.empty()) return;
  const auto share_a_dialect = [this](const core::Provider& one) {
    return std::ranges::count(draft_.plan.providers, one.dialect, &core::Provider::dialect) > 1;
  };
  if (std::ranges::any_of(draft_.plan.providers, share_a_dialect)) {
    top.map().wrong("there are " + std::to_string(draft_.plan.providers.size()) +
                        " providers and no 'models': failover between two companies needs a file that says so",
                    "write models: { \"*\": { targets: [ " + joined(draft_.provider_names()) + " ] } }");
    return;
  }
  ModelEntry entry{.name = "*",
                   .place = draft_.providers.front().place,
                   .path = "models.*",
                   .timeouts = draft_.settings.timeouts,
                   .targets = {},
                   .fallback = {},
                   .detours = {}};
  for (std::uint32_t at = 0; at < draft_.plan.providers.size(); ++at) {
    entry.targets.push_back({.provider = {at}, .model = {}, .key = {}, .place = entry.place, .path = entry.path});
  }
  by_name_.emplace(entry.name, 0);
  entries_.push_back(std::move(entry));
}

void ModelsReader::report_cycle(const Walk& walk, const std::string& name, const Value& where) {
  std::vector<std::string> cycle(std::ranges::find(walk.path, name), walk.path.end());
  std::vector<std::string> rotated = cycle;
  std::ranges::rotate(rotated, std::ranges::min_element(rotated));
  if (!cycles_.insert(rotated).second) return;
  cycle.push_back(name);
  where.wrong("the fallbacks go round in a circle: " + joined(cycle, " → "), "remove one of them");
}

/// Depth first, in the order of the file: gpt-4o → its first fallback → the fallbacks of that one → its second.
void ModelsReader::follow(const ModelEntry& entry, const std::string& name, Walk& walk) {
  const core::PoolId pool = expansion_.pool(entry, name);
  if (std::ranges::find(walk.pools, pool) != walk.pools.end()) return;
  if (walk.pools.size() >= defaults::kChain) {
    draft_.report.add(walk.start.place, walk.start.path,
                      "its fallback chain has more than " + std::to_string(defaults::kChain) + " models",
                      "no request should try that many");
    walk.failed = true;
    return;
  }
  walk.pools.push_back(pool);
  // A name that only a glob takes has no fallbacks of its own.
  if (entry.name != name) return;
  walk.path.push_back(name);
  for (const auto& [next, where] : entry.fallback) {
    if (std::ranges::find(walk.path, next) != walk.path.end()) {
      report_cycle(walk, next, where);
    } else if (const ModelEntry* const found = entry_for(next)) {
      follow(*found, next, walk);
    } else if (&entry == &walk.start) {
      where.wrong("there is no model called " + shown(next), did_you_mean(next, names()));
    }
    if (walk.failed) break;
  }
  walk.path.pop_back();
}

/// Where bodies are not translated between dialects, what comes later in a chain must be of use to some request that
/// the first pool serves. (Within the pool of one model: PoolExpansion.)
void ModelsReader::check_dialects(const ModelEntry& entry, const core::Route& route) {
  if (entry.translates()) return;
  using Speakers = std::array<const core::Provider*, core::kDialects>;  // by dialect
  const auto is_any = [](const core::Provider* speaker) { return speaker != nullptr; };
  Speakers first{};
  for (const core::PoolId id : route.pools) {
    Speakers next{};
    for (const core::TargetId target : draft_.plan.pools[id.index()].targets) {
      const core::Provider& provider = draft_.plan.providers[draft_.plan.targets[target.index()].provider.index()];
      next[static_cast<std::size_t>(provider.dialect)] = &provider;
    }
    const auto other = std::ranges::find_if(next, is_any);
    if (other == next.end()) continue;
    if (std::ranges::none_of(first, is_any)) first = next;
    bool shared = false;
    for (std::size_t at = 0; at < first.size(); ++at) shared = shared || (is_any(first[at]) && is_any(next[at]));
    if (shared) continue;
    draft_.report.add(entry.place, entry.path, mixed_dialects(**std::ranges::find_if(first, is_any), **other),
                      "keep targets and fallbacks of one dialect, or remove translate: off");
    return;
  }
}

void ModelsReader::build_routes() {
  for (const ModelEntry& entry : entries_) {
    Walk walk{.start = entry, .path = {}, .pools = {}};
    follow(entry, entry.name, walk);
    core::Route route{.name = entry.name, .pools = std::move(walk.pools), .limits = entry.limits};
    route.translate = entry.translate.value_or(core::Translate::Lenient);
    route.prefers_own = is_glob(entry.name) && !entry.translate;
    check_dialects(entry, route);
    for (const DetourEntry& detour : entry.detours) check_detours(entry, detour);
    route.detours = detours_of(entry);
    for (const core::Detour& detour : route.detours) {
      core::Route both{.pools = {route.pools.front()}};
      const std::vector<core::PoolId>& next = draft_.plan.detours[detour.route].pools;
      both.pools.insert(both.pools.end(), next.begin(), next.end());
      check_dialects(entry, both);
    }
    draft_.plan.routes.push_back(std::move(route));
  }
}

std::vector<core::Detour> ModelsReader::detours_of(const ModelEntry& entry) {
  std::vector<core::Detour> out;
  for (const DetourEntry& detour : entry.detours) {
    if (const auto route = detour_route(detour)) out.push_back({detour.on, *route});
  }
  return out;
}

/// The route of a detour. A name that only a glob takes has no fallbacks of its own.
std::optional<std::uint32_t> ModelsReader::detour_route(const DetourEntry& detour) {
  const auto known = detours_.find(detour.model);
  if (known != detours_.end()) return known->second;
  const ModelEntry* const found = entry_for(detour.model);
  if (found == nullptr) {
    detour.where.wrong("there is no model called " + shown(detour.model), did_you_mean(detour.model, names()));
    return std::nullopt;
  }
  const auto number = static_cast<std::uint32_t>(draft_.plan.detours.size());
  detours_.emplace(detour.model, number);
  Walk walk{.start = *found, .path = {}, .pools = {}};
  follow(*found, detour.model, walk);
  draft_.plan.detours.push_back({.name = detour.model, .pools = std::move(walk.pools)});
  if (found->name != detour.model) return number;
  std::vector<core::Detour> next = detours_of(*found);  // may grow plan.detours
  draft_.plan.detours[number].detours = std::move(next);
  return number;
}

/// Reports detours that lead back to their beginning.
void ModelsReader::check_detours(const ModelEntry& entry, const DetourEntry& first) {
  std::vector<std::string> path{entry.name};
  const DetourEntry* next = &first;
  while (next != nullptr) {
    const bool again = std::ranges::find(path, next->model) != path.end();
    path.push_back(next->model);
    if (again) {
      if (next->model == entry.name) {  // else it is reported for the entry where the circle begins
        first.where.wrong("the fallbacks go round in a circle: " + joined(path, " → "), "remove one of them");
      }
      return;
    }
    const ModelEntry* const found = entry_for(next->model);
    if (found == nullptr || found->name != next->model) return;
    const auto same = std::ranges::find(found->detours, first.on, &DetourEntry::on);
    next = same == found->detours.end() ? nullptr : &*same;
  }
}

}  // namespace

void load_models(const Section& top, Draft& draft) {
  ModelsReader reader(draft);
  if (const auto models = top.find("models")) {
    reader.read(*models);
  } else if (!top.has("models")) {
    reader.pass_everything(top);
  }
  reader.build_routes();
}

}  // namespace drover::config
