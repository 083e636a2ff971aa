// Answers in Anthropic's dialect: /v1/messages plain and streamed, its count_tokens, models and errors.
#pragma once

#include <string>
#include <string_view>

#include "mock/answers/answer.h"
#include "mock/answers/reply.h"
#include "mock/provider/settings.h"

namespace drover::mock {

[[nodiscard]] Answer messages_answer(const Ask& ask, const Reply& reply);
[[nodiscard]] Answer count_tokens_answer(const Ask& ask);
[[nodiscard]] Answer anthropic_models_answer(const Settings& settings);
/// `name` as it stands in the path; 404 when the mock does not serve it.
[[nodiscard]] Answer anthropic_model_answer(const Settings& settings, std::string_view name);

/// A message without content, and without a reason for that.
[[nodiscard]] Answer empty_message(bool stream);

/// {"type":"error","error":{...}}. Anthropic has one type for each status. An error's code that is one of Anthropic's
/// types replaces the type; the codes credit_balance_too_low and context_length_exceeded become their sentences; any
/// other code stands in `details`.
[[nodiscard]] std::string anthropic_error_json(const ProviderError& error);

}  // namespace drover::mock
