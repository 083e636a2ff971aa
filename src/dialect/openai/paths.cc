#include "dialect/openai/paths.h"

#include <array>

#include "dialect/path_table.h"

namespace drover::dialect::openai_detail {
namespace {

constexpr auto kPosts = std::to_array<PathTable::Known>({
    {"chat/completions", Api::Chat, true},
    {"completions", Api::Completions},
    {"responses", Api::Responses},
    {"embeddings", Api::Embeddings},
    {"moderations", Api::Moderations},
    {"rerank", Api::Rerank},
    {"images/generations", Api::Images},
    {"images/edits", Api::Images},
    {"images/variations", Api::Images},
    {"audio/speech", Api::Audio},
    {"audio/transcriptions", Api::Audio},
    {"audio/translations", Api::Audio},
});

constexpr auto kAffine = std::to_array<std::string_view>({
    "files",
    "uploads",
    "batches",
    "fine_tuning",
    "assistants",
    "threads",
    "vector_stores",
    "containers",
    "evals",
    "videos",
    "realtime",
    "live",
    "decisions",
    "audio/voices",
    "audio/voice_consents",
    "conversations",
    "chatkit",
    "skills",
    "responses/",
    "organization",
    "models",
    "chat/completions/",
});

constexpr auto kStateless = std::to_array<std::string_view>({"responses/input_tokens", "responses/compact"});

constexpr PathTable kTable{.posts = kPosts, .affine = kAffine, .stateless = kStateless};

}  // namespace

Api api_of(std::string_view method, std::string_view path) {
  return dialect::api_of(kTable, method, path);
}

std::string_view methods(std::string_view path) {
  return dialect::methods(kTable, path);
}

/// As OpenAI's own SDK documents them.
std::string_view default_model(std::string_view path) {
  if (path == "/v1/moderations") return "omni-moderation-latest";
  if (path == "/v1/images/generations" || path == "/v1/images/variations") return "dall-e-2";
  return path == "/v1/images/edits" ? "gpt-image-1.5" : std::string_view();
}

bool lists(std::string_view path) {
  return dialect::lists(kTable, path);
}

}  // namespace drover::dialect::openai_detail
