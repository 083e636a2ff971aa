// What a Content-Type says, as far as bodies are read here (RFC 9110 section 8.3).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace drover::dialect {

/// application/json or anything that ends in +json, whatever its parameters.
[[nodiscard]] bool is_json_type(std::string_view content_type);
/// multipart/form-data, whatever its parameters.
[[nodiscard]] bool is_form_type(std::string_view content_type);
/// The boundary parameter, unquoted. Nothing when it is absent, given twice, empty, over 70 characters, ends in a space
/// or has a character that RFC 2046 section 5.1.1 does not allow.
[[nodiscard]] std::optional<std::string> form_boundary(std::string_view content_type);

/// Takes one `name=value` (value bare or quoted, quotes removed) off the front of `parameters`, which begins with ';'
/// or is empty. False: nothing left, or not readable (then `parameters` is not empty).
struct Parameter {
  std::string_view name;
  std::string value;
};
[[nodiscard]] bool take_parameter(std::string_view& parameters, Parameter& out);

}  // namespace drover::dialect
