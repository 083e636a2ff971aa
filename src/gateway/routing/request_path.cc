#include "gateway/routing/request_path.h"

#include <algorithm>
#include <array>
#include <utility>

#include "dialect/dialect.h"
#include "dialect/request/request_inspector.h"
#include "gateway/answers/request_error.h"
#include "gateway/routing/gemini_request.h"
#include "http/bytes.h"
#include "http/head/head.h"
#include "http/url.h"

namespace drover::gateway {
namespace {

constexpr std::string_view kVersion = "/v1";
constexpr std::string_view kAzure = "/openai";
constexpr std::string_view kGoogleAsOpenAi = "/v1beta/openai/";
constexpr std::string_view kDeployments = "/deployments/";
constexpr std::string_view kOneModel = "/v1/models/";
constexpr std::string_view kItself = "/";

std::unexpected<Error> nothing_here() {
  return fail(request_error(404, ErrorKind::NotFound, "unknown_path",
                            "Nothing is served here; drover serves the providers' own paths under /v1, such as "
                            "/v1/chat/completions and /v1/messages: set the base URL to this address with /v1 behind "
                            "it (without it for Anthropic's and Google's own SDKs)."));
}

/// Whether OpenAI, and so Azure, has a path that stands behind /v1 ("/files").
bool is_openai(std::string_view path) {
  std::string whole(kVersion);
  return !dialect::openai().methods(whole.append(path)).empty();
}

bool is_at(std::string_view path, std::string_view prefix) {
  return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

/// How a base URL may have been typed: any number of "/v1", and Azure's "/openai" before what Azure has.
struct Base {
  bool versioned = false;
  bool azure = false;
};

/// Takes the base URL off, as far as what is left is something that is served there.
Base take_base(std::string_view& path) {
  Base base;
  for (;;) {
    if (is_at(path, kVersion)) {
      base.versioned = true;
      path.remove_prefix(kVersion.size());
      continue;
    }
    if (base.azure || !path.starts_with(kAzure)) return base;
    const std::string_view rest = path.substr(kAzure.size());
    if (!is_at(rest, kVersion) && !rest.starts_with(kDeployments) && !is_openai(rest)) return base;
    base.azure = true;
    path = rest;
  }
}

/// What Azure has below a deployment, the longest first: a name may hold slashes.
constexpr auto kDeployed = std::to_array<std::string_view>(
    {"/audio/transcriptions", "/audio/translations", "/images/generations", "/images/variations", "/chat/completions",
     "/images/edits", "/audio/speech", "/completions", "/embeddings", "/moderations", "/responses", "/batches"});

/// "/deployments/NAME/chat/completions" → the name, and what is asked of it.
Result<void> take_deployment(std::string_view& path, AskedPath& asked) {
  const std::string_view rest = path.substr(kDeployments.size());
  for (const std::string_view deployed : kDeployed) {
    if (!rest.ends_with(deployed) || rest.size() == deployed.size()) continue;
    auto name = http::unescape(rest.substr(0, rest.size() - deployed.size()));
    if (!name) return fail(std::move(name.error()));
    if (!dialect::is_model_name(*name)) {
      return fail(request_error(400, ErrorKind::BadRequest, "bad_model",
                                "The path names a deployment of more than 512 bytes."));
    }
    asked.name = *std::move(name);
    path.remove_prefix(path.size() - deployed.size());
    return {};
  }
  return nothing_here();
}

/// What a client says to Azure about itself means nothing to another provider, and not to another Azure either.
void drop_version(std::string& query) {
  std::string kept;
  std::string_view between;
  for (std::string_view rest = query; !rest.empty();) {
    const std::string_view parameter = http::take_parameter(rest);
    if (http::iequals(http::parameter_name(parameter), "api-version")) continue;
    kept.append(between).append(parameter);
    between = "&";
  }
  query = std::move(kept);
}

/// Without the empty segments between `path`'s others.
std::string without_empty(std::string_view path) {
  std::string out;
  for (const char c : path) {
    if (c != '/' || !out.ends_with('/')) out.push_back(c);
  }
  if (out.size() > 1 && out.ends_with('/')) out.pop_back();
  return out;
}

/// Slashes too many where a base URL and a path meet: at the front, behind each "/v1", and one at the end.
std::string without_seams(std::string_view path) {
  std::string out;
  for (;;) {
    while (path.starts_with("//")) path.remove_prefix(1);
    if (!path.starts_with("/v1/")) break;
    out.append(kVersion);
    path.remove_prefix(kVersion.size());
  }
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return out.append(path);
}

/// Whether it is a call with one spelling, in which an empty segment is a slash too many. Elsewhere it may be an id
/// that is empty, and the path without it something else.
bool is_one_call(std::string_view path) {
  const std::string_view allow = methods_of(path);
  return path == kVersion || path.starts_with(kOneModel) || (!allow.empty() && !allows(allow, "DELETE"));
}

/// It is looked up here and sent to nobody, so no server can take it for another path.
Result<void> take_looked_up(AskedPath& asked) {
  auto name = http::unescape(std::string_view(asked.path).substr(kOneModel.size()));
  if (!name) return fail(std::move(name.error()));
  if (has_dot_segment(*name)) {
    return fail(request_error(400, ErrorKind::BadRequest, "bad_target",
                              "The request target is refused: it has a dot segment."));
  }
  asked.name = *std::move(name);
  return {};
}

/// Puts the canonical path together.
Result<void> canonical(std::string_view path, AskedPath& asked) {
  const Base base = take_base(path);
  asked.name.clear();
  if (base.azure) {
    drop_version(asked.query);
    if (path.starts_with(kDeployments)) {
      const auto taken = take_deployment(path, asked);
      if (!taken) return taken;
    }
  }
  asked.path.assign(kVersion).append(path);
  if (!base.versioned && !base.azure && methods_of(asked.path).empty()) return nothing_here();
  return {};
}

}  // namespace

Result<void> read_path(std::string_view method, std::string_view target, AskedPath& asked) {
  const auto split = http::split_target(target);
  if (!split) return fail(split.error());
  asked.query.assign(split->query);
  std::string_view path = split->path;
  // Where Google has OpenAI's API: base URLs of programs that were written for it may end so.
  if (path.starts_with(kGoogleAsOpenAi)) path.remove_prefix(kGoogleAsOpenAi.size() - 1);
  if (auto google = read_gemini(method, path)) {
    if (!*google) return fail(std::move(google->error()));
    asked.path = std::move((*google)->path);
    asked.name = std::move((*google)->model);
    return http::check_path(asked.path);
  }
  const bool is_doubled = path.find("//") != path.npos || (path.size() > 1 && path.ends_with('/'));
  std::string folded;
  if (is_doubled) {
    folded = without_empty(path);
    AskedPath whole{.query = asked.query};
    const bool one_call = canonical(folded, whole) && whole.name.empty() && is_one_call(whole.path);
    if (folded != kItself && !one_call) folded = without_seams(path);
    path = folded;
  }
  if (path == kItself) {
    asked.path.assign(path);
    asked.name.clear();
    return {};
  }
  const auto made = canonical(path, asked);
  if (!made) return made;
  if (http::is_safe_method(method) && asked.path.starts_with(kOneModel)) return take_looked_up(asked);
  if (asked.path == kVersion) asked.path.assign(kItself);
  return http::check_path(path);
}

bool has_dot_segment(std::string_view name) {
  for (;;) {
    const std::size_t end = std::min(name.find('/'), name.size());
    const std::string_view segment = name.substr(0, std::min(end, name.find(';')));
    if (segment == "." || segment == "..") return true;
    if (end == name.size()) return false;
    name.remove_prefix(end + 1);
  }
}

std::string_view methods_of(std::string_view canonical_path) {
  if (canonical_path == kItself) return "GET, HEAD, OPTIONS";
  const std::string_view openai = dialect::openai().methods(canonical_path);
  const std::string_view anthropic = dialect::anthropic().methods(canonical_path);
  return openai.size() >= anthropic.size() ? openai : anthropic;
}

bool allows(std::string_view allow, std::string_view method) {
  while (!allow.empty()) {
    const std::size_t comma = std::min(allow.find(','), allow.size());
    if (http::trim(allow.substr(0, comma)) == method) return true;
    allow.remove_prefix(std::min(comma + 1, allow.size()));
  }
  return false;
}

}  // namespace drover::gateway
