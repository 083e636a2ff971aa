// Writing percent escapes (RFC 3986 section 2.1).
#pragma once

#include <string>
#include <string_view>

namespace drover {

/// `text` with %XX for every byte that is no letter, no digit and not in `plain`.
[[nodiscard]] inline std::string percent_escaped(std::string_view text, std::string_view plain) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string escaped;
  for (const char c : text) {
    const bool as_it_is = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                          plain.find(c) != std::string_view::npos;
    const auto byte = static_cast<unsigned char>(c);
    if (as_it_is) {
      escaped.push_back(c);
    } else {
      escaped.append("%").append(1, kHex[byte >> 4U]).append(1, kHex[byte & 15U]);
    }
  }
  return escaped;
}

}  // namespace drover
