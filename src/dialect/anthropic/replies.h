// Bodies and events that drover itself answers with, in Anthropic's shape.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dialect/dialect.h"

namespace drover::dialect::anthropic_detail {

/// {"type":"error","error":{...},"request_id":...}; drover's own code is error.details.error_code, where Anthropic puts
/// its more exact ones.
[[nodiscard]] std::string error_body(const ErrorReply& reply);
/// The same as an `error` event.
[[nodiscard]] std::string error_event(const ErrorReply& reply);

/// The whole list in one page.
[[nodiscard]] std::string models_body(const std::vector<std::string>& names);
[[nodiscard]] std::string model_body(std::string_view name);

}  // namespace drover::dialect::anthropic_detail
