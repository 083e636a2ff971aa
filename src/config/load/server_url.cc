#include "config/load/server_url.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "config/yaml/letters.h"
#include "config/yaml/scalar.h"

namespace drover::config {
namespace {

constexpr std::size_t kUrlBytes = 2048;  // browsers and proxies accept as much
constexpr std::size_t kHostBytes = 253;  // RFC 1035 section 2.3.4, as text

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_host_name(std::string_view host) {
  if (host.empty() || host.size() > kHostBytes) return false;
  if (host.front() == '.' || host.find("..") != std::string_view::npos) return false;
  return std::ranges::all_of(host, [](char c) { return is_letter_or_digit(c) || c == '-' || c == '.' || c == '_'; });
}

bool is_ipv6(std::string_view text) {
  in6_addr address{};
  return inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

/// Whether plain HTTP to the host stays inside a machine or a private network, as far as its name shows.
bool is_local(std::string_view host) {
  in_addr address{};
  if (inet_pton(AF_INET, std::string(host).c_str(), &address) == 1) {
    const std::uint32_t bits = ntohl(address.s_addr);
    return (bits >> 24) == 127 || (bits >> 24) == 10 || (bits >> 20) == 0xAC1 || (bits >> 16) == 0xC0A8;
  }
  if (host.starts_with('[')) return host == "[::1]" || host.starts_with("[fc") || host.starts_with("[fd");
  return host.find('.') == std::string_view::npos || host.ends_with(".local") || host.ends_with(".internal") ||
         host.ends_with(".localhost");
}

/// The fault of the whole text, before it is cut into parts.
std::optional<UrlFault> whole_fault(std::string_view text) {
  if (text.size() > kUrlBytes) return UrlFault{"the URL is longer than 2,048 bytes", {}};
  const bool visible = std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
  if (!visible) return UrlFault{"the URL holds spaces or characters outside ASCII", "write them percent-encoded"};
  if (text.find_first_of("?#") != std::string_view::npos) {
    return UrlFault{
        "the URL has a query or fragment",
        "keep scheme, host and path: https://api.example.com/v1; a query such as api-version goes under 'query'"};
  }
  if (text.find_first_of("\\<>\"{}|^`") != std::string_view::npos) {
    return UrlFault{"the URL holds a character no URL may have", "write https://host/path"};
  }
  return std::nullopt;
}

std::optional<UrlFault> path_fault(std::string_view path) {
  constexpr std::array<std::string_view, 6> kEndpoints = {"/chat/completions", "/completions", "/responses",
                                                          "/embeddings",       "/messages",    "/models"};
  for (const std::string_view endpoint : kEndpoints) {
    if (path.ends_with(endpoint)) {
      return UrlFault{"the URL ends in " + std::string(endpoint) + ", which clients add themselves",
                      "leave it off; it usually ends in /v1"};
    }
  }
  const std::string bounded = std::string(path) + "/";
  if (bounded.find("//") != std::string::npos || bounded.find("/./") != std::string::npos ||
      bounded.find("/../") != std::string::npos) {
    return UrlFault{"the URL's path has empty or dot segments", "write the path it stands for"};
  }
  return std::nullopt;
}

}  // namespace

std::expected<ServerUrl, UrlFault> check_server_url(std::string_view text) {
  using Failed = std::unexpected<UrlFault>;
  if (auto fault = whole_fault(text)) return Failed(*std::move(fault));
  const std::size_t scheme_end = text.find("://");
  const std::string scheme = scheme_end == std::string_view::npos ? "" : lowered(text.substr(0, scheme_end));
  if (scheme != "http" && scheme != "https") {
    return Failed(UrlFault{"the URL does not begin with https:// or http://", "write https://host/path"});
  }
  const std::string_view rest = text.substr(scheme_end + 3);
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const std::string authority = lowered(rest.substr(0, slash));
  std::string_view path = rest.substr(slash);
  while (path.ends_with('/')) path.remove_suffix(1);
  if (authority.find('@') != std::string::npos) {
    return Failed(UrlFault{"the URL holds a user name or password", "give the credential under keys"});
  }

  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon = authority.find(':', bracket == std::string::npos ? 0 : bracket);
  const std::string host = authority.substr(0, colon);
  const bool literal = host.size() > 2 && host.starts_with('[') && host.ends_with(']');
  if (literal ? !is_ipv6(std::string_view(host).substr(1, host.size() - 2)) : !is_host_name(host)) {
    return Failed(UrlFault{"the URL has no valid host", "write https://host/path"});
  }
  if (colon != std::string::npos) {
    const auto port = parse_whole(std::string_view(authority).substr(colon + 1));
    if (!port || *port == 0 || *port > 65535) return Failed(UrlFault{"the URL's port is not from 1 to 65535", {}});
  }
  if (auto fault = path_fault(path)) return Failed(*std::move(fault));
  return ServerUrl{.text = scheme + "://" + authority + std::string(path),
                   .authority = authority,
                   .tls = scheme == "https",
                   .local = is_local(host)};
}

}  // namespace drover::config
