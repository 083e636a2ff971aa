// Reads a plain 2xx answer: its usage, or the failure inside it.
#pragma once

#include <optional>
#include <string_view>

#include "dialect/dialect.h"

namespace drover::dialect::openai_detail {

/// Longest answer that is looked into; a longer one is passed on as it is, its usage unknown. Reading takes about 1 ms
/// for 4 MiB.
inline constexpr std::size_t kMaxAnswerRead = 16 * 1024 * 1024;

/// See Dialect::read_plain.
[[nodiscard]] std::optional<Error> read_plain(Api api, std::string_view body, AnswerState& state);

}  // namespace drover::dialect::openai_detail
