// Where a credential comes from: env, file or value. Refuses what cannot be one. Nothing here ever prints a value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/yaml/value.h"

namespace drover::config {

enum class Several { One, CommaSeparated };

/// The credentials a map with exactly one of env, file and value names; an env variable may hold several, separated by
/// commas. Empty after a report: the variable is missing, empty or a placeholder; the file cannot be read, is writable
/// by others or holds more than one line.
[[nodiscard]] std::vector<std::string> read_credentials(const Section& source, const Environment& environment,
                                                        Several several);

/// Whether `value` is something that documentation tells people to replace: "sk-your-key-here", "<key>", "xxxx".
[[nodiscard]] bool is_placeholder(std::string_view value);

}  // namespace drover::config
