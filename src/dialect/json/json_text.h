// Text as a JSON string.
#pragma once

#include <string>
#include <string_view>

namespace drover::dialect {

/// `text` quoted and escaped as a JSON string (RFC 8259 section 7). The text must be UTF-8.
[[nodiscard]] std::string json_string(std::string_view text);

/// `text` for a string of Boost.JSON, which writes strings as they are: what is not UTF-8 would make the whole body
/// invalid, so each of its bytes above 0x7f becomes '?'.
[[nodiscard]] std::string sound_text(std::string_view text);

}  // namespace drover::dialect
