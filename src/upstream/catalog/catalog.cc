#include "upstream/catalog/catalog.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <string_view>
#include <utility>

#include "base/hash.h"
#include "http/bytes.h"
#include "http/url.h"
#include "net/tls/tls.h"

namespace drover::upstream {
namespace {

constexpr std::string_view kVersionSegment = "/v1";
/// Of Gemini's API, where nobody names another.
constexpr std::string_view kGeminiVersion = "/v1beta";

Error in_provider(const core::Provider& provider, Error error) {
  error.message.insert(0, "provider '" + provider.name + "': ");
  return error;
}

std::string credential_lines(const core::Provider& provider, const core::Key& key) {
  std::string lines;
  switch (provider.auth.kind) {
    case core::Auth::Kind::Bearer:
      lines.append("Authorization: Bearer ").append(key.secret.reveal()).append("\r\n");
      break;
    case core::Auth::Kind::Header:
      lines.append(provider.auth.header).append(": ").append(key.secret.reveal()).append("\r\n");
      break;
    case core::Auth::Kind::None: break;
  }
  for (const auto& [name, value] : provider.headers) lines.append(name).append(": ").append(value).append("\r\n");
  // A compressed stream would hide errors and usage.
  lines.append("Accept-Encoding: identity\r\n");
  return lines;
}

/// Fields that clients send to every provider and that one of them may be given another value of.
bool is_for_all(std::string_view name) {
  constexpr std::array<std::string_view, 7> kForAll = {
      "accept", "anthropic-beta", "anthropic-version", "openai-beta", "user-agent", "content-type", "accept-language"};
  return std::ranges::find(kForAll, name) != kForAll.end();
}

std::string lowered(std::string_view name) {
  std::string out;
  for (const char c : name) out.push_back(http::lower(c));
  return out;
}

/// Sorts what a provider's own fields are called into those that are reserved for all and those replaced for it alone.
void sort_names(const core::Provider& provider, std::vector<std::string>& reserved,
                std::vector<std::string>& replaced) {
  if (provider.auth.kind == core::Auth::Kind::Header) reserved.push_back(lowered(provider.auth.header));
  for (const auto& [name, value] : provider.headers) {
    std::string lower = lowered(name);
    (is_for_all(lower) ? replaced : reserved).push_back(std::move(lower));
  }
}

/// Whether the version in a client's path stands in the base URL already. OpenAI's always stands for it; of Anthropic's
/// style are those that end before it. Gemini's are written in both ways, and on Google's platforms with a project
/// behind the version.
bool stands_for_version(std::string_view path_prefix, core::DialectKind dialect) {
  switch (dialect) {
    case core::DialectKind::OpenAi: return true;
    case core::DialectKind::Anthropic: return path_prefix.ends_with(kVersionSegment);
    case core::DialectKind::Gemini: return has_version(path_prefix);
  }
  return true;
}

/// "/v1" or "/v1beta" at the front of a client's path; empty: it has none.
std::string_view version_of(std::string_view path, core::DialectKind dialect) {
  const std::string_view first = path.substr(0, path.find('/', 1));
  const bool is_version = dialect == core::DialectKind::Gemini ? has_version(first) : first == kVersionSegment;
  return is_version ? first : std::string_view();
}

/// Keys that share a quota share an account. Fingerprints and names stay what they are over a reload.
std::uint64_t mark_of_owner(const core::Plan& plan, const core::Target& target) {
  const std::string& provider = plan.providers[target.provider.index()].name;
  if (target.quota) return hash64(plan.quotas[target.quota->index()].name, hash64(provider, 1));
  return hash64(plan.keys[target.key.index()].fingerprint, hash64(provider, 2));
}

std::string query_of(const core::Provider& provider) {
  std::string query;
  for (const auto& [name, value] : provider.query) {
    query.append(query.empty() ? "" : "&").append(name).append("=").append(value);
  }
  return query;
}

/// Undoes escapes, for a comparison only.
std::string plain_name(std::string_view escaped) {
  std::string name;
  for (std::size_t at = 0; at < escaped.size(); ++at) {
    const bool is_escape = escaped[at] == '%' && at + 2 < escaped.size();
    const int high = is_escape ? http::hex_value(escaped[at + 1]) : -1;
    const int low = is_escape ? http::hex_value(escaped[at + 2]) : -1;
    const bool whole = high >= 0 && low >= 0;
    name.push_back(whole ? static_cast<char>(high * 16 + low) : escaped[at]);
    if (whole) at += 2;
  }
  return name;
}

/// The client's parameters but for those that the provider has its own value of.
void append_client_query(const core::Provider& provider, std::string_view query, std::string& out) {
  while (!query.empty()) {
    const std::string_view parameter = http::take_parameter(query);
    const std::string name = plain_name(http::parameter_name(parameter));
    const bool ours = std::ranges::any_of(provider.query,
                                          [&](const auto& own) { return http::iequals(plain_name(own.first), name); });
    if (ours) continue;
    out.append(out.ends_with('?') ? "" : "&").append(parameter);
  }
}

/// By target: whether each pool it is in has no other.
std::vector<bool> alone_in_pools(const core::Plan& plan) {
  std::vector<bool> alone(plan.targets.size(), true);
  for (const core::Pool& pool : plan.pools) {
    for (const core::TargetId target : pool.targets) {
      if (pool.targets.size() > 1) alone[target.index()] = false;
    }
  }
  return alone;
}

/// Views into the plan's strings.
dialect::FailureRules rules_of(const core::Provider& provider) {
  dialect::FailureRules rules;
  for (const core::ErrorRule& rule : provider.errors) {
    rules.push_back({.status = rule.status,
                     .code = rule.code,
                     .type = rule.type,
                     .front = rule.front,
                     .text = rule.text,
                     .empty = rule.empty,
                     .kind = rule.kind,
                     .scope = rule.scope,
                     .retry = rule.retry});
  }
  return rules;
}

}  // namespace

const dialect::Dialect& dialect_of(core::DialectKind kind) {
  switch (kind) {
    case core::DialectKind::OpenAi: break;
    case core::DialectKind::Anthropic: return dialect::anthropic();
    case core::DialectKind::Gemini: return dialect::gemini();
  }
  return dialect::openai();
}

std::string_view models_path(core::DialectKind kind) {
  switch (kind) {
    case core::DialectKind::OpenAi: break;
    case core::DialectKind::Anthropic: return "/models?limit=1000";
    case core::DialectKind::Gemini: return "/models?pageSize=1000";
  }
  return "/models";
}

Result<std::shared_ptr<const net::ClientTls>> TlsStore::context(const std::string& ca_file) {
  // The mark first: should the file change in between, the next reload finds another mark and reads it again.
  auto mark = net::ClientTls::trust_mark(ca_file);
  if (!mark) return fail(std::move(mark.error()));
  Known& known = by_file_[ca_file];
  if (known.tls && known.mark == *mark) return known.tls;
  auto made = net::ClientTls::create(ca_file);
  if (made) known = {.mark = std::move(*mark), .tls = *made};
  return made;
}

Result<std::shared_ptr<const Catalog>> Catalog::build(std::shared_ptr<const core::Plan> plan, TlsStore& tls) {
  std::shared_ptr<Catalog> catalog(new Catalog());
  catalog->plan_ = std::move(plan);
  const core::Plan& built = *catalog->plan_;

  std::map<std::string_view, std::shared_ptr<const net::ClientTls>> trusted;  // by file, each read once
  for (const core::Server& server : built.servers) {
    const core::Provider& provider = built.providers[server.provider.index()];
    auto url = http::parse_base_url(server.base_url);
    if (!url) return fail(in_provider(provider, std::move(url.error())));
    ServerEndpoint endpoint;
    if (url->tls) {
      std::shared_ptr<const net::ClientTls>& known = trusted[provider.ca_file];
      if (!known) {
        auto context = tls.context(provider.ca_file);
        if (!context) return fail(in_provider(provider, std::move(context.error())));
        known = std::move(*context);
      }
      endpoint.origin.tls = known;
    }
    endpoint.origin.host = url->host;
    endpoint.origin.port = url->port;
    endpoint.authority = url->authority;
    endpoint.path_prefix = url->path_prefix;
    endpoint.own_path_prefix = url->path_prefix;
    if (!stands_for_version(url->path_prefix, provider.dialect)) {
      endpoint.own_path_prefix.append(provider.dialect == core::DialectKind::Gemini ? kGeminiVersion : kVersionSegment);
    }
    const bool names_version = std::ranges::any_of(provider.headers, [](const auto& header) {
      return http::iequals(header.first, dialect::kAnthropicVersionField);
    });
    if (provider.dialect == core::DialectKind::Anthropic && !names_version) {
      endpoint.own_fields.append(dialect::kAnthropicVersionField).append(": ");
      endpoint.own_fields.append(dialect::kAnthropicVersion).append("\r\n");
    }
    endpoint.query = query_of(provider);
    endpoint.connections = provider.connections;
    endpoint.path_doubt = std::make_shared<PathDoubt>(url->path_prefix, provider.dialect);
    endpoint.no_responses = std::make_shared<LackedForm>();
    catalog->servers_.push_back(std::move(endpoint));
  }

  for (const core::Key& key : built.keys) {
    catalog->key_searches_.emplace_back(key.secret.reveal());
    catalog->key_fields_.emplace_back(credential_lines(built.providers[key.provider.index()], key));
  }

  for (const core::Provider& provider : built.providers) {
    catalog->rules_.push_back(rules_of(provider));
    sort_names(provider, catalog->reserved_names_, catalog->replaced_names_.emplace_back());
  }
  std::ranges::sort(catalog->reserved_names_);
  const auto doubles = std::ranges::unique(catalog->reserved_names_);
  catalog->reserved_names_.erase(doubles.begin(), doubles.end());

  catalog->rates_ = std::make_unique<PoolRates>(built);
  const std::vector<bool> alone = alone_in_pools(built);
  for (const core::Target& target : built.targets) {
    const core::Provider& provider = built.providers[target.provider.index()];
    catalog->endpoints_.push_back(Endpoint{
        .target = &target,
        .provider = &provider,
        .server = &catalog->servers_[target.server.index()],
        .dialect = &dialect_of(provider.dialect),
        .replaced = &catalog->replaced_names_[target.provider.index()],
        .fields = &catalog->key_fields_[target.key.index()],
        .search = &catalog->key_searches_[target.key.index()],
        .key = &built.keys[target.key.index()].secret,
        .alone = alone[catalog->endpoints_.size()],
        .rules = &catalog->rules_[target.provider.index()],
    });
    const std::uint64_t mark = mark_of_owner(built, target);
    catalog->owner_marks_.push_back(mark);
    catalog->owners_[mark] =
        target.quota ? core::Owner{.quota = target.quota->value} : core::Owner{.key = target.key.value};
  }
  return catalog;
}

std::optional<core::Owner> Catalog::owner(std::uint64_t mark) const {
  const auto found = owners_.find(mark);
  if (found == owners_.end()) return std::nullopt;
  return found->second;
}

void append_upstream_path(const Endpoint& endpoint, std::string_view client_path, std::string_view query,
                          std::string& out) {
  const std::string& prefix = endpoint.server->path_prefix;
  const core::DialectKind dialect = endpoint.provider->dialect;
  if (stands_for_version(prefix, dialect)) client_path.remove_prefix(version_of(client_path, dialect).size());
  const std::size_t before = out.size();
  out.append(prefix).append(client_path);
  if (out.size() == before) out.push_back('/');
  if (query.empty() && endpoint.server->query.empty()) return;
  if (endpoint.server->query.empty()) {
    out.append("?").append(query);
    return;
  }
  out.push_back('?');
  append_client_query(*endpoint.provider, query, out);
  out.append(out.ends_with('?') ? "" : "&").append(endpoint.server->query);
}

void append_own_query(const ServerEndpoint& server, std::string& path) {
  if (server.query.empty()) return;
  path.append(path.find('?') == path.npos ? "?" : "&").append(server.query);
}

}  // namespace drover::upstream
