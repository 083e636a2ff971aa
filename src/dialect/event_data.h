// The data of an event, joined where it stands on several lines.
#pragma once

#include <string>
#include <string_view>

#include "http/sse.h"

namespace drover::dialect {

/// `joined` is written only for data of several lines, and holds it as long as the view is used.
[[nodiscard]] inline std::string_view event_data(const http::SseEvent& event, std::string& joined) {
  if (event.data_lines <= 1) return event.data;
  http::sse_data(event, joined);
  return joined;
}

}  // namespace drover::dialect
