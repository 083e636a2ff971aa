// The data of an event, joined where it stands on several lines.
#pragma once

#include <string>
#include <string_view>

#include "dialect/json/json_reader.h"
#include "http/body/sse.h"

namespace drover::dialect {

/// `joined` is written only for data of several lines, and holds it as long as the view is used.
[[nodiscard]] inline std::string_view event_data(const http::SseEvent& event, std::string& joined) {
  if (event.data_lines <= 1) return event.data;
  http::sse_data(event, joined);
  return joined;
}

/// Whether the data of an event is all there: one JSON value, or the word that ends a stream.
[[nodiscard]] inline bool is_whole(const http::SseEvent& event) {
  std::string joined;
  const std::string_view data = event_data(event, joined);
  if (data.starts_with("[DONE]")) return true;
  JsonReader reader(data);
  return !reader.take().empty() && reader.at_end();
}

}  // namespace drover::dialect
