// From Options to the Settings of the program: it writes a configuration and loads it, so that names, defaults and
// messages are those of the file.
#pragma once

#include <string>

#include "config/settings.h"
#include "drover/options.h"
#include "drover/result.h"

namespace drover::client {

/// Errors: BadConfig, one mistake per line.
[[nodiscard]] v0::Result<config::Settings> settings_of(const v0::Options& options);
[[nodiscard]] v0::Result<config::Settings> settings_from_env();
[[nodiscard]] v0::Result<config::Settings> settings_from_file(const std::string& path);

/// The model of a request that names none: `configured`, else DROVER_MODEL, else the first configured name, else
/// gpt-6-luna.
[[nodiscard]] std::string default_model(const std::string& configured, const core::Plan& plan);

}  // namespace drover::client
