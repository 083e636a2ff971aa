// Providers: where requests go, and how each provider takes its credential. load_keys.cc reads the keys.
#include <algorithm>
#include <set>

#include "base/percent.h"
#include "config/load/draft.h"
#include "config/load/field_name.h"
#include "config/load/server_url.h"
#include "config/load/url_hint.h"
#include "config/yaml/letters.h"
#include "config/yaml/scalar.h"

namespace drover::config {
namespace {

constexpr std::uint64_t kMaxConnections = 1'000'000;
/// Most parameters: more than any provider has. Each is looked for in the query of every request.
constexpr std::size_t kQueryParameters = 16;
constexpr std::size_t kQueryBytes = 256;
/// The characters beside letters and digits that need no escape in a query (RFC 3986 section 2.3).
constexpr std::string_view kUnreserved = "-._~";

constexpr std::array<Choice<core::DialectKind>, core::kDialects> kDialects = {
    {{"openai", core::DialectKind::OpenAi},
     {"anthropic", core::DialectKind::Anthropic},
     {"gemini", core::DialectKind::Gemini}}};
constexpr std::array<Choice<core::UsageMode>, 2> kUsage = {
    {{"observe", core::UsageMode::Observe}, {"ask", core::UsageMode::Ask}}};
constexpr std::array<Choice<std::string_view>, 14> kApis = {{{"chat", "chat"},
                                                             {"completions", "completions"},
                                                             {"responses", "responses"},
                                                             {"embeddings", "embeddings"},
                                                             {"messages", "messages"},
                                                             {"generate", "generate"},
                                                             {"models", "models"},
                                                             {"images", "images"},
                                                             {"audio", "audio"},
                                                             {"moderations", "moderations"},
                                                             {"rerank", "rerank"},
                                                             {"files", "files"},
                                                             {"batches", "batches"},
                                                             {"fine_tuning", "fine_tuning"}}};

std::optional<std::string> header_name(const Value& value, std::string_view text) {
  const std::string name = lowered(text);
  if (!is_token(name) || is_ours(name)) {
    value.wrong("this cannot carry a credential as a header's name", "write { header: x-api-key }");
    return std::nullopt;
  }
  return name;
}

void load_auth(const Value& value, core::Auth& auth) {
  std::optional<std::string> header;
  if (value.is_word("bearer")) {
    auth = {.kind = core::Auth::Kind::Bearer, .header = {}};
  } else if (value.is_word("none")) {
    auth = {.kind = core::Auth::Kind::None, .header = {}};
  } else if (value.is_scalar() && value.node().text.starts_with("header:")) {
    std::string_view name = std::string_view(value.node().text).substr(7);
    while (name.starts_with(' ')) name.remove_prefix(1);
    header = header_name(value, name);
  } else if (value.node().kind == Node::Kind::Map) {
    const auto map = value.section(schema::kAuth);
    const auto named = map ? map->find("header") : std::nullopt;
    const auto name = named ? named->text("the name of a header such as x-api-key") : std::nullopt;
    if (name) header = header_name(*named, *name);
  } else {
    value.hidden().unexpected("one of bearer, none, { header: x-api-key }");
  }
  if (header) auth = {.kind = core::Auth::Kind::Header, .header = *header};
}

void load_headers(const Value& value, core::Provider& provider) {
  std::set<std::string> seen;
  for (const auto& [name, content] : value.hidden().entries("{ X-Team: a }")) {
    const std::string lower = lowered(name.text);
    const bool credential = lower == "authorization" || lower == "cookie" || lower == "proxy-authorization" ||
                            (provider.auth.kind == core::Auth::Kind::Header && lower == provider.auth.header);
    if (!is_token(name.text)) {
      content.report().add(name.place, value.path(), shown(name.text) + " is not the name of a header");
    } else if (is_ours(lower)) {
      content.report().add(name.place, value.path(), "header " + shown(name.text) + " is set by drover itself",
                           "remove it");
    } else if (credential) {
      content.report().add(name.place, value.path(), "header " + shown(name.text) + " carries credentials",
                           "use keys and auth");
    } else if (!seen.insert(lower).second) {
      content.report().add(name.place, value.path(), "header " + shown(name.text) + " is given twice", "keep one");
    }
    const auto text = content.text("text");
    if (!text) continue;
    if (!is_field_value(*text)) {
      content.wrong("a header's value is printable ASCII without spaces around it, at most 4,096 bytes");
      continue;
    }
    provider.headers.emplace_back(name.text, *text);
  }
}

bool names_a_credential(std::string_view name) {
  constexpr auto kNames =
      std::to_array<std::string_view>({"key", "api_key", "api-key", "apikey", "token", "access_token",
                                       "subscription-key", "sig", "signature", "secret"});
  return std::ranges::find(kNames, name) != kNames.end();
}

void load_query(const Value& value, core::Provider& provider) {
  std::set<std::string> seen;
  for (const auto& [name, content] : value.hidden().entries("{ api-version: \"2024-10-21\" }")) {
    const std::string lower = lowered(name.text);
    if (!is_token(name.text)) {
      content.report().add(name.place, value.path(), shown(name.text) + " is not the name of a query parameter");
    } else if (names_a_credential(lower)) {
      content.report().add(name.place, value.path(), shown(name.text) + " carries credentials", "use keys and auth");
    } else if (!seen.insert(lower).second) {
      content.report().add(name.place, value.path(), shown(name.text) + " is given twice", "keep one");
    } else if (seen.size() > kQueryParameters) {
      content.report().add(name.place, value.path(), "there are more than 16 parameters", "remove some");
    }
    const auto text = content.text("text");
    if (!text) continue;
    if (text->size() > kQueryBytes) {
      content.wrong("a parameter's value has at most 256 bytes");
      continue;
    }
    provider.query.emplace_back(percent_escaped(name.text, kUnreserved), percent_escaped(*text, kUnreserved));
  }
}

void load_connections(const Value& value, core::ConnectionLimits& limits) {
  const auto map = value.section(schema::kConnections);
  if (!map) return;
  const bool keep_given = map->has("keep");
  map->whole("keep", limits.keep, {0, kMaxConnections});
  map->whole("max", limits.max, {1, kMaxConnections});
  map->duration("idle", limits.idle, {std::chrono::milliseconds(100), std::chrono::hours(1)});
  if (!keep_given) limits.keep = std::min(limits.keep, limits.max);
  if (limits.keep > limits.max) {
    value.wrong("keep (" + std::to_string(limits.keep) + ") is more than max (" + std::to_string(limits.max) + ")",
                "lower keep");
  }
}

void load_server(const Value& value, core::ProviderId id, Draft& draft) {
  const auto text = value.text("a URL such as https://api.example.com/v1");
  if (!text) return;
  const auto url = check_server_url(*text);
  if (!url) {
    value.wrong(url.error().message, url.error().suggestion);
    return;
  }
  ProviderDraft& provider = draft.providers[id.index()];
  if (!provider.server_urls.insert(url->text).second) {
    value.wrong("the same server is given twice", "remove one");
    return;
  }
  if (!url->tls && !url->local && draft.plan.providers[id.index()].auth.kind != core::Auth::Kind::None) {
    draft.report.warn(value.place(), value.path() + ": keys travel to " + url->authority +
                                         " unencrypted over http://; use https:// if it can");
  }
  if (const auto odd = url_suspicion(url->text, draft.plan.providers[id.index()].dialect)) {
    draft.report.warn(value.place(), value.path() + ": " + *odd);
  }
  provider.servers.push_back({static_cast<std::uint32_t>(draft.plan.servers.size())});
  provider.authorities.push_back(url->authority);
  draft.plan.servers.push_back({.provider = id, .base_url = url->text});
}

void load_servers(const Section& map, core::ProviderId id, Draft& draft) {
  const auto one = map.find("base_url");
  const auto several = map.find("servers");
  if (map.has("base_url") && map.has("servers")) {
    map.map().wrong("both base_url and servers are given", "keep one of them");
  } else if (!map.has("base_url") && !map.has("servers")) {
    map.map().wrong("base_url is missing", "write base_url: https://api.example.com/v1");
  }
  if (one) load_server(*one, id, draft);
  if (!several) return;
  for (const Value& each : several->list("[ http://10.0.0.5:8000/v1, http://10.0.0.6:8000/v1 ]")) {
    load_server(each, id, draft);
  }
}

void load_pin(const Section& map, core::ProviderId id, Draft& draft) {
  const ProviderDraft& provider = draft.providers[id.index()];
  std::optional<core::KeyId>& pin = draft.plan.providers[id.index()].pin;
  if (!provider.keys.empty()) pin = provider.keys.front();
  const auto value = map.find("pin");
  const auto name = value ? value->name() : std::nullopt;
  if (!name) return;
  std::vector<std::string> names;
  for (const core::KeyId key : provider.keys) {
    names.push_back(draft.plan.keys[key.index()].name);
    if (names.back() != *name) continue;
    pin = key;
    draft.providers[id.index()].pinned = true;
    return;
  }
  if (!provider.broken) value->wrong("no key of this provider is called " + shown(*name), did_you_mean(*name, names));
}

/// The field that the dialect's own vendor takes a key in, so that the usual case needs no `auth`.
core::Auth usual_auth(core::DialectKind dialect) {
  switch (dialect) {
    case core::DialectKind::OpenAi: break;
    case core::DialectKind::Anthropic: return {.kind = core::Auth::Kind::Header, .header = "x-api-key"};
    case core::DialectKind::Gemini: return {.kind = core::Auth::Kind::Header, .header = "x-goog-api-key"};
  }
  return {};
}

/// Reads what does not depend on the provider's keys.
void load_traits(const Section& map, core::Provider& provider, const Environment& environment) {
  map.choice("dialect", provider.dialect, kDialects);
  provider.auth = usual_auth(provider.dialect);
  if (const auto value = map.find("auth")) load_auth(*value, provider.auth);
  if (const auto value = map.find("headers")) load_headers(*value, provider);
  if (const auto value = map.find("query")) load_query(*value, provider);
  if (const auto value = map.find("connections")) load_connections(*value, provider.connections);
  map.choice("usage", provider.usage, kUsage);
  if (const auto value = map.find("region")) provider.region = value->name().value_or("");
  if (const auto value = map.find("ca")) provider.ca_file = pem_file(*value, environment).value_or("");
  if (const auto value = map.find("proxy")) {
    value->wrong("a proxy is not supported yet", "remove it; drover connects to its providers directly");
  }
  if (const auto value = map.find("errors")) load_errors(*value, provider);
  if (const auto value = map.find("apis")) {
    for (const Value& each : value->list("[ chat, embeddings ]")) {
      if (const auto api = each.choice(kApis)) provider.apis.emplace_back(*api);
    }
  }
}

void load_provider(const Name& name, const Value& value, Draft& draft) {
  const std::size_t mistakes = draft.report.mistakes();
  const core::ProviderId id{static_cast<std::uint32_t>(draft.plan.providers.size())};
  draft.plan.providers.emplace_back().name = name.text;
  draft.providers.emplace_back().place = name.place;
  check_name(name, "provider", draft.report);
  if (const auto map = value.section(schema::kProvider)) {
    load_traits(*map, draft.plan.providers.back(), draft.environment);
    load_servers(*map, id, draft);
    load_keys(*map, id, draft);
    draft.providers.back().broken = draft.report.mistakes() > mistakes;
    load_pin(*map, id, draft);
  }
  draft.providers.back().broken = draft.report.mistakes() > mistakes || value.broken();
}

void resolve_pins(Draft& draft) {
  std::array<std::optional<std::size_t>, core::kDialects> pinned_by;
  for (std::size_t at = 0; at < draft.plan.providers.size(); ++at) {
    const core::Provider& provider = draft.plan.providers[at];
    const auto dialect = static_cast<std::size_t>(provider.dialect);
    const bool pinned = draft.providers[at].pinned;
    if (pinned && pinned_by[dialect]) {
      draft.report.add(draft.providers[at].place, "providers." + provider.name,
                       "pin is given by '" + draft.plan.providers[*pinned_by[dialect]].name +
                           "' too, and requests that name no model can go to one provider only",
                       "keep one pin");
    } else if (pinned || !draft.settings.pins[dialect]) {
      draft.settings.pins[dialect] = provider.pin;
    }
    if (pinned) pinned_by[dialect] = at;
  }
}

}  // namespace

void load_providers(const Section& top, Draft& draft) {
  const auto providers = top.find("providers");
  if (!providers) {
    if (!top.has("providers")) {
      top.map().wrong("there is no 'providers'", "start from drover.example.yaml");
    }
    return;
  }
  const auto entries = providers->entries("{ example: { base_url: ..., keys: [ { env: EXAMPLE_KEY } ] } }");
  if (entries.empty() && providers->node().kind == Node::Kind::Map) {
    providers->wrong("there is no provider", "start from drover.example.yaml");
  }
  for (const auto& [name, value] : entries) load_provider(name, value, draft);
  resolve_pins(draft);
}

}  // namespace drover::config
