#include "dialect/request/media_type.h"

#include <algorithm>

#include "http/bytes.h"
#include "http/head/head.h"

namespace drover::dialect {
namespace {

constexpr std::size_t kMaxBoundary = 70;  // RFC 2046 section 5.1.1

std::string_view without_blanks_before(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  return text;
}

std::string_view bare_type(std::string_view content_type) {
  return http::trim(content_type.substr(0, content_type.find(';')));
}

bool boundary_char(char c) {
  const char lower = static_cast<char>(c | 0x20);
  if ((lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9')) return true;
  return std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos;
}

/// Takes a quoted string off the front of `text`, which begins with the quote. A backslash before a quote ends the
/// string for some readers and not for others (RFC 9110 section 5.6.4 and browsers disagree).
bool take_quoted(std::string_view& text, std::string_view& value) {
  const std::size_t end = text.find('"', 1);
  if (end == std::string_view::npos || text[end - 1] == '\\') return false;
  value = text.substr(1, end - 1);
  text.remove_prefix(end + 1);
  return std::ranges::none_of(value, http::is_control);
}

}  // namespace

bool take_parameter(std::string_view& parameters, Parameter& out) {
  std::string_view rest = parameters;
  if (rest.empty() || rest.front() != ';') return false;
  rest = without_blanks_before(rest.substr(1));
  const std::size_t name_size = http::skip(rest, 0, http::kToken);
  if (name_size == 0 || name_size >= rest.size() || rest[name_size] != '=') return false;
  out.name = rest.substr(0, name_size);
  rest.remove_prefix(name_size + 1);
  if (rest.starts_with('"')) {
    if (!take_quoted(rest, out.value)) return false;
  } else {
    const std::size_t size = http::skip(rest, 0, http::kToken);
    if (size == 0) return false;
    out.value = rest.substr(0, size);
    rest.remove_prefix(size);
  }
  rest = without_blanks_before(rest);
  if (!rest.empty() && rest.front() != ';') return false;
  parameters = rest;
  return true;
}

bool is_plain_charset(std::string_view charset) {
  return http::iequals(charset, "utf-8") || http::iequals(charset, "utf8") || http::iequals(charset, "us-ascii") ||
         http::iequals(charset, "ascii");
}

bool has_odd_charset(std::string_view content_type) {
  // Looked for anywhere and not only where a parameter may stand: readers differ about that.
  constexpr std::string_view kCharset = "charset";
  std::size_t found = 0;
  for (std::size_t at = 0; at + kCharset.size() <= content_type.size(); ++at) {
    if (http::iequals(content_type.substr(at, kCharset.size()), kCharset)) ++found;
  }
  if (found == 0) return false;
  std::string_view parameters = content_type.substr(std::min(content_type.find(';'), content_type.size()));
  bool plain = false;
  Parameter parameter;
  while (take_parameter(parameters, parameter)) {
    if (http::iequals(parameter.name, kCharset)) plain = is_plain_charset(parameter.value);
  }
  return found > 1 || !plain || !parameters.empty();
}

bool is_json_type(std::string_view content_type) {
  const std::string_view type = bare_type(content_type);
  constexpr std::string_view kSuffix = "+json";
  return http::iequals(type, "application/json") ||
         (type.size() > kSuffix.size() && http::iequals(type.substr(type.size() - kSuffix.size()), kSuffix));
}

bool is_form_type(std::string_view content_type) {
  return http::iequals(bare_type(content_type), "multipart/form-data");
}

std::optional<std::string> form_boundary(std::string_view content_type) {
  std::string_view parameters = content_type.substr(std::min(content_type.find(';'), content_type.size()));
  std::optional<std::string> boundary;
  bool has_charset = false;
  Parameter parameter;
  while (take_parameter(parameters, parameter)) {
    if (http::iequals(parameter.name, "boundary") && !boundary) {
      boundary = parameter.value;
    } else if (http::iequals(parameter.name, "charset") && !has_charset && is_plain_charset(parameter.value)) {
      has_charset = true;
    } else {
      return std::nullopt;
    }
  }
  if (!parameters.empty() || !boundary.has_value()) return std::nullopt;
  if (boundary->empty() || boundary->size() > kMaxBoundary || boundary->back() == ' ') return std::nullopt;
  if (!std::ranges::all_of(*boundary, boundary_char)) return std::nullopt;
  return boundary;
}

}  // namespace drover::dialect
