// A configuration of the LiteLLM proxy (its config.yaml) as one of drover's. What has no counterpart stands in comments
// beside what is taken, so that nothing is lost silently. It opens no file and no socket.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "config/environment.h"
#include "config/settings.h"

namespace drover::config {

struct Imported {
  /// A drover.yaml that loads once `variables` are set. It holds no key's value: a key that the file has in clear gets
  /// the name of a variable instead.
  std::string yaml;
  std::vector<std::string> variables;  ///< environment variables that the text asks for, each once
  std::size_t models = 0;
  std::size_t left_out = 0;  ///< entries of model_list that no target was made of; the comments say why
};

/// Errors: the text is no YAML, has no model_list, or none of its entries can be taken. `file` is used in messages
/// only. `environment` gives the values of "os.environ/NAME" where drover needs a value in the file (base URLs,
/// models).
[[nodiscard]] std::expected<Imported, Problems> import_litellm(std::string_view text, const std::string& file,
                                                               const Environment& environment);

}  // namespace drover::config
