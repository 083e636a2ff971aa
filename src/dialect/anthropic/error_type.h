// Anthropic's words for errors and the statuses they stand for.
#pragma once

#include <string_view>

#include "base/error.h"
#include "dialect/failure/error_facts.h"
#include "dialect/failure/failure_row.h"

namespace drover::dialect::anthropic_detail {

/// The word for a status: "invalid_request_error", "overloaded_error", ...
[[nodiscard]] std::string_view error_type(int status);

/// What an error inside a 200 means: that of the status its type stands for.
[[nodiscard]] Error classify_inside(const ErrorFacts& facts, const FailureRules* rules);

}  // namespace drover::dialect::anthropic_detail
