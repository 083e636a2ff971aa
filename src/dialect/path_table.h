// Which of a dialect's paths is for what: the rules are the same for all, the paths are a table.
#pragma once

#include <span>
#include <string_view>

#include "dialect/dialect.h"

namespace drover::dialect {

/// Paths stand without the root "/v1/".
struct PathTable {
  struct Known {
    std::string_view path;
    Api api;
    bool has_list = false;  ///< a GET lists what is stored there
  };
  std::span<const Known> posts;
  /// What lives at one provider under one account: a follow-up with another key would not find it, and a second
  /// execution would make a second one. Some of these have a model in their bodies, which must not route them. One that
  /// ends in '/' is only for what stands below it.
  std::span<const std::string_view> affine;
  /// Posts under an affine prefix that make nothing and have a model.
  std::span<const std::string_view> stateless;
};

/// See Dialect::api.
[[nodiscard]] Api api_of(const PathTable& table, std::string_view method, std::string_view path);
/// See Dialect::methods.
[[nodiscard]] std::string_view methods(const PathTable& table, std::string_view path);
/// See Dialect::lists.
[[nodiscard]] bool lists(const PathTable& table, std::string_view path);

}  // namespace drover::dialect
