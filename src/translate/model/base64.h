// Base64 with padding (RFC 4648 section 4), for the fields of Gemini in which programs expect bytes.
#pragma once

#include <string>
#include <string_view>

namespace drover::translate {

void append_base64(std::string_view bytes, std::string& out);
/// Adds what `text`, in either alphabet and with or without padding, stands for. False: it is no base64; part of it may
/// have been added.
[[nodiscard]] bool append_from_base64(std::string_view text, std::string& out);

}  // namespace drover::translate
