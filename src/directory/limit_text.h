// A limit in words, for errors, pages and the log.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "directory/records.h"

namespace drover::directory {

/// "US dollars", "input tokens", "requests at once".
[[nodiscard]] std::string_view name_of(Unit unit);

/// "500.00 US dollars (month)", "600 requests (1m)", "8 requests at once".
[[nodiscard]] std::string limit_text(Unit unit, std::int64_t amount, const money::WindowSpec& window);

}  // namespace drover::directory
