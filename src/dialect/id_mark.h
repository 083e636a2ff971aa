// The id of something that lives with a provider (a stored response, a conversation), as a number to know it again by.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/hash.h"

namespace drover::dialect {

/// 0: there is no id.
[[nodiscard]] inline std::uint64_t id_mark(std::string_view id) {
  if (id.empty()) return 0;
  const std::uint64_t mark = hash64(id);
  return mark == 0 ? 1 : mark;
}

/// The id that a path is about, "resp_1" in "/v1/responses/resp_1/input_items"; empty where it is about none that has
/// an owner.
[[nodiscard]] inline std::string_view owned_id(std::string_view path) {
  constexpr std::string_view kOwned = "/v1/responses/";
  if (!path.starts_with(kOwned)) return {};
  path.remove_prefix(kOwned.size());
  return path.substr(0, path.find('/'));
}

}  // namespace drover::dialect
