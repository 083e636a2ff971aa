#include "gateway/access/client_auth.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "base/fixed_vector.h"
#include "base/sha256.h"
#include "gateway/answers/request_error.h"
#include "http/authority.h"

namespace drover::gateway {
namespace {

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

Result<const config::ClientKey*> authenticate(const config::Settings& settings, const http::RequestHead& head,
                                              std::string_view in_query) {
  if (settings.clients.empty()) return nullptr;
  Credentials offered = credentials(head);
  if (!in_query.empty()) (void)offered.push_back(in_query);
  if (offered.empty()) {
    return fail(refused(401, "missing_client_key",
                        "This gateway needs a client key: send it as 'Authorization: Bearer KEY', 'x-api-key: KEY', "
                        "'api-key: KEY' or 'x-goog-api-key: KEY'."));
  }
  const config::ClientKey* found = nullptr;
  for (const std::string_view key : offered) {
    const Sha256Digest digest = sha256(key);
    for (const config::ClientKey& client : settings.clients) {
      if (same_digest(client.digest, digest) && found == nullptr) found = &client;
    }
  }
  if (found == nullptr) {
    return fail(
        refused(401, "unknown_client_key", "This gateway does not know this client key; ask whoever runs it for one."));
  }
  return found;
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
