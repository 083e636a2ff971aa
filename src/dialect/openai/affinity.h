// Which requests belong together: a hash of what stays the same over the turns of one conversation.
#pragma once

#include <cstdint>
#include <string_view>

#include "dialect/dialect.h"
#include "dialect/json_scan.h"

namespace drover::dialect::openai_detail {

/// Most bytes of a conversation that are hashed. Enough for any system prompt that tells conversations apart, and a
/// bound on the time (about 10 µs).
inline constexpr std::size_t kAffinityBytes = 64 * 1024;

/// prompt_cache_key, else user, else (where there is a conversation) its beginning up to and including the first user
/// message.
/// 0: the request has none of them.
[[nodiscard]] std::uint64_t affinity(Api api, const JsonScan& scan, std::string_view body);

}  // namespace drover::dialect::openai_detail
