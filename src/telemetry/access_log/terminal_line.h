// One request as one line for a person at a terminal: time, client, path, model, target, status, duration. No prompt,
// no key, no query; texts from the client are cut and hold nothing that a terminal obeys.
#pragma once

#include <span>
#include <string_view>

#include "telemetry/access_log/access_line.h"

namespace drover::telemetry {

/// Longest line with its end.
inline constexpr std::size_t kMaxTerminalLine = 1024;

/// "12:04:31  web  POST /v1/chat/completions  gpt-4o  openai/1  200  812ms\n" (the time of day is UTC); with more than
/// one attempt, how many; with an error, its code. Written into `memory`, never allocates. Empty when it does not fit.
[[nodiscard]] std::string_view terminal_line(const AccessRecord& record, std::span<char> memory);

}  // namespace drover::telemetry
