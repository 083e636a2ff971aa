// A second opinion on JSON for tests and fuzzing: Boost.JSON's strict parser, without building a value.
#pragma once

#include <boost/json/basic_parser_impl.hpp>
#include <cstdint>
#include <optional>
#include <string_view>

namespace drover::dialect {

/// A handler for boost::json::basic_parser that keeps nothing.
struct KeepNothing {
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  using Code = boost::json::error_code;
  using View = boost::json::string_view;
  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_array_begin(Code&) { return true; }
  bool on_array_end(std::size_t, Code&) { return true; }
  bool on_object_begin(Code&) { return true; }
  bool on_object_end(std::size_t, Code&) { return true; }
  bool on_string_part(View, std::size_t, Code&) { return true; }
  bool on_string(View, std::size_t, Code&) { return true; }
  bool on_key_part(View, std::size_t, Code&) { return true; }
  bool on_key(View, std::size_t, Code&) { return true; }
  bool on_number_part(View, Code&) { return true; }
  bool on_int64(std::int64_t, View, Code&) { return true; }
  bool on_uint64(std::uint64_t, View, Code&) { return true; }
  bool on_double(double, View, Code&) { return true; }
  bool on_bool(bool, Code&) { return true; }
  bool on_null(Code&) { return true; }
  bool on_comment_part(View, Code&) { return true; }
  bool on_comment(View, Code&) { return true; }
};

/// Whether Boost.JSON takes `text` for one strict document no deeper than `max_depth`. Nothing where it stops at an
/// exponent that no double can hold: that is a matter of value, not of grammar.
[[nodiscard]] inline std::optional<bool> reference_accepts(std::string_view text, std::size_t max_depth) {
  namespace json = boost::json;
  json::parse_options options;
  options.max_depth = max_depth;
  json::basic_parser<KeepNothing> parser(options);
  json::error_code failure;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), failure);
  if (failure == json::error::exponent_overflow) return std::nullopt;
  return !failure && used == text.size();
}

}  // namespace drover::dialect
