// What an answer says about its own price, beside its tokens.
#pragma once

#include <cstdint>
#include <string_view>

#include "dialect/dialect.h"

namespace drover::dialect {

/// A raw `service_tier` of any dialect's. What is missing, unknown or a word for the usual is Standard.
[[nodiscard]] ServiceTier service_tier(std::string_view raw);

/// A raw number of US dollars in nano-dollars; -1 when it is none, negative, or more than a million dollars.
[[nodiscard]] std::int64_t nano_usd(std::string_view raw);

}  // namespace drover::dialect
