// Which fields a configuration may add to the requests that go to a provider.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "config/defaults.h"

namespace drover::config {

/// RFC 9110 section 5.6.2.
[[nodiscard]] inline bool is_token(std::string_view text) {
  constexpr std::string_view kPunctuation = "!#$%&'*+-.^_`|~";
  return !text.empty() && text.size() <= defaults::kModelBytes && std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kPunctuation.find(c) != std::string_view::npos;
  });
}

/// Whether the field frames a message or belongs to one connection: a value from the configuration would damage
/// requests. `name` is in lower case.
[[nodiscard]] inline bool is_ours(std::string_view name) {
  constexpr std::array<std::string_view, 13> kOurs = {"host",
                                                      "content-length",
                                                      "content-type",
                                                      "content-encoding",
                                                      "transfer-encoding",
                                                      "connection",
                                                      "keep-alive",
                                                      "te",
                                                      "trailer",
                                                      "upgrade",
                                                      "accept-encoding",
                                                      "expect",
                                                      "proxy-connection"};
  return std::ranges::find(kOurs, name) != kOurs.end();
}

/// Most bytes of a field's value.
inline constexpr std::size_t kFieldBytes = 4096;

/// Printable ASCII without spaces around it, at most kFieldBytes.
[[nodiscard]] inline bool is_field_value(std::string_view text) {
  const bool printable = std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
  return !text.empty() && printable && text.size() <= kFieldBytes && text.front() != ' ' && text.back() != ' ';
}

}  // namespace drover::config
