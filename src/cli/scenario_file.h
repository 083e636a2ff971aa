// Reads a scenario of `drover simulate` from YAML, as strictly as a configuration: every mistake is reported with file,
// line, column, key and suggestion. The meaning of the keys is in docs/simulation.md.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "config/environment.h"
#include "config/settings.h"
#include "sim/play/scenario.h"

namespace drover::cli {

[[nodiscard]] std::expected<sim::Scenario, config::Problems> scenario_from_text(std::string_view text,
                                                                                const std::string& file);
[[nodiscard]] std::expected<sim::Scenario, config::Problems> scenario_from_file(const std::string& file,
                                                                                const config::Environment& environment);

}  // namespace drover::cli
