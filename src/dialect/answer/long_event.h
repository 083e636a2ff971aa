// What can be said of an event that is longer than what is held: its name, and the beginning of its data.
#pragma once

#include <string_view>

#include "base/error.h"
#include "http/body/sse.h"

namespace drover::dialect {

/// An event made of the bytes that have arrived of one that has not ended (SseScanner::too_long). Give it to
/// Dialect::read_event: a response.completed of 100 KiB still ends its stream that way, though its usage, which stands
/// at the end, stays unknown. A chat chunk comes out as content. Views into `head`.
[[nodiscard]] http::SseEvent long_event(std::string_view head);

/// Whether it is an error, by its name or by the first key of its data: its end, where its code stands, may never come.
[[nodiscard]] bool begins_as_error(const http::SseEvent& event);
/// What such an event says.
[[nodiscard]] Error long_error();

}  // namespace drover::dialect
