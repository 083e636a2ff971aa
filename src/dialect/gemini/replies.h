// Bodies and events that drover itself answers with, in Google's shape.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dialect/dialect.h"

namespace drover::dialect::gemini_detail {

/// Google's word for a status: "INVALID_ARGUMENT", "UNAVAILABLE", ...
[[nodiscard]] std::string_view status_word(int status);

/// {"error":{"code":429,"message":...,"status":"RESOURCE_EXHAUSTED","details":[...]}}; drover's own code is the reason
/// in an ErrorInfo, where Google puts its more exact ones.
[[nodiscard]] std::string error_body(const ErrorReply& reply);
/// The same as an event of a stream.
[[nodiscard]] std::string error_event(const ErrorReply& reply);

/// The whole list in one page.
[[nodiscard]] std::string models_body(const std::vector<std::string>& names);
[[nodiscard]] std::string model_body(std::string_view name);

}  // namespace drover::dialect::gemini_detail
