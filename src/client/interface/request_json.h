// Typed requests as JSON for the provider. Members that are given as JSON are put in unchanged; the dialect's inspector
// judges the whole.
#pragma once

#include <string>

#include "drover/chat.h"
#include "drover/result.h"

namespace drover::client {

enum class Streaming : std::uint8_t { No, Yes };

/// Errors: BadRequest (no messages, numbers that JSON cannot hold, a format without its schema).
[[nodiscard]] v0::Result<std::string> chat_json(const v0::ChatRequest& request, const std::string& model,
                                                Streaming streaming);
/// Errors: BadRequest (no model, no input).
[[nodiscard]] v0::Result<std::string> embeddings_json(const v0::EmbeddingsRequest& request);

}  // namespace drover::client
