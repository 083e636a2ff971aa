#include "http/url.h"

#include <algorithm>
#include <array>

#include "http/authority.h"
#include "http/bytes.h"

namespace drover::http {
namespace {

/// The fault of a path; nullptr: it has none.
using Fault = const char*;

/// The byte of "%XY" at `at`; -1 when that is no escape.
int escaped_byte(std::string_view text, std::size_t at) {
  if (at + 2 >= text.size()) return -1;
  const int high = hex_value(text[at + 1]);
  const int low = hex_value(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/// Whether an escaped byte gives a path a second spelling. Unreserved bytes need no escape. A server that decodes the
/// others before it splits the path, or decodes twice, would see a path that was not routed.
bool changes_the_path(int byte) {
  const char c = static_cast<char>(byte);
  return byte < 0x20 || byte == 0x7f || is(c, kUnreserved) ||
         std::string_view("/\\%;?#").find(c) != std::string_view::npos;
}

/// "." and "..", alone or with parameters ("..;x"): some servers drop parameters before they resolve dots.
bool is_dot_segment(std::string_view segment) {
  const std::string_view name = segment.substr(0, segment.find(';'));
  return name == "." || name == "..";
}

/// A character that some servers turn into another before they look where a path leads.
struct Lookalike {
  std::string_view bytes;
  char plain;
};

constexpr std::array kLookalikes = std::to_array<Lookalike>({
    {"\xC2\xA0", ' '},      // no-break space
    {"\xE3\x80\x80", ' '},  // ideographic space
    {"\xE2\x80\xA4", '.'},  // one dot leader
    {"\xEF\xB9\x92", '.'},  // small full stop
    {"\xEF\xBC\x8E", '.'},  // fullwidth full stop
    {"\xEF\xBD\xA1", '.'},  // halfwidth ideographic full stop
    {"\xE2\x81\x84", '/'},  // fraction slash
    {"\xE2\x88\x95", '/'},  // division slash
    {"\xEF\xBC\x8F", '/'},  // fullwidth solidus
    {"\xEF\xBC\xBC", '/'},  // fullwidth reverse solidus
});

/// A segment as a server reads it that folds characters ("best fit" on some systems).
std::string folded(std::string_view decoded) {
  std::string out;
  while (!decoded.empty()) {
    const auto like =
        std::ranges::find_if(kLookalikes, [&](const Lookalike& l) { return decoded.starts_with(l.bytes); });
    out.push_back(like != kLookalikes.end() ? like->plain : decoded.front());
    decoded.remove_prefix(like != kLookalikes.end() ? like->bytes.size() : 1);
  }
  return out;
}

/// The fault that the escapes of a segment make together. Each was checked alone before.
Fault fault_of_escapes(std::string_view segment) {
  std::string decoded;
  for (std::size_t at = 0; at < segment.size(); ++at) {
    const bool escaped = segment[at] == '%';
    decoded.push_back(escaped ? static_cast<char>(escaped_byte(segment, at)) : segment[at]);
    if (escaped) at += 2;
  }
  if (!is_utf8(decoded)) return "its escapes are not UTF-8";
  std::string plain = folded(decoded);
  if (plain.find('/') != plain.npos) return "it has a character that looks like a slash";
  plain.resize(std::min(plain.find(';'), plain.size()));
  std::erase(plain, ' ');
  return is_dot_segment(plain) ? "it has a dot segment" : nullptr;
}

Fault fault_of_segment(std::string_view segment) {
  if (is_dot_segment(segment)) return "it has a dot segment";
  bool has_escapes = false;
  for (std::size_t at = 0; at < segment.size(); ++at) {
    if (is(segment[at], kPathPlain)) continue;
    if (segment[at] != '%') return "it holds a byte that a path may not hold";
    const int byte = escaped_byte(segment, at);
    if (byte < 0) return "it has a '%' without two hexadecimal digits";
    if (changes_the_path(byte)) return "it escapes a byte that must not be escaped";
    at += 2;
    has_escapes = true;
  }
  return has_escapes ? fault_of_escapes(segment) : nullptr;
}

/// `path` starts with '/'. Only its last segment may be empty.
Fault fault_of_path(std::string_view path) {
  path.remove_prefix(1);
  while (true) {
    const std::size_t slash = path.find('/');
    if (slash == 0) return "it has an empty segment";
    if (const Fault fault = fault_of_segment(path.substr(0, slash)); fault != nullptr) return fault;
    if (slash == path.npos) return nullptr;
    path.remove_prefix(slash + 1);
  }
}

Fault fault_of_query(std::string_view query) {
  for (std::size_t at = skip(query, 0, kQueryPlain); at < query.size(); at = skip(query, at, kQueryPlain)) {
    if (query[at] != '%') return "its query holds a byte that must be escaped";
    const int byte = escaped_byte(query, at);
    if (byte < 0) return "it has a '%' without two hexadecimal digits";
    if (byte == 0) return "it escapes NUL";
    at += 3;
  }
  return nullptr;
}

std::unexpected<Error> bad_target(std::string_view code, std::string_view reason) {
  return fail({.kind = ErrorKind::BadRequest,
               .scope = ErrorScope::Request,
               .retry = RetryClass::Never,
               .status = 400,
               .code = std::string(code),
               .message = "the request target is refused: " + std::string(reason)});
}

std::unexpected<Error> bad_base_url(std::string_view sentence) {
  return fail({.kind = ErrorKind::BadConfig,
               .scope = ErrorScope::Gateway,
               .retry = RetryClass::Never,
               .status = 0,
               .code = "bad_base_url",
               .message = std::string(sentence)});
}

std::string authority_text(const BaseUrl& url, bool ipv6) {
  std::string text = ipv6 ? "[" + url.host + "]" : url.host;
  if (url.port != (url.tls ? 443 : 80)) text += ":" + std::to_string(url.port);
  return text;
}

}  // namespace

Result<TargetPath> split_target(std::string_view target) {
  const std::size_t scheme = http_scheme_length(target);
  if (scheme > 0) {
    target.remove_prefix(scheme);
    const std::size_t end = std::min(target.find_first_of("/?#"), target.size());
    if (!parse_authority(target.substr(0, end))) return bad_target("bad_target", "its host is not host[:port]");
    target.remove_prefix(end);
  } else if (!target.starts_with('/')) {
    return bad_target("target_form", "it is neither a path nor an http URL");
  }
  if (target.find('#') != target.npos) return bad_target("bad_target", "it has a fragment");

  const std::size_t mark = std::min(target.find('?'), target.size());
  TargetPath found{.path = target.substr(0, mark), .query = target.substr(std::min(mark + 1, target.size()))};
  if (found.path.empty()) found.path = "/";  // RFC 9112 section 3.2.2: an absolute form may leave the path out
  if (const Fault fault = fault_of_query(found.query); fault != nullptr) return bad_target("bad_target", fault);
  return found;
}

Result<void> check_path(std::string_view path) {
  if (const Fault fault = fault_of_path(path); fault != nullptr) return bad_target("bad_target", fault);
  return {};
}

Result<TargetPath> parse_target(std::string_view target) {
  auto found = split_target(target);
  if (!found) return found;
  const auto good = check_path(found->path);
  if (!good) return fail(good.error());
  return found;
}

std::string_view take_parameter(std::string_view& query) {
  const std::size_t end = std::min(query.find('&'), query.size());
  const std::string_view parameter = query.substr(0, end);
  query.remove_prefix(std::min(end + 1, query.size()));
  return parameter;
}

std::string_view parameter_name(std::string_view parameter) {
  return parameter.substr(0, parameter.find('='));
}

Result<std::string> unescape(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool escaped = text[at] == '%';
    const int byte = escaped ? escaped_byte(text, at) : static_cast<unsigned char>(text[at]);
    if (byte < 0) return bad_target("bad_target", "it has a '%' without two hexadecimal digits");
    if (byte < 0x20 || byte == 0x7f) return bad_target("bad_target", "it escapes a control character");
    plain.push_back(static_cast<char>(byte));
    if (escaped) at += 2;
  }
  if (!is_utf8(plain)) return bad_target("bad_target", "its escapes are not UTF-8");
  return plain;
}

// No message repeats the text: its user info or query may hold a credential.
Result<BaseUrl> parse_base_url(std::string_view text) {
  const std::size_t scheme = http_scheme_length(text);
  if (scheme == 0) return bad_base_url("a base URL begins with http:// or https://");
  std::string_view rest = text.substr(scheme);
  if (rest.find('?') != rest.npos)
    return bad_base_url(
        "a base URL has no query ('?...'): keys belong under 'keys', the rest under the provider's 'query'");
  if (rest.find('#') != rest.npos) return bad_base_url("a base URL has no fragment ('#...')");

  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const std::string_view authority = rest.substr(0, slash);
  if (authority.empty() || authority.starts_with(':')) return bad_base_url("the base URL has no host");
  if (authority.find('@') != authority.npos) {
    return bad_base_url("a base URL has no user info ('user:password@'): credentials belong under 'keys'");
  }
  const auto parsed = parse_authority(authority);
  if (!parsed) {
    return bad_base_url(
        "the base URL's host must be a name, an IPv4 address or an [IPv6] address, its port 1 to 65535");
  }

  std::string_view path = rest.substr(slash);
  while (path.ends_with('/')) path.remove_suffix(1);
  if (const Fault fault = path.empty() ? nullptr : fault_of_path(path); fault != nullptr) {
    return bad_base_url("the path of the base URL is refused: " + std::string(fault));
  }

  BaseUrl url;
  url.tls = scheme == 8;
  for (const char c : parsed->host) url.host += lower(c);
  url.port = parsed->port.value_or(url.tls ? 443 : 80);
  url.path_prefix = path;
  url.authority = authority_text(url, parsed->ipv6);
  return url;
}

}  // namespace drover::http
