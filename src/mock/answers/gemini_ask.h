// The requests of Google's API: their paths name the model and the stream, and their bodies say in other words what
// those of a chat say.
#pragma once

#include <string_view>

#include "base/result.h"
#include "mock/answers/ask.h"

namespace drover::mock {

/// The call of `method target` (with its query); Call::Unknown: it is no path of Google's API.
[[nodiscard]] Call gemini_call_of(std::string_view method, std::string_view target);

/// Reads a request of a call that speaks_gemini(). Errors: those of read_ask(), and for Gemini 3 a call of the newest
/// turn that came back without its signature.
[[nodiscard]] Result<Ask> read_gemini_ask(Call call, std::string_view target, std::string_view body);

}  // namespace drover::mock
