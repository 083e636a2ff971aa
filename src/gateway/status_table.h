// The JSON of /status as a table for a terminal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace drover::gateway {

enum class Language : std::uint8_t { English, Thai };
enum class Colour : std::uint8_t { No, Yes };

struct StatusTable {
  std::string text;
  bool any_red = false;
};

/// Errors: BadResponse when it is not the JSON of a status page.
[[nodiscard]] Result<StatusTable> status_table(std::string_view json, Language language, Colour colour);

}  // namespace drover::gateway
