// The word for each API: in the access log, and in a provider's `apis`.
#pragma once

#include <string_view>

#include "dialect/dialect.h"

namespace drover::dialect {

[[nodiscard]] constexpr std::string_view api_name(Api api) {
  switch (api) {
    case Api::Chat: return "chat";
    case Api::Completions: return "completions";
    case Api::Responses: return "responses";
    case Api::Embeddings: return "embeddings";
    case Api::Moderations: return "moderations";
    case Api::Rerank: return "rerank";
    case Api::Images: return "images";
    case Api::Audio: return "audio";
    case Api::Messages: return "messages";
    case Api::CountTokens: return "count_tokens";
    case Api::Generate: return "generate";
    case Api::Models: return "models";
    case Api::OtherModel: return "other";
    case Api::Pinned: return "pinned";
  }
  return "other";
}

}  // namespace drover::dialect
