// URLs of the configuration and targets of requests.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace drover::http {

/// A base URL: scheme, host, port, and the path that every request path is appended to (no trailing slash).
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

/// Takes a request target apart; its path is not checked.
/// Errors: as parse_target(), without those about the path.
[[nodiscard]] Result<TargetPath> split_target(std::string_view target);
/// Checks a path, which begins with '/'. Errors: those of parse_target() about the path.
[[nodiscard]] Result<void> check_path(std::string_view path);
/// Takes the first parameter ("name=value", still escaped) and the '&' after it off a query that is not empty.
[[nodiscard]] std::string_view take_parameter(std::string_view& query);
/// The part before the first '='; all of it when there is none.
[[nodiscard]] std::string_view parameter_name(std::string_view parameter);
/// Resolves the percent escapes, once. Errors: 400 "bad_target" for a bad escape, a control character, and bytes that
/// are no UTF-8 afterwards.
[[nodiscard]] Result<std::string> unescape(std::string_view text);

/// split_target() and check_path() in one. Accepts origin-form and absolute-form targets. A path with a second spelling
/// is refused, never normalised, so the path that is routed and authorised is sent on to the byte. The head reader
/// limits the length (kMaxTargetBytes).
/// Errors (status 400): "target_form" for "*" and authority-form; "bad_target" for dot segments (also "..;x"), empty
/// segments ("//"), a backslash, fragments, bytes outside the RFC 3986 set, and bad percent escapes: not two digits,
/// NUL, and in the path escapes of unreserved bytes ("%2e", "%61"), of bytes that a second decoding would act on (/ \ %
/// ; ? #), of bytes that are no UTF-8, and of what is a dot segment to a server that drops blanks or folds characters.
[[nodiscard]] Result<TargetPath> parse_target(std::string_view target);

}  // namespace drover::http
