// Embeddings of texts: OpenAI's request into Google's batchEmbedContents, and the answer back. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "translate/model/losses.h"

namespace drover::translate {

/// What the answer needs of its request.
struct EmbeddingsContext {
  std::string model{};            ///< as the client asked for it
  bool as_bytes = false;          ///< encoding_format: base64 of 32-bit floats
  std::int64_t input_tokens = 0;  ///< an estimate: Google's answer tells none
};

struct EmbeddingsRequest {
  std::string body{};
  Losses losses{};
  EmbeddingsContext context{};
};

/// `model`: the name that is sent. `body` is judged JSON.
/// Errors (status 400): tokens instead of texts (unsupported_by_target), no input at all.
[[nodiscard]] Result<EmbeddingsRequest> embeddings_request(std::string_view body, std::string_view model,
                                                           Policy policy);

/// Google's answer in OpenAI's form. Errors: it holds no embeddings.
[[nodiscard]] Result<std::string> embeddings_answer(std::string_view body, const EmbeddingsContext& context);

}  // namespace drover::translate
