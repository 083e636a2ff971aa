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
/// Whether it names a character set in which a body's bytes could mean something else than here, or names one in a way
/// that readers disagree on. UTF-8 and ASCII are fine, and none.
[[nodiscard]] bool has_odd_charset(std::string_view content_type);
/// The boundary parameter, unquoted. Nothing when it is absent, given twice, empty, over 70 characters, ends in a space
/// or has a character that RFC 2046 section 5.1.1 does not allow; nor where there is a parameter other than it and a
/// plain charset, because form readers find different boundaries then.
[[nodiscard]] std::optional<std::string> form_boundary(std::string_view content_type);

/// Takes one `; name=value` off the front of `parameters`: a token and a token or quoted string, no blank round '=', no
/// control byte, no quote behind a backslash. The value is without its quotes. False: nothing left, or not readable
/// (then `parameters` is not empty).
struct Parameter {
  std::string_view name;
  std::string_view value;
};
[[nodiscard]] bool take_parameter(std::string_view& parameters, Parameter& out);

}  // namespace drover::dialect
