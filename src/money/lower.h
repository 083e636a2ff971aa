// Names of vendors and models in lower case: ASCII letters only, as they have no others.
#pragma once

#include <string>
#include <string_view>

namespace drover::money {

/// Longer names are none of models; the rest of one is cut off.
inline constexpr std::size_t kMostNameBytes = 256;

[[nodiscard]] inline std::string lower_name(std::string_view name) {
  std::string made(name.substr(0, kMostNameBytes));
  for (char& c : made) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return made;
}

}  // namespace drover::money
