// Reads a credential from its source: env, file or value. It refuses a text that cannot be a credential, and prints no
// value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/yaml/value.h"

namespace drover::config {

enum class Several { One, CommaSeparated };

/// The credentials of a map that has exactly one of env, file and value; an env variable may hold several, separated by
/// commas. Empty after a report: the variable is missing, empty or a placeholder; the file cannot be read, is writable
/// by other users or has more than one line.
[[nodiscard]] std::vector<std::string> read_credentials(const Section& source, const Environment& environment,
                                                        Several several);

/// Whether `value` is a placeholder of some documentation: "sk-your-key-here", "<key>", "xxxx".
[[nodiscard]] bool is_placeholder(std::string_view value);

}  // namespace drover::config
