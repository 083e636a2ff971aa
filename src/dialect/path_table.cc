#include "dialect/path_table.h"

#include <algorithm>

namespace drover::dialect {
namespace {

bool under(std::string_view path, std::string_view prefix) {
  if (!path.starts_with(prefix)) return false;
  return prefix.ends_with('/') || path.size() == prefix.size() || path[prefix.size()] == '/';
}

}  // namespace

Api api_of(const PathTable& table, std::string_view method, std::string_view path) {
  constexpr std::string_view kRoot = "/v1/";
  if (!path.starts_with(kRoot)) return Api::Pinned;
  path.remove_prefix(kRoot.size());
  if (method == "GET" && under(path, "models") && path != "models/") return Api::Models;
  if (method != "POST" || path.empty()) return Api::Pinned;
  const auto known = std::ranges::find(table.posts, path, &PathTable::Known::path);
  if (known != table.posts.end()) return known->api;
  if (std::ranges::find(table.stateless, path) != table.stateless.end()) return Api::OtherModel;
  const bool affine = std::ranges::any_of(table.affine, [&](std::string_view prefix) { return under(path, prefix); });
  return affine ? Api::Pinned : Api::OtherModel;
}

}  // namespace drover::dialect
