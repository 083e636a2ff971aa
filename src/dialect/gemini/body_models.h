// The models that a request body of Google's API names beside its path: an embedding's, each of a batch, and the one of
// a request whose tokens are counted. Google wants them to be the path's.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace drover::dialect {

/// Whether the body names another model than this one, which its path names.
[[nodiscard]] bool names_other_model(std::string_view body, std::string_view model);

/// The body with `model` wherever it names one. Nothing: it names none, or no other.
[[nodiscard]] std::optional<std::string> with_body_models(std::string_view body, std::string_view model);

}  // namespace drover::dialect
