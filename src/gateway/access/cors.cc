#include "gateway/access/cors.h"

#include <algorithm>

#include "http/bytes.h"

namespace drover::gateway {
namespace {

/// What a page may read beside the few fields that every page may.
constexpr std::string_view kExposed =
    "x-request-id, request-id, retry-after, retry-after-ms, x-should-retry, x-drover-target, x-drover-attempts, "
    "x-drover-upstream-request-id, x-drover-dropped, x-ratelimit-limit-requests, x-ratelimit-remaining-requests, "
    "x-ratelimit-reset-requests, x-ratelimit-limit-tokens, x-ratelimit-remaining-tokens, x-ratelimit-reset-tokens, "
    "anthropic-ratelimit-requests-limit, anthropic-ratelimit-requests-remaining, anthropic-ratelimit-requests-reset, "
    "anthropic-ratelimit-tokens-limit, anthropic-ratelimit-tokens-remaining, anthropic-ratelimit-tokens-reset, "
    "anthropic-ratelimit-input-tokens-limit, anthropic-ratelimit-input-tokens-remaining, "
    "anthropic-ratelimit-input-tokens-reset, anthropic-ratelimit-output-tokens-limit, "
    "anthropic-ratelimit-output-tokens-remaining, anthropic-ratelimit-output-tokens-reset, "
    "openai-processing-ms";

/// Two hours: more than any browser remembers it.
constexpr std::string_view kRemembered = "7200";

bool is_list_of_names(std::string_view text) {
  return !text.empty() && text.size() <= kMaxAskedFields &&
         std::ranges::all_of(text, [](char c) { return http::is(c, http::kToken) || c == ',' || c == ' '; });
}

}  // namespace

std::string_view listed_origin(const config::Settings& settings, const http::Fields& fields) {
  if (settings.origins.empty() || http::count(fields, "origin") != 1) return {};
  const std::string_view origin = *http::find(fields, "origin");
  const bool whole = !origin.empty() && origin.size() <= config::kMaxOriginBytes;
  const bool listed = whole && std::ranges::any_of(settings.origins, [&](const std::string& known) {
                        return known == config::kAnyOrigin || http::iequals(known, origin);
                      });
  return listed ? origin : std::string_view();
}

void append_cors(const config::Settings& settings, const http::Fields& fields, std::string& lines) {
  if (settings.origins.empty()) return;
  lines.append("Vary: Origin\r\n");
  const std::string_view origin = listed_origin(settings, fields);
  if (origin.empty()) return;
  lines.append("Access-Control-Allow-Origin: ").append(origin).append("\r\n");
  lines.append("Access-Control-Expose-Headers: ").append(kExposed).append("\r\n");
}

bool is_preflight(const http::Fields& fields) {
  return http::find(fields, "origin") && http::find(fields, "access-control-request-method");
}

void append_preflight(const http::Fields& fields, std::string& lines) {
  lines.append("Access-Control-Allow-Methods: GET, HEAD, POST, PUT, PATCH, DELETE\r\n");
  const std::string_view names = http::find(fields, "access-control-request-headers").value_or("");
  if (is_list_of_names(names)) lines.append("Access-Control-Allow-Headers: ").append(names).append("\r\n");
  const std::string_view local = http::find(fields, "access-control-request-private-network").value_or("");
  if (local == "true") lines.append("Access-Control-Allow-Private-Network: true\r\n");
  lines.append("Access-Control-Max-Age: ").append(kRemembered).append("\r\n");
  lines.append("Vary: Access-Control-Request-Method, Access-Control-Request-Headers\r\n");
}

}  // namespace drover::gateway
