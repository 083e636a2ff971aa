// host[:port], as it stands in a Host field, an absolute target and a base URL. Stricter than RFC 3986: no user info,
// no percent escapes, no sub-delimiters, because two readers could find different hosts in them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace drover::http {

/// Longest host name (RFC 1035 section 2.3.4).
inline constexpr std::size_t kMaxHostBytes = 255;

struct Authority {
  std::string_view host;  ///< as spelt; IPv6 without its brackets
  bool ipv6 = false;
  std::optional<std::uint16_t> port;  ///< 1..65535 when given
};

/// Nothing when the text is not one host with at most one port.
[[nodiscard]] std::optional<Authority> parse_authority(std::string_view text);

/// Length of "http://" or "https://" (in any case) at the start of an absolute URL; 0 when there is neither.
[[nodiscard]] std::size_t http_scheme_length(std::string_view text);

}  // namespace drover::http
