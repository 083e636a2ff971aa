// ASCII letters, independent of the locale.
#pragma once

#include <string>
#include <string_view>

namespace drover::config {

[[nodiscard]] inline std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

}  // namespace drover::config
