// The JSON of /status as a table for a terminal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace drover::console {

enum class Language : std::uint8_t { English, Thai };
enum class Colour : std::uint8_t { No, Yes };

/// The size of the window; 0: no bound. With a bound in either direction the rows of sick targets come first.
struct TableSize {
  std::size_t columns = 0;
  std::size_t rows = 0;  ///< lines, footer and all
};

struct StatusTable {
  std::string text;
  bool any_red = false;
};

/// No line is wider than `size`: the least important columns are left out first, then texts are cut. Errors:
/// BadResponse when the text is not the JSON of a status page.
[[nodiscard]] Result<StatusTable> status_table(std::string_view json, Language language, Colour colour,
                                               TableSize size = {});

}  // namespace drover::console
