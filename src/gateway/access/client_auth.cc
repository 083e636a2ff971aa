#include "gateway/access/client_auth.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "base/fixed_vector.h"
#include "base/sha256.h"
#include "directory/key_text.h"
#include "gateway/access/networks.h"
#include "gateway/answers/request_error.h"
#include "http/authority.h"

namespace drover::gateway {
namespace {

using directory::KeyVerdict;

constexpr std::string_view kBearer = "bearer ";

Error refused(int status, std::string code, std::string message) {
  return request_error(status, ErrorKind::Unauthorized, std::move(code), std::move(message));
}

/// What a head offers as a client's key. SDKs may send both, one of them meant for somebody else.
using Credentials = FixedVector<std::string_view, 5>;

Credentials credentials(const http::RequestHead& head) {
  Credentials offered;
  const auto bearer = http::find(head.fields, "authorization");
  if (bearer && bearer->size() > kBearer.size() && http::iequals(bearer->substr(0, kBearer.size()), kBearer)) {
    (void)offered.push_back(bearer->substr(kBearer.size()));
  }
  for (const std::string_view name : {"x-api-key", "api-key", "x-goog-api-key"}) {
    const auto key = http::find(head.fields, name);
    if (key && !key->empty()) (void)offered.push_back(*key);
  }
  return offered;
}

/// No early exit: the time taken says nothing about how much agrees.
bool same_digest(const Sha256Digest& a, const Sha256Digest& b) {
  std::uint8_t difference = 0;
  for (std::size_t at = 0; at < a.size(); ++at) difference = static_cast<std::uint8_t>(difference | (a[at] ^ b[at]));
  return difference == 0;
}

Error no_key() {
  return refused(401, "missing_client_key",
                 "This gateway needs a client key: send it as 'Authorization: Bearer KEY', 'x-api-key: KEY', "
                 "'api-key: KEY' or 'x-goog-api-key: KEY'.");
}

Error unknown_key(const Credentials& offered, const StoredKeys& keys) {
  if (keys.book != nullptr && !keys.complete) {
    return shed_error("keys_unavailable",
                      "The gateway cannot reach its store of client keys, and does not know this one yet.");
  }
  const bool typo = std::ranges::any_of(
      offered, [](std::string_view key) { return directory::judge_key_text(key) == directory::KeyTextVerdict::Typo; });
  if (typo) {
    return refused(401, "mistyped_client_key",
                   "This client key is not complete or has a typing mistake: its last six characters do not fit.");
  }
  return refused(401, "unknown_client_key", "This gateway does not know this client key; ask whoever runs it for one.");
}

/// Whether a key of the store may be used.
Result<void> judge(const directory::FoundKey& key, const Credentials& offered, const StoredKeys& keys,
                   std::uint64_t peer) {
  switch (key.verdict) {
    case KeyVerdict::Unknown: return fail(unknown_key(offered, keys));
    case KeyVerdict::Expired:
      return fail(refused(401, "client_key_expired",
                          "This client key has expired; ask whoever runs the gateway for a new one."));
    case KeyVerdict::Blocked: return fail(refused(401, "client_key_blocked", "This client key is blocked."));
    case KeyVerdict::PrincipalBlocked:
      return fail(refused(401, "client_team_blocked", "The team of this client key is blocked."));
    case KeyVerdict::Known: break;
  }
  if (!key.terms->networks.empty() && !comes_from(key.terms->networks, peer)) {
    return fail(refused(403, "client_network", "This client key may not be used from this network."));
  }
  return {};
}

/// "http://localhost:3000" → "localhost:3000"; nothing for "null" and what is not an origin.
std::optional<std::string_view> authority_of(std::string_view origin) {
  const auto scheme_end = origin.find("://");
  if (scheme_end == std::string_view::npos) return std::nullopt;
  return origin.substr(scheme_end + 3);
}

/// Of a browser's field there is one; of two, nobody knows which one a page wrote.
bool is_doubled(const http::Fields& fields, std::string_view name) {
  return http::count(fields, name) > 1;
}

Error foreign_page(std::string code) {
  return refused(403, std::move(code),
                 "A web page from another site may not use this; the setting 'origins' lists those whose pages may use "
                 "the gateway's API.");
}

}  // namespace

Result<Caller> authenticate(const config::Settings& settings, const StoredKeys& keys, const http::RequestHead& head,
                            std::string_view in_query, WallTime now, std::uint64_t peer) {
  const bool stored = keys.book != nullptr && (keys.required || !keys.complete || keys.book->size() > 0);
  Caller caller;
  if (settings.clients.empty() && !stored) return caller;
  Credentials offered = credentials(head);
  if (!in_query.empty()) (void)offered.push_back(in_query);
  if (offered.empty()) return fail(no_key());
  for (const std::string_view key : offered) {
    const Sha256Digest digest = sha256(key);
    for (const config::ClientKey& client : settings.clients) {
      if (same_digest(client.digest, digest) && caller.configured == nullptr) caller.configured = &client;
    }
    if (!stored || caller.stored.verdict == KeyVerdict::Known) continue;
    directory::FoundKey found = keys.book->find(digest, now);
    if (found.verdict != KeyVerdict::Unknown) caller.stored = std::move(found);
  }
  if (caller.configured != nullptr) return caller;
  const Result<void> good = judge(caller.stored, offered, keys, peer);
  if (!good) return fail(good.error());
  return caller;
}

Result<void> guard_against_pages(const http::RequestHead& head, Page page) {
  if (!head.host.empty() && !is_loopback_authority(head.host)) {
    return fail(refused(
        403, "foreign_host",
        "Without client keys drover answers only requests addressed to this machine (localhost, 127.0.0.1, [::1]); "
        "configure 'clients' to be reached by another name."));
  }
  if (page == Page::Listed) return {};
  if (const auto origin = http::find(head.fields, "origin")) {
    const auto authority = authority_of(*origin);
    const bool local = authority && is_loopback_authority(*authority) && !is_doubled(head.fields, "origin");
    if (!local) return fail(foreign_page("foreign_origin"));
  }
  if (const auto site = http::find(head.fields, "sec-fetch-site")) {
    const bool foreign = http::iequals(*site, "cross-site") || is_doubled(head.fields, "sec-fetch-site");
    if (foreign) return fail(foreign_page("cross_site"));
  }
  return {};
}

bool is_loopback_authority(std::string_view authority) {
  const auto parsed = http::parse_authority(authority);
  if (!parsed) return false;
  const std::string_view host = parsed->host;
  if (parsed->ipv6) return host == "::1";
  if (host == "127.0.0.1" || http::iequals(host, "localhost")) return true;
  // 127.0.0.0/8, as four plain decimal numbers: "127.evil.example" is a name, not an address.
  if (!host.starts_with("127.")) return false;
  const bool digits = std::ranges::all_of(host, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
  return digits && std::ranges::count(host, '.') == 3;
}

}  // namespace drover::gateway
