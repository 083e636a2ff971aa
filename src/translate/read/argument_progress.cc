#include "translate/read/argument_progress.h"

#include <charconv>

namespace drover::translate {
namespace {

/// The character that an escape \uXXXX stands for, where it is one of ASCII's; any other counts as a letter.
char ascii_of(std::string_view digits) {
  unsigned value = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  return read.ec == std::errc() && value < 0x80 ? static_cast<char>(value) : 'x';
}

}  // namespace

void ArgumentProgress::feed(Text piece) {
  const std::string_view text = piece.escaped;
  for (std::size_t at = 0; at < text.size() && !complete_; ++at) {
    char c = text[at];
    if (c == '\\' && at + 1 < text.size()) {
      c = text[++at];
      if (c == 'u') {
        c = ascii_of(text.substr(at + 1, 4));
        at += 4;
      } else if (c != '"' && c != '\\') {
        c = ' ';
      }
    }
    step(c);
  }
}

void ArgumentProgress::step(char c) {
  if (in_string_) {
    if (escaped_) {
      escaped_ = false;
    } else if (c == '\\') {
      escaped_ = true;
    } else if (c == '"') {
      in_string_ = false;
    }
    return;
  }
  if (c == '"') in_string_ = depth_ > 0;
  if (c == '{' || c == '[') ++depth_;
  if ((c == '}' || c == ']') && depth_ > 0 && --depth_ == 0) complete_ = true;
}

}  // namespace drover::translate
