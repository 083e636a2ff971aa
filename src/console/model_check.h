// Asks the providers about the models of a configuration: whether they have them, and until when.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "upstream/catalog/catalog.h"

namespace drover::console {

/// Asks each provider that a model uses for its list of models (one small GET, at most ten seconds), and returns
/// warnings: sentences that are safe to print.
[[nodiscard]] std::vector<std::string> check_models(std::shared_ptr<const upstream::Catalog> catalog);

}  // namespace drover::console
