// Reading our own JSON pages when they come from a network: nothing in them is believed. What is missing or of another
// type is nothing, and control bytes do not reach a terminal.
#pragma once

#include <algorithm>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

namespace drover::gateway {

/// Member access that never fails: what is missing is null.
[[nodiscard]] inline const boost::json::value& member(const boost::json::value& object, std::string_view name) {
  static const boost::json::value kNull;
  if (!object.is_object()) return kNull;
  const boost::json::value* found = object.get_object().if_contains(name);
  return found == nullptr ? kNull : *found;
}

/// Replaces what a terminal may obey: control bytes, and U+0080 to U+009F, which begin sequences as ESC does.
[[nodiscard]] inline std::string printable(std::string_view text) {
  std::string shown(text);
  for (std::size_t at = 0; at < shown.size(); ++at) {
    const auto byte = static_cast<unsigned char>(shown[at]);
    const bool wide = byte == 0xC2 && at + 1 < shown.size() && static_cast<unsigned char>(shown[at + 1]) < 0xA0;
    if (wide) shown.erase(at, 1);
    if (wide || byte < 0x20 || byte == 0x7f) shown[at] = '?';
  }
  return shown;
}

[[nodiscard]] inline std::string text_of(const boost::json::value& value) {
  return value.is_string() ? printable(value.get_string()) : std::string();
}

/// Within what any whole number type here holds.
[[nodiscard]] inline double number_of(const boost::json::value& value) {
  constexpr double kMost = 1e15;
  boost::system::error_code problem;
  const double number = value.to_number<double>(problem);
  return problem ? 0 : std::clamp(number, -kMost, kMost);
}

}  // namespace drover::gateway
