// A text that fits the regular expression of a JSON Schema's `pattern`, if the pattern is simple: characters, escapes
// (\d \w \s and literal ones), classes, groups, alternatives, ^ $ and counts. Pure and bounded for any pattern.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace drover::mock {

struct PatternText {
  std::size_t least = 0;  ///< bytes
  int variant = 0;        ///< texts of different variants differ if the pattern allows it
};

/// Nothing for a pattern that is not simple (looking around, references to groups, \b, \p{…}), is no pattern, or needs
/// a text of more than 10,000 bytes. The text is printable ASCII, except for characters that the pattern itself holds.
[[nodiscard]] std::optional<std::string> text_for(std::string_view pattern, PatternText wanted = {});

}  // namespace drover::mock
