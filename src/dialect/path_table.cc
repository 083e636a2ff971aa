#include "dialect/path_table.h"

#include <algorithm>

namespace drover::dialect {
namespace {

constexpr std::string_view kRoot = "/v1/";

bool under(std::string_view path, std::string_view prefix) {
  if (!path.starts_with(prefix)) return false;
  return prefix.ends_with('/') || path.size() == prefix.size() || path[prefix.size()] == '/';
}

constexpr std::string_view kModelsPath = "models";

bool is_affine(const PathTable& table, std::string_view path) {
  return std::ranges::any_of(table.affine, [&](std::string_view prefix) { return under(path, prefix); });
}

}  // namespace

Api api_of(const PathTable& table, std::string_view method, std::string_view path) {
  if (!path.starts_with(kRoot)) return Api::Pinned;
  path.remove_prefix(kRoot.size());
  if ((method == "GET" || method == "HEAD") && under(path, kModelsPath) && path != "models/") return Api::Models;
  if (method != "POST" || path.empty()) return Api::Pinned;
  const auto known = std::ranges::find(table.posts, path, &PathTable::Known::path);
  if (known != table.posts.end()) return known->api;
  if (std::ranges::find(table.stateless, path) != table.stateless.end()) return Api::OtherModel;
  return is_affine(table, path) ? Api::Pinned : Api::OtherModel;
}

std::string_view methods(const PathTable& table, std::string_view path) {
  if (!path.starts_with(kRoot)) return {};
  path.remove_prefix(kRoot.size());
  if (path == kModelsPath) return "GET, HEAD, OPTIONS";
  if (under(path, kModelsPath)) return "GET, HEAD, DELETE, OPTIONS";
  const auto known = std::ranges::find(table.posts, path, &PathTable::Known::path);
  if (known != table.posts.end()) return known->has_list ? "GET, HEAD, POST, OPTIONS" : "POST, OPTIONS";
  if (std::ranges::find(table.stateless, path) != table.stateless.end()) return "POST, OPTIONS";
  if (!is_affine(table, path)) return {};
  const bool is_collection = std::ranges::find(table.affine, path) != table.affine.end();
  return is_collection ? "GET, HEAD, POST, OPTIONS" : "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
}

bool lists(const PathTable& table, std::string_view path) {
  // Parameters and escapes are taken off by some servers before they look where a path leads.
  if (path.find_first_of(";%") != path.npos || !path.starts_with(kRoot)) return false;
  path.remove_prefix(kRoot.size());
  return std::ranges::find(table.posts, path, &PathTable::Known::path) != table.posts.end() ||
         std::ranges::find(table.stateless, path) != table.stateless.end() || is_affine(table, path);
}

}  // namespace drover::dialect
