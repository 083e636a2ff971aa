// A text that fits a regular expression of a JSON Schema's `pattern`, as far as such patterns are simple: characters,
// escapes (\d \w \s and literal ones), classes, groups, alternatives, ^ $ and counts. Pure and bounded, whatever the
// pattern.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace drover::mock {

struct PatternText {
  std::size_t least = 0;  ///< bytes
  int variant = 0;        ///< texts of different variants differ where the pattern lets them
};

/// Nothing for what is not simple (looking around, references to groups, \b, \p{…}), is no pattern, or wants a text of
/// more than 10,000 bytes. The text is printable ASCII, but for what stands in the pattern itself.
[[nodiscard]] std::optional<std::string> text_for(std::string_view pattern, PatternText wanted = {});

}  // namespace drover::mock
