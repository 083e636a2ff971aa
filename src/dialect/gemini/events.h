// What one event of a streamed answer is, and what a whole plain answer is: keep-alive, lifecycle, content or error.
#pragma once

#include <optional>

#include "dialect/dialect.h"
#include "dialect/failure/error_facts.h"

namespace drover::dialect::gemini_detail {

/// See Dialect::read_event. No event ends a stream: the one with the reason does, and the end of the body behind it.
[[nodiscard]] EventKind read_event(Api api, const http::SseEvent& event, AnswerState& state, Error& failure);

/// See Dialect::stream_complete.
[[nodiscard]] bool stream_complete(Api api, const AnswerState& state);

/// See Dialect::read_plain, for Api::Generate: one object, or the list of chunks that a stream is without alt=sse.
[[nodiscard]] std::optional<Error> read_answer(std::string_view body, AnswerState& state);

/// What an error inside a 200 means.
[[nodiscard]] Error classify_inside(const ErrorFacts& facts, const FailureRules* rules);

}  // namespace drover::dialect::gemini_detail
