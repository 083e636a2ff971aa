// What one event of a streamed message is: keep-alive, lifecycle, content, end or error.
#pragma once

#include "dialect/dialect.h"

namespace drover::dialect::anthropic_detail {

/// See Dialect::read_event. An event that is not known counts as content and is never changed (C16).
[[nodiscard]] EventKind read_event(Api api, const http::SseEvent& event, AnswerState& state, Error& failure);

/// See Dialect::stream_complete.
[[nodiscard]] bool stream_complete(Api api, const AnswerState& state);

}  // namespace drover::dialect::anthropic_detail
