// URLs as configuration and request targets use them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace drover::http {

/// Where a base URL points: scheme, host, port, and the path every request path is appended to (no trailing slash).
struct BaseUrl {
  bool tls = false;
  std::string host;  ///< lower case, IPv6 without brackets
  std::uint16_t port = 0;
  std::string path_prefix;  ///< "/v1" or empty
  std::string authority;    ///< value of the Host field: host[:port when not the scheme's default], IPv6 in brackets
};

/// Errors: BadConfig with a sentence (unknown scheme, no host, port out of range, query, fragment or user info).
[[nodiscard]] Result<BaseUrl> parse_base_url(std::string_view text);

/// The one form of a request path that routing and authorisation use.
struct TargetPath {
  std::string_view path;   ///< starts with '/', without query
  std::string_view query;  ///< without '?', may be empty
};

/// A request target taken apart, its path not looked at yet.
/// Errors: as parse_target(), but for what is wrong with the path.
[[nodiscard]] Result<TargetPath> split_target(std::string_view target);
/// Errors: as parse_target(), for what is wrong with the path; it begins with '/'.
[[nodiscard]] Result<void> check_path(std::string_view path);
/// Takes the first parameter ("name=value", as it is escaped) and the '&' behind it off a query that is not empty.
[[nodiscard]] std::string_view take_parameter(std::string_view& query);
/// What stands before the first '=', or all of it.
[[nodiscard]] std::string_view parameter_name(std::string_view parameter);
/// Undoes the percent escapes, once. Errors: 400 "bad_target" for what is no escape, control characters, and what is
/// not UTF-8 then.
[[nodiscard]] Result<std::string> unescape(std::string_view text);

/// split_target() and check_path() in one. Accepts origin-form and absolute-form targets. A path with a second spelling
/// is refused, never normalised, so what is routed and authorised is byte for byte what is sent on. Errors (status
/// 400): code "target_form" for "*" and authority-form; "bad_target" for dot segments (also "..;x"), empty segments
/// ("//"), backslash, fragments, bytes outside the RFC 3986 set, and bad percent escapes: not two digits, NUL, and in
/// the path those of unreserved bytes
/// ("%2e", "%61") and of what a second decoding would act on (/ \ % ; ? #), and what is not UTF-8 or looks like a dot
/// segment to a server that drops blanks or folds characters. A length limit is the head reader's part
/// (kMaxTargetBytes).
[[nodiscard]] Result<TargetPath> parse_target(std::string_view target);

}  // namespace drover::http
