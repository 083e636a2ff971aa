// How the dialects say what an event of a stream is.
#pragma once

#include <utility>

#include "base/error.h"
#include "dialect/dialect.h"
#include "dialect/failure/error_facts.h"

namespace drover::dialect {

inline EventKind content(AnswerState& state) {
  state.content_seen = true;
  ++state.content_events;
  return EventKind::Content;
}

/// Whether an event that has nothing of the answer in it says that there will be none. A bare message in place of the
/// answer does; one with a type or status of its own may be a word on the way ("queued"), and so may one behind
/// content.
inline bool says_failure(const ErrorFacts& facts, const AnswerState& state) {
  if (facts.failed) return true;
  if (facts.message.empty() || !facts.object) return false;
  const bool coded =
      (!facts.code.empty() && facts.code != "0" && facts.code != "200") || (facts.number != 0 && facts.number != 200);
  return coded || (facts.type.empty() && facts.code.empty() && !state.content_seen);
}

inline EventKind failed(Error error, Error& failure) {
  failure = std::move(error);
  return EventKind::Error;
}

}  // namespace drover::dialect
