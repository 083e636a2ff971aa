#include "http/authority.h"

#include "http/bytes.h"
#include "http/head/head.h"

namespace drover::http {
namespace {

std::optional<std::uint16_t> parse_port(std::string_view digits) {
  if (digits.empty() || digits.size() > 5) return std::nullopt;
  std::uint32_t port = 0;
  for (const char c : digits) {
    if (!is_digit(c)) return std::nullopt;
    port = port * 10 + static_cast<std::uint32_t>(c - '0');
  }
  if (port == 0 || port > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(port);
}

/// Labels of letters, digits, '-', '_', '~' with single dots between them; one dot may end the name.
bool is_host_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxHostBytes || name.front() == '.') return false;
  if (skip(name, 0, kRegName) != name.size()) return false;
  return name.find("..") == name.npos;
}

bool is_ipv4(std::string_view text) {
  int parts = 0;
  while (true) {
    const std::size_t dot = text.find('.');
    const std::string_view part = text.substr(0, dot);
    if (part.empty() || part.size() > 3) return false;
    int value = 0;
    for (const char c : part) {
      if (!is_digit(c)) return false;
      value = value * 10 + (c - '0');
    }
    if (value > 255 || (part.size() > 1 && part.front() == '0')) return false;
    ++parts;
    if (dot == text.npos) return parts == 4;
    text.remove_prefix(dot + 1);
  }
}

/// RFC 3986 IPv6address, without zone: up to eight groups, at most one "::", perhaps an IPv4 tail.
bool is_ipv6(std::string_view text) {
  int groups = 0;
  bool gap = false;
  if (text.starts_with("::")) {
    gap = true;
    text.remove_prefix(2);
    if (text.empty()) return true;
  }
  while (true) {
    const std::size_t colon = text.find(':');
    const std::string_view group = text.substr(0, colon);
    if (colon == text.npos && group.find('.') != group.npos) {
      groups += 2;
      return is_ipv4(group) && (gap ? groups < 8 : groups == 8);
    }
    if (group.empty() || group.size() > 4 || skip(group, 0, kHex) != group.size()) return false;
    if (++groups > 8) return false;
    if (colon == text.npos) return gap ? groups < 8 : groups == 8;
    text.remove_prefix(colon + 1);
    if (!text.starts_with(':')) continue;
    if (gap) return false;
    gap = true;
    text.remove_prefix(1);
    if (text.empty()) return groups < 8;
  }
}

}  // namespace

std::optional<Authority> parse_authority(std::string_view text) {
  Authority found;
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == text.npos) return std::nullopt;
    found.host = text.substr(1, close - 1);
    found.ipv6 = true;
    rest = text.substr(close + 1);
    if (!is_ipv6(found.host)) return std::nullopt;
  } else {
    const std::size_t colon = text.find(':');
    found.host = text.substr(0, colon);
    if (colon != text.npos) rest = text.substr(colon);
    if (!is_host_name(found.host)) return std::nullopt;
  }
  if (rest.empty()) return found;
  if (rest.front() != ':') return std::nullopt;
  found.port = parse_port(rest.substr(1));
  if (!found.port) return std::nullopt;
  return found;
}

std::size_t http_scheme_length(std::string_view text) {
  for (const std::string_view scheme : {std::string_view("http://"), std::string_view("https://")}) {
    if (iequals(text.substr(0, scheme.size()), scheme)) return scheme.size();
  }
  return 0;
}

}  // namespace drover::http
