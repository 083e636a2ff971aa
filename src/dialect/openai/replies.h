// Bodies and events that drover itself answers with, in OpenAI's shape.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dialect/dialect.h"

namespace drover::dialect::openai_detail {

/// OpenAI's word for a status: "invalid_request_error", "rate_limit_error", "server_error", ...
[[nodiscard]] std::string_view error_type(int status);

[[nodiscard]] std::string error_body(const ErrorReply& reply);

/// Chat and the others: `data: {"error":...}` without an event line. Responses: an `error` event that is flat, as its
/// specification says, and has a nested error as well, because that is what the Python SDK looks for.
[[nodiscard]] std::string error_event(Api api, const ErrorReply& reply);
/// The event response.failed: the last of a stream of the Responses API that failed, behind its error event. SDKs raise
/// at the one, and Codex and others read only the other.
[[nodiscard]] std::string failed_response(const ErrorReply& reply);

[[nodiscard]] std::string models_body(const std::vector<std::string>& names);
[[nodiscard]] std::string model_body(std::string_view name);

}  // namespace drover::dialect::openai_detail
