// How the dialects say what an event of a stream is.
#pragma once

#include <utility>

#include "base/error.h"
#include "dialect/dialect.h"

namespace drover::dialect {

inline EventKind content(AnswerState& state) {
  state.content_seen = true;
  ++state.content_events;
  return EventKind::Content;
}

inline EventKind failed(Error error, Error& failure) {
  failure = std::move(error);
  return EventKind::Error;
}

}  // namespace drover::dialect
