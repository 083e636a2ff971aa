// The id of something that lives with a provider (a stored response, a conversation, a file, a batch), as a number to
// know it again by, and where such ids stand.
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
[[nodiscard]] std::string_view owned_id(std::string_view path);

/// The file that the body of a request without a model is about (a batch, a file for a vector store, a training). Looks
/// at a short JSON object only; `body` has kPadding readable bytes behind it.
[[nodiscard]] std::string_view named_file(std::string_view body);

}  // namespace drover::dialect
