// What an answer's head says about the provider's limits, in the families of fields that providers use: x-ratelimit-*
// and anthropic-ratelimit-*. Read as it stands, nonsense included: whoever believes it judges it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/quota_hints.h"
#include "http/head/head.h"

namespace drover::dialect {

/// Nothing when no field of these families is there. Dimensions we do not count in are left out.
/// `now_unix`: seconds since 1970, for resets given as times.
[[nodiscard]] std::optional<QuotaHints> quota_hints(const http::Fields& fields, std::int64_t now_unix);

/// In whose words: x-ratelimit-remaining-requests, or anthropic-ratelimit-requests-remaining.
enum class QuotaWords : std::uint8_t { Common, Anthropic };

/// The same the other way round: appends a "Name: value\r\n" line for everything that is known, as the provider of
/// that family writes it. Input and output tokens are told apart in Anthropic's only; "tokens" is the limit of tokens
/// of any kind that leaves the least.
void append_quota_fields(const QuotaHints& hints, QuotaWords words, std::int64_t now_unix, std::string& out);

}  // namespace drover::dialect
