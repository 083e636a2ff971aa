#include "gateway/routing/gemini_request.h"

#include <algorithm>
#include <array>

#include "dialect/dialect.h"
#include "dialect/gemini/paths.h"
#include "dialect/request/multipart_scan.h"
#include "dialect/request/request_inspector.h"
#include "gateway/answers/request_error.h"
#include "gateway/routing/request_path.h"
#include "http/bytes.h"
#include "http/url.h"

namespace drover::gateway {
namespace {

/// Versions that only Google's API has. Its "/v1" is everybody's.
constexpr auto kGoogleVersions = std::to_array<std::string_view>({"/v1beta", "/v1alpha"});
constexpr std::string_view kSharedVersion = "/v1";
constexpr std::string_view kUpload = "/upload";
constexpr auto kCollections = std::to_array<std::string_view>({"models", "tunedModels"});
constexpr std::string_view kEscapedSlash = "%2f";
constexpr std::string_view kEscapedColon = "%3a";

/// Parameters by which Google's servers take a credential; the first two are an API key.
constexpr auto kKeyParameters = std::to_array<std::string_view>({"key", "$key"});
constexpr auto kTokenParameters =
    std::to_array<std::string_view>({"access_token", "$access_token", "oauth_token", "bearer_token"});

std::string_view first_segment(std::string_view path) {
  return path.substr(0, path.find('/', 1));
}

bool is_google_version(std::string_view segment) {
  return std::ranges::any_of(kGoogleVersions, [&](std::string_view version) {
    if (!segment.starts_with(version)) return false;
    const std::string_view number = segment.substr(version.size());
    return number.size() <= 2 && std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; });
  });
}

bool begins_with_ignoring_case(std::string_view text, std::string_view front) {
  return text.size() >= front.size() && http::iequals(text.substr(0, front.size()), front);
}

/// Quick, and never wrong when it says no: most paths are of other APIs.
bool may_be_googles(std::string_view path) {
  const auto has = [path](std::string_view text) { return path.find(text) != std::string_view::npos; };
  if (std::ranges::any_of(kGoogleVersions, has)) return true;
  return (has(":") || has("%3")) && (has("odels") || has("/publishers/"));
}

/// Without slashes too many in front, and without the "/v1" of a base URL before a version of Google's.
std::string_view without_base(std::string_view path) {
  for (;;) {
    while (path.starts_with("//")) path.remove_prefix(1);
    if (first_segment(path) != kSharedVersion) return path;
    std::string_view rest = path.substr(kSharedVersion.size());
    while (rest.starts_with("//")) rest.remove_prefix(1);
    if (first_segment(rest) != kSharedVersion && !is_google_version(first_segment(rest))) return path;
    path = rest;
  }
}

/// Without empty segments: only of calls and lists, where they are slashes too many. Elsewhere one may be an empty id,
/// and the path without it something else.
std::string without_empty_segments(std::string_view path) {
  std::string out;
  for (const char c : path) {
    if (c != '/' || !out.ends_with('/')) out.push_back(c);
  }
  if (out.size() > 1 && out.ends_with('/')) out.pop_back();
  return out;
}

/// "models%2Fgemini-3-pro" and "models/models%2Fgemini-3-pro" as "models/gemini-3-pro".
std::string with_plain_collection(std::string_view behind_version) {
  std::string_view rest = behind_version;
  std::string_view place;
  for (;;) {
    const auto* const found = std::ranges::find_if(kCollections, [&](std::string_view collection) {
      if (!rest.starts_with(collection)) return false;
      const std::string_view behind = rest.substr(collection.size());
      return begins_with_ignoring_case(behind, kEscapedSlash) || (place.empty() && behind.starts_with('/'));
    });
    if (found == kCollections.end()) break;
    place = *found;
    rest.remove_prefix(place.size());
    rest.remove_prefix(rest.starts_with('/') ? 1 : kEscapedSlash.size());
  }
  if (place.empty()) return std::string(behind_version);
  return std::string(place).append("/").append(rest);
}

/// The colon before a verb may be escaped.
std::string with_plain_colon(std::string path) {
  const std::size_t last = path.rfind('%');
  const bool escaped =
      last != std::string::npos && begins_with_ignoring_case(std::string_view(path).substr(last), kEscapedColon);
  return escaped ? path.replace(last, kEscapedColon.size(), ":") : path;
}

bool is_sound_name(std::string_view name) {
  const bool has_empty = name.starts_with('/') || name.ends_with('/') || name.find("//") != std::string_view::npos;
  return !name.empty() && !has_empty && !has_dot_segment(name);
}

std::unexpected<Error> bad_model_in_path() {
  return fail(request_error(400, ErrorKind::BadRequest, "bad_target",
                            "The request target is refused: its path names no model that can be."));
}

/// The path of one model that is looked up: "/v1beta/models/NAME".
Result<GeminiAsked> looked_up(const std::string& path, std::string_view escaped) {
  Result<std::string> name = http::unescape(escaped);
  if (!name) return fail(std::move(name.error()));
  if (!is_sound_name(*name)) return bad_model_in_path();
  return GeminiAsked{.path = path, .model = *std::move(name)};
}

Result<GeminiAsked> called(const std::string& path, const dialect::GeminiPath& read) {
  if (!is_sound_name(read.model)) return bad_model_in_path();
  return GeminiAsked{.path = dialect::with_model(path, read, read.model), .model = read.model};
}

}  // namespace

std::optional<Result<GeminiAsked>> read_gemini(std::string_view method, std::string_view path) {
  if (!may_be_googles(path)) return std::nullopt;
  const std::string_view plain = without_base(path);
  const std::string_view version = first_segment(plain);
  const GeminiAsked as_it_is{.path = std::string(plain), .model = {}};
  if (version == kUpload && is_google_version(first_segment(plain.substr(version.size())))) return as_it_is;
  const bool shared = version == kSharedVersion;
  if ((!shared && !is_google_version(version)) || plain.size() <= version.size() + 1) return std::nullopt;
  std::string whole(version);
  whole += "/" + with_plain_collection(without_empty_segments(plain.substr(version.size())).substr(1));
  if (http::is_safe_method(method)) {
    constexpr std::string_view kOne = "/models/";
    if (shared) return std::nullopt;  // looked up as in the other dialects
    const std::string_view rest = std::string_view(whole).substr(version.size());
    if (rest == "/models") return GeminiAsked{.path = std::move(whole), .model = {}};
    if (!rest.starts_with(kOne) || rest.find(':') != rest.npos) return as_it_is;
    return looked_up(whole, rest.substr(kOne.size()));
  }
  whole = with_plain_colon(std::move(whole));
  if (const auto read = dialect::read_gemini_path(whole)) return called(whole, *read);
  if (shared) return std::nullopt;
  return as_it_is;
}

bool is_geminis_own(std::string_view path) {
  const std::string_view first = first_segment(path);
  if (first == kUpload) return is_google_version(first_segment(path.substr(first.size())));
  return (is_google_version(first) && path.size() > first.size()) || dialect::read_gemini_path(path).has_value();
}

bool sends_as_gemini(std::string_view path, const http::Fields& fields) {
  const bool models = path == "/v1/models" || path.starts_with("/v1/models/");
  return models && (http::find(fields, "x-goog-api-key") || http::find(fields, "x-goog-api-client"));
}

std::string take_query_key(std::string& query) {
  std::string key;
  std::string kept;
  std::string_view between;
  for (std::string_view rest = query; !rest.empty();) {
    const std::string_view parameter = http::take_parameter(rest);
    const std::string_view raw = http::parameter_name(parameter);
    const std::string name = dialect::routed_name(raw);
    if (std::ranges::find(kKeyParameters, name) != kKeyParameters.end()) {
      const std::string_view value = parameter.substr(std::min(raw.size() + 1, parameter.size()));
      key = http::unescape(value).value_or("");
    } else if (std::ranges::find(kTokenParameters, name) == kTokenParameters.end()) {
      kept.append(between).append(parameter);
      between = "&";
    }
  }
  query = std::move(kept);
  return key;
}

}  // namespace drover::gateway
