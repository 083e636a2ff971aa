// The lines of a head, one at a time: their parts and the bytes that they may hold. What the fields mean is in
// head_framing.h; how lines are found is in head_reader.cc.
//
// Every parser takes a line without its LF and with its CR, and judges it strictly from left to right, so that a line
// that is too long gets the same verdict before its end is there as after.
#pragma once

#include <expected>
#include <optional>
#include <string_view>

#include "http/head/head.h"
#include "http/head/head_fault.h"

namespace drover::http {

/// Longest method. The longest registered one (UPDATEREDIRECTREF) has 17 letters.
inline constexpr std::size_t kMaxMethodBytes = 32;
/// Longest reason phrase of an answer; the longest registered one has 31 letters.
inline constexpr std::size_t kMaxReasonBytes = 1024;

/// "METHOD target HTTP/1.x CR": no valid request line is longer.
inline constexpr std::size_t kMaxRequestLine = kMaxMethodBytes + 1 + kMaxTargetBytes + 1 + 8 + 1;
/// "HTTP/1.x NNN reason CR"
inline constexpr std::size_t kMaxStatusLine = 8 + 1 + 3 + 1 + kMaxReasonBytes + 1;

using Verdict = std::expected<void, HeadFault>;

/// Sets method, target and version.
[[nodiscard]] Verdict parse_request_line(std::string_view line, RequestHead& head);
/// Whether the beginning of a request line can still become one. Looks at kMaxMethodBytes + 1 bytes, unless the line is
/// longer than kMaxRequestLine. Errors: as parse_request_line() for the whole line.
[[nodiscard]] Verdict check_request_line_start(std::string_view partial);

/// Sets status, reason and version.
[[nodiscard]] Verdict parse_status_line(std::string_view line, ResponseHead& head);
[[nodiscard]] Verdict check_status_line_start(std::string_view partial);

/// One "name: value CR".
[[nodiscard]] std::expected<Field, HeadFault> parse_field_line(std::string_view line);

}  // namespace drover::http
