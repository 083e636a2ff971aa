// Which of OpenAI's paths is for what.
#pragma once

#include <string_view>

#include "dialect/dialect.h"

namespace drover::dialect::openai_detail {

/// See Dialect::api.
[[nodiscard]] Api api_of(std::string_view method, std::string_view path);
/// See Dialect::methods.
[[nodiscard]] std::string_view methods(std::string_view path);
/// See Dialect::default_model.
[[nodiscard]] std::string_view default_model(std::string_view path);
/// See Dialect::lists.
[[nodiscard]] bool lists(std::string_view path);

}  // namespace drover::dialect::openai_detail
