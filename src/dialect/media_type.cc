#include "dialect/media_type.h"

#include "http/head.h"

namespace drover::dialect {
namespace {

constexpr std::size_t kMaxBoundary = 70;  // RFC 2046 section 5.1.1

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view bare_type(std::string_view content_type) {
  return trimmed(content_type.substr(0, content_type.find(';')));
}

bool boundary_char(char c) {
  const char lower = static_cast<char>(c | 0x20);
  if ((lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9')) return true;
  return std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos;
}

/// Takes a quoted string (RFC 9110 section 5.6.4) off the front of `text`, which begins with the quote.
bool take_quoted(std::string_view& text, std::string& value) {
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '"') {
      text.remove_prefix(at + 1);
      return true;
    }
    if (text[at] == '\\' && ++at == text.size()) return false;
    value.push_back(text[at]);
  }
  return false;
}

}  // namespace

bool take_parameter(std::string_view& parameters, Parameter& out) {
  parameters = trimmed(parameters);
  while (!parameters.empty() && parameters.front() == ';') parameters = trimmed(parameters.substr(1));
  if (parameters.empty()) return false;
  const std::size_t equals = parameters.find_first_of("=;");
  if (equals == std::string_view::npos || equals == 0 || parameters[equals] == ';') return false;
  const std::string_view name = parameters.substr(0, equals);
  std::string_view rest = parameters.substr(equals + 1);
  out.value.clear();
  if (!rest.empty() && rest.front() == '"') {
    if (!take_quoted(rest, out.value)) return false;
    rest = trimmed(rest);
    if (!rest.empty() && rest.front() != ';') return false;
  } else {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    out.value = trimmed(rest.substr(0, end));
    rest.remove_prefix(end);
  }
  out.name = name;
  parameters = rest;
  return true;
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
  Parameter parameter;
  while (take_parameter(parameters, parameter)) {
    if (!http::iequals(parameter.name, "boundary")) continue;
    if (boundary.has_value()) return std::nullopt;
    boundary = parameter.value;
  }
  if (!parameters.empty() || !boundary.has_value()) return std::nullopt;
  if (boundary->empty() || boundary->size() > kMaxBoundary || boundary->back() == ' ') return std::nullopt;
  for (const char c : *boundary) {
    if (!boundary_char(c)) return std::nullopt;
  }
  return boundary;
}

}  // namespace drover::dialect
