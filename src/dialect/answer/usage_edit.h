// Takes the extra usage event out of a stream whose client did not ask for it (we did; see body_edits.h).
#pragma once

#include "dialect/answer/stream_seams.h"

namespace drover::dialect {

/// Drops events that carry usage only. Chunks that have `"usage":null` beside their content stay as they are: to every
/// SDK that is the same as no usage.
class UsageEdit final : public StreamEdit {
 public:
  [[nodiscard]] Edit on_event(const http::SseEvent&, EventKind kind, std::string&) override {
    return kind == EventKind::Usage ? Edit::Drop : Edit::Keep;
  }
};

}  // namespace drover::dialect
