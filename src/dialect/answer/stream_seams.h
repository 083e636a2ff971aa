// The two places where later features touch a streamed answer: a tap reads whole events, an edit may drop or replace
// one.
#pragma once

#include <string>

#include "dialect/dialect.h"

namespace drover::dialect {

/// Reads events (metering, guards that only watch, caches that record). Cannot change anything.
class StreamTap {
 public:
  virtual ~StreamTap() = default;
  virtual void on_event(const http::SseEvent& event, EventKind kind) = 0;
};

enum class Edit : std::uint8_t { Keep, Drop, Replace };

/// May drop or replace one whole event.
class StreamEdit {
 public:
  virtual ~StreamEdit() = default;
  /// Replace: `replacement` holds whole events to send instead.
  [[nodiscard]] virtual Edit on_event(const http::SseEvent& event, EventKind kind, std::string& replacement) = 0;
};

}  // namespace drover::dialect
