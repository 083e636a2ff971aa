// Text as every database takes it: valid UTF-8 without NUL. Names in rows come from clients and providers.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace drover::store {

/// Valid UTF-8 without NUL bytes, surrogates and overlong forms.
[[nodiscard]] bool is_clean(std::string_view text);

/// The text with U+FFFD in the place of each wrong byte.
[[nodiscard]] std::string cleaned(std::string_view text);

/// Cleans `text` in place, and cuts it to at most `most` bytes at the end of a character.
void clean_and_cut(std::string& text, std::size_t most);

}  // namespace drover::store
