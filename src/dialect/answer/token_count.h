// A number of tokens as an answer says it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

#include "dialect/json/json_reader.h"

namespace drover::dialect {

/// Most tokens believed of one answer; a larger number is a fault and counts as this.
inline constexpr std::int64_t kMaxTokensBelieved = 1'000'000'000;

/// `raw` as a number from 0 to kMaxTokensBelieved; nothing when it is none.
[[nodiscard]] inline std::optional<std::int64_t> token_count(std::string_view raw) {
  const auto number = raw_integer(raw);
  if (!number.has_value()) return std::nullopt;
  return std::clamp<std::int64_t>(*number, 0, kMaxTokensBelieved);
}

/// The same for a detail of a count: 0 when it is not there.
[[nodiscard]] inline std::int32_t token_detail(std::string_view raw) {
  return static_cast<std::int32_t>(token_count(raw).value_or(0));
}

}  // namespace drover::dialect
