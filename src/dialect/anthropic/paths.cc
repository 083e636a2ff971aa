#include "dialect/anthropic/paths.h"

#include <array>

#include "dialect/path_table.h"

namespace drover::dialect::anthropic_detail {
namespace {

constexpr auto kPosts = std::to_array<PathTable::Known>({
    {"messages", Api::Messages},
    {"messages/count_tokens", Api::CountTokens},
});

constexpr auto kAffine = std::to_array<std::string_view>(
    {"messages/", "files", "models", "skills", "organizations", "agents", "sessions", "environments", "memory_stores",
     "user_profiles", "dreams", "deployments", "deployment_runs", "vaults", "tunnels"});

constexpr PathTable kTable{.posts = kPosts, .affine = kAffine, .stateless = {}};

}  // namespace

Api api_of(std::string_view method, std::string_view path) {
  return dialect::api_of(kTable, method, path);
}

std::string_view methods(std::string_view path) {
  return dialect::methods(kTable, path);
}

bool lists(std::string_view path) {
  return dialect::lists(kTable, path);
}

}  // namespace drover::dialect::anthropic_detail
