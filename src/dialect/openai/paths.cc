#include "dialect/openai/paths.h"

#include <algorithm>
#include <array>

namespace drover::dialect::openai_detail {
namespace {

struct Known {
  std::string_view path;
  Api api;
};

constexpr auto kPosts = std::to_array<Known>({
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
    {"messages", Api::Messages},
    {"messages/count_tokens", Api::CountTokens},
});

/// What lives at one provider under one account: a follow-up with another key would not find it, and a second execution
/// would make a second one. Some of these have a model in their bodies, which must not route them.
constexpr auto kAffine = std::to_array<std::string_view>({
    "files",      "uploads",      "batches", "fine_tuning",      "assistants",        "threads", "vector_stores",
    "containers", "evals",        "videos",  "realtime",         "conversations",     "chatkit", "skills",
    "responses/", "organization", "models",  "messages/batches", "chat/completions/",
});

/// Posts under an affine prefix that make nothing and have a model.
constexpr auto kStateless = std::to_array<std::string_view>({"responses/input_tokens", "responses/compact"});

bool under(std::string_view path, std::string_view prefix) {
  if (!path.starts_with(prefix)) return false;
  return prefix.ends_with('/') || path.size() == prefix.size() || path[prefix.size()] == '/';
}

}  // namespace

Api api_of(std::string_view method, std::string_view path) {
  constexpr std::string_view kRoot = "/v1/";
  if (!path.starts_with(kRoot)) return Api::Pinned;
  path.remove_prefix(kRoot.size());
  if (method == "GET" && under(path, "models") && path != "models/") return Api::Models;
  if (method != "POST" || path.empty()) return Api::Pinned;
  const auto known = std::ranges::find(kPosts, path, &Known::path);
  if (known != kPosts.end()) return known->api;
  if (std::ranges::find(kStateless, path) != kStateless.end()) return Api::OtherModel;
  const bool affine = std::ranges::any_of(kAffine, [&](std::string_view prefix) { return under(path, prefix); });
  return affine ? Api::Pinned : Api::OtherModel;
}

}  // namespace drover::dialect::openai_detail
