// Answers in OpenAI's shape as typed values. The run has judged them; here the wanted members are picked out, and a
// member that cannot be read stays empty or is refused.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "drover/chat.h"
#include "drover/result.h"

namespace drover::client {

/// Fills in text, tool calls, reason, model and id. Errors: BadResponse (no choices where they should be).
[[nodiscard]] std::optional<v0::Error> read_chat(std::string_view json, v0::ChatReply& reply);
/// Errors: BadResponse (no list of vectors).
[[nodiscard]] std::optional<v0::Error> read_embeddings(std::string_view json, v0::Embeddings& embeddings);

enum class EventMeaning : std::uint8_t {
  Content,  ///< `event` was filled in
  Silent,   ///< no content for the caller: usage, keep-alive
  Done,     ///< [DONE]
  Failure,  ///< the provider's own error
};
/// Reads the data of one event of a chat stream.
[[nodiscard]] EventMeaning read_chat_event(std::string_view data, v0::ChatEvent& event);

}  // namespace drover::client
