// What one event of a streamed answer is: keep-alive, lifecycle, content, usage, end or error.
#pragma once

#include "dialect/dialect.h"

namespace drover::dialect::openai_detail {

/// See Dialect::read_event. An event that cannot be read counts as content and is never changed (C16).
[[nodiscard]] EventKind read_event(Api api, const http::SseEvent& event, AnswerState& state, Error& failure);

/// See Dialect::stream_complete.
[[nodiscard]] bool stream_complete(Api api, const AnswerState& state);

}  // namespace drover::dialect::openai_detail
