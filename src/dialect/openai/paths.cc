#include "dialect/openai/paths.h"

#include <array>

#include "dialect/path_table.h"

namespace drover::dialect::openai_detail {
namespace {

constexpr auto kPosts = std::to_array<PathTable::Known>({
    {"chat/completions", Api::Chat},
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

bool lists(std::string_view path) {
  return dialect::lists(kTable, path);
}

}  // namespace drover::dialect::openai_detail
