// The form of a principal's path: "acme/search/prod".
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace drover::directory {

inline constexpr std::size_t kMostPathBytes = 200;
inline constexpr std::size_t kMostPathSegments = 8;

/// Segments of letters, digits, '.', '_', '-' and '@', joined by '/'; none is empty, "." or "..".
[[nodiscard]] constexpr bool is_principal_path(std::string_view path) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-' || c == '@';
  };
  if (path.empty() || path.size() > kMostPathBytes) return false;
  for (std::size_t segments = 1;; ++segments) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, end);
    if (segment.empty() || segment == "." || segment == ".." || segments > kMostPathSegments) return false;
    if (!std::ranges::all_of(segment, allowed)) return false;
    if (end == path.size()) return true;
    path.remove_prefix(end + 1);
  }
}

static_assert(is_principal_path("acme/search/a.b_c-d@e"));
static_assert(!is_principal_path("") && !is_principal_path("/a") && !is_principal_path("a/") &&
              !is_principal_path("a//b") && !is_principal_path("a/../b") && !is_principal_path("a b"));

}  // namespace drover::directory
