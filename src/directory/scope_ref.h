// The name of one scope of limits: a node of the tree of principals, or beside the tree a tag or an end user.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/hash.h"

namespace drover::directory {

enum class ScopeKind : std::uint8_t { Principal, Tag, EndUser };

struct ScopeRef {
  ScopeKind kind = ScopeKind::Principal;
  std::string_view name;  ///< a path (empty: the root), a tag, or an end user as the ledger names it

  friend bool operator==(const ScopeRef&, const ScopeRef&) = default;
};

/// "acme/search", "tag:nightly", "user:3f9a...": no path has a colon, so the three never meet.
[[nodiscard]] inline std::string to_text(ScopeRef scope) {
  constexpr std::string_view kPrefixes[] = {"", "tag:", "user:"};
  return std::string(kPrefixes[static_cast<std::size_t>(scope.kind)]).append(scope.name);
}

/// The hash of a scope's name. Tags and end users are chosen by clients: the seed keeps them from forging collisions.
[[nodiscard]] inline std::uint64_t hash_of(ScopeRef scope, std::uint64_t seed) {
  return hash64(scope.name, seed + static_cast<std::uint64_t>(scope.kind));
}

}  // namespace drover::directory
