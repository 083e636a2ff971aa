// Reads the `usage` object of an answer in the shapes that OpenAI and the servers that speak its dialect send.
#pragma once

#include <string_view>

#include "dialect/dialect.h"

namespace drover::dialect::openai_detail {

/// Overwrites `usage` when `raw` (the value of a usage member) is an object with at least one number in it. Providers
/// repeat usage with growing totals, so the last one counts; it is never added up.
void read_usage(std::string_view raw, Usage& usage);

}  // namespace drover::dialect::openai_detail
