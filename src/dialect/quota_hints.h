// What an answer's head says about the provider's limits, in the families of fields that providers use: x-ratelimit-*
// and anthropic-ratelimit-*. Read as it stands, nonsense included: whoever believes it judges it.
#pragma once

#include <cstdint>
#include <optional>

#include "base/quota_hints.h"
#include "http/head.h"

namespace drover::dialect {

/// Nothing when no field of these families is there. Dimensions we do not count in are left out.
/// `now_unix`: seconds since 1970, for resets given as times.
[[nodiscard]] std::optional<QuotaHints> quota_hints(const http::Fields& fields, std::int64_t now_unix);

}  // namespace drover::dialect
