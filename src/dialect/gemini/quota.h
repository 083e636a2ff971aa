// What a refusal of Google's says of the quota that is used up.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/instant.h"

namespace drover::dialect::gemini_detail {

/// Whether a quota of a whole day is used up: a QuotaFailure among the details names it ("...PerDay...").
[[nodiscard]] bool names_daily_quota(std::string_view body);

/// From `now_unix` (seconds since 1970) to the next midnight in California, where Google's days of quotas begin: above
/// 0 and at most 25 hours.
[[nodiscard]] Duration until_quota_day(std::int64_t now_unix);

}  // namespace drover::dialect::gemini_detail
