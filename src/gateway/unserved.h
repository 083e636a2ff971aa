// What a configuration may say and this version does not do yet, in sentences for whoever reads `check` or `serve`.
// Each goes when its feature comes.
#pragma once

#include <string>
#include <vector>

#include "config/settings.h"

namespace drover::gateway {

[[nodiscard]] std::vector<std::string> unserved(const config::Settings& settings);

}  // namespace drover::gateway
