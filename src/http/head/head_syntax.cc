#include "http/head/head_syntax.h"

#include <algorithm>

#include "http/bytes.h"

namespace drover::http {
namespace {

[[gnu::cold, gnu::noinline]] std::unexpected<HeadFault> refuse(HeadFault fault) {
  return std::unexpected(fault);
}

/// Length of the method at the start of `line`. SP follows a valid one.
std::expected<std::size_t, HeadFault> method_length(std::string_view line) {
  const std::size_t length = skip(line.substr(0, kMaxMethodBytes + 1), 0, kToken);
  if (length > kMaxMethodBytes) return refuse(HeadFault::UnknownMethod);
  if (length < line.size() && (length == 0 || line[length] != ' ')) return refuse(HeadFault::BadRequestLine);
  return length;
}

/// "HTTP/1.0" or "HTTP/1.1"; nothing else of eight bytes is a version we speak.
std::optional<Version> version_of(std::string_view text) {
  if (text == "HTTP/1.1") return Version::Http11;
  if (text == "HTTP/1.0") return Version::Http10;
  return std::nullopt;
}

bool is_some_version(std::string_view text) {
  return text.size() == 8 && text.starts_with("HTTP/") && is_digit(text[5]) && text[6] == '.' && is_digit(text[7]);
}

/// The line must end with one CR at `at`.
Verdict ends_at(std::string_view line, std::size_t at, HeadFault otherwise) {
  if (at == line.size()) return refuse(HeadFault::BadLineEnd);
  if (line[at] != '\r') return refuse(otherwise);
  if (at + 1 != line.size()) return refuse(HeadFault::BadLineEnd);
  return {};
}

}  // namespace

Verdict parse_request_line(std::string_view line, RequestHead& head) {
  const auto method = method_length(line);
  if (!method) return refuse(method.error());
  const std::size_t target = *method + 1;
  if (target > line.size()) return refuse(HeadFault::BadRequestLine);

  const std::size_t limit = std::min(line.size(), target + kMaxTargetBytes + 1);
  const std::size_t space = skip(line.substr(0, limit), target, kTarget);
  if (space - target > kMaxTargetBytes) return refuse(HeadFault::TargetTooLong);
  if (space == target || space == line.size() || line[space] != ' ') return refuse(HeadFault::BadRequestLine);

  const std::string_view version = line.substr(space + 1, 8);
  const auto known = version_of(version);
  if (!known) return refuse(is_some_version(version) ? HeadFault::UnsupportedVersion : HeadFault::BadRequestLine);
  head.method = line.substr(0, *method);
  head.target = line.substr(target, space - target);
  head.version = *known;
  return ends_at(line, space + 9, HeadFault::BadRequestLine);
}

Verdict check_request_line_start(std::string_view partial) {
  if (partial.size() > kMaxRequestLine) {
    RequestHead ignored;
    return parse_request_line(partial, ignored);
  }
  const auto method = method_length(partial);
  if (!method) return refuse(method.error());
  return {};
}

Verdict parse_status_line(std::string_view line, ResponseHead& head) {
  const auto version = version_of(line.substr(0, 8));
  if (!version || line.size() < 13 || line[8] != ' ' || line[12] != ' ') return refuse(HeadFault::BadStatusLine);
  int status = 0;
  for (const char c : line.substr(9, 3)) {
    if (!is_digit(c)) return refuse(HeadFault::BadStatusLine);
    status = status * 10 + (c - '0');
  }
  if (status < 100 || status > 599) return refuse(HeadFault::BadStatusLine);

  const std::size_t limit = std::min(line.size(), std::size_t{13} + kMaxReasonBytes + 1);
  const std::size_t end = skip_value(line.substr(0, limit), 13);
  if (end - 13 > kMaxReasonBytes) return refuse(HeadFault::BadStatusLine);
  head.version = *version;
  head.status = status;
  head.reason = line.substr(13, end - 13);
  return ends_at(line, end, HeadFault::BadStatusLine);
}

Verdict check_status_line_start(std::string_view partial) {
  if (partial.size() > kMaxStatusLine) {
    ResponseHead ignored;
    return parse_status_line(partial, ignored);
  }
  constexpr std::string_view kStart = "HTTP/1.";
  const std::size_t seen = std::min(partial.size(), kStart.size());
  if (partial.substr(0, seen) != kStart.substr(0, seen)) return refuse(HeadFault::BadStatusLine);
  return {};
}

std::expected<Field, HeadFault> parse_field_line(std::string_view line) {
  if (line.empty() || line.front() == '\r') return refuse(HeadFault::BadLineEnd);
  if (is_blank(line.front())) return refuse(HeadFault::LineFold);
  const std::size_t colon = skip(line, 0, kToken);
  if (colon > 0 && colon < line.size() && is_blank(line[colon])) return refuse(HeadFault::SpaceBeforeColon);
  if (colon == 0 || colon == line.size() || line[colon] != ':') return refuse(HeadFault::BadFieldName);

  const std::size_t end = skip_value(line, colon + 1);
  const Verdict ended = ends_at(line, end, HeadFault::BadFieldValue);
  if (!ended) return refuse(ended.error());
  return Field{.name = line.substr(0, colon), .value = trim(line.substr(colon + 1, end - colon - 1))};
}

}  // namespace drover::http
