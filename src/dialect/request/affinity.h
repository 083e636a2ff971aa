// Which requests belong together: a hash of what stays the same over the turns of one conversation.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "dialect/dialect.h"
#include "dialect/json/json_scan.h"
#include "dialect/request/routed_keys.h"

namespace drover::dialect {

/// Most bytes of a conversation that are hashed. Enough for any system prompt that tells conversations apart, and a
/// bound on the time (about 10 µs).
inline constexpr std::size_t kAffinityBytes = 64 * 1024;

/// What of a body names the conversation.
struct AffinitySource {
  Api api;
  const KeyList& keys;
  const JsonScan& scan;
  std::string_view body;
};

/// prompt_cache_key, else user, else metadata.user_id, else (where there is a conversation) its beginning up to and
/// including the first user message, with the system prompt. 0: the request has none of them.
[[nodiscard]] std::uint64_t affinity(const AffinitySource& request);

/// The last of these alone: the hash of a conversation that stands in these raw values (what the system says, the
/// turns). 0: there is nothing in them.
[[nodiscard]] std::uint64_t conversation_affinity(std::span<const std::string_view> values);

}  // namespace drover::dialect
