// Answers in Google's dialect: generateContent plain, as events and as a list, countTokens, embeddings, models and
// errors.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mock/answers/answer.h"
#include "mock/answers/reply.h"
#include "mock/provider/settings.h"

namespace drover::mock {

/// Calls of Call::GenerateList stream one JSON list, others events.
[[nodiscard]] Answer generate_answer(const Ask& ask, const Reply& reply);
[[nodiscard]] Answer gemini_count_answer(const Ask& ask);
[[nodiscard]] Answer gemini_embeddings_answer(const Ask& ask, const Settings& settings);
[[nodiscard]] Answer gemini_models_answer(const Settings& settings);
/// `path`: "/v1beta/models/NAME"; 404 when the mock does not serve it.
[[nodiscard]] Answer gemini_model_answer(const Settings& settings, std::string_view path);

/// A candidate without content, and without a reason for that.
[[nodiscard]] Answer empty_candidate(Call call, bool stream);

/// Google tells a key that it does not know by a 400.
[[nodiscard]] Answer gemini_bad_key(Call call);
/// {"error":{"code":429,"message":...,"status":"RESOURCE_EXHAUSTED"}}. Google has one word for each status; the code
/// context_length_exceeded becomes its sentence, insufficient_quota a quota for the day, any other code the reason.
[[nodiscard]] std::string gemini_error_json(const ProviderError& error);
/// The error in a stream: an event, or an element of the list that is its first one or a later one.
[[nodiscard]] std::string gemini_error_piece(Call call, const ProviderError& error, bool first);

}  // namespace drover::mock
