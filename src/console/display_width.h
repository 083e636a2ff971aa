// The columns that a text takes on a terminal: Thai vowels and tone marks stand above or below their letter and take
// none, East Asian characters and emoji take two.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace drover::console {

[[nodiscard]] std::size_t display_width(std::string_view utf8);
/// As much of `text` as fits into this many columns, with "…" at the end of a text that was cut.
[[nodiscard]] std::string cut(std::string_view text, std::size_t columns);
/// `text` with spaces after (or before) it up to this many columns; a longer text stays as it is.
[[nodiscard]] std::string padded(std::string_view text, std::size_t columns);
[[nodiscard]] std::string padded_left(std::string_view text, std::size_t columns);

}  // namespace drover::console
