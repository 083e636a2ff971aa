// Reads drover's own JSON pages, which come from a network, and trusts none of their contents. A value that is missing
// or of another type reads as empty, and control characters never reach the terminal.
#pragma once

#include <algorithm>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "base/printable.h"

namespace drover::console {

/// A member of an object; null when it is missing. Never fails.
[[nodiscard]] inline const boost::json::value& member(const boost::json::value& object, std::string_view name) {
  static const boost::json::value kNull;
  if (!object.is_object()) return kNull;
  const boost::json::value* found = object.get_object().if_contains(name);
  return found == nullptr ? kNull : *found;
}

[[nodiscard]] inline std::string text_of(const boost::json::value& value) {
  return value.is_string() ? printable(value.get_string()) : std::string();
}

/// The number, limited to the range of every whole number type that is used here.
[[nodiscard]] inline double number_of(const boost::json::value& value) {
  constexpr double kMost = 1e15;
  boost::system::error_code problem;
  const double number = value.to_number<double>(problem);
  return problem ? 0 : std::clamp(number, -kMost, kMost);
}

}  // namespace drover::console
