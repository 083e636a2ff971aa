// How many columns of a terminal a text takes: Thai vowels and tone marks stand above or below their letter and take
// none, East Asian characters and emoji take two.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace drover::console {

[[nodiscard]] std::size_t display_width(std::string_view utf8);
/// `text` as far as it fits into this many columns, with "…" at the end where something is missing.
[[nodiscard]] std::string cut(std::string_view text, std::size_t columns);
/// `text` with spaces behind (or in front of) it up to this many columns; longer text stays as it is.
[[nodiscard]] std::string padded(std::string_view text, std::size_t columns);
[[nodiscard]] std::string padded_left(std::string_view text, std::size_t columns);

}  // namespace drover::console
