// The rules by which a provider's failure gets its class: data, read from the top, the first row that fits wins.
// Order: exact codes, then types, then sentences (only where the status is the right one), then the status alone.
//
// Traps kept out of it on purpose: no row looks for "429" or "rate limit" in the text of a 400, because providers echo
// the prompt there; a text that blames a key or an account must stand at the very front of the message; a 403 disables
// no key unless its code names the key. Rate limits have scope Key: whoever knows that keys share a quota widens it.
#pragma once

#include <array>
#include <string_view>

#include "dialect/failure_row.h"

namespace drover::dialect {

namespace rows {

using K = ErrorKind;
using S = ErrorScope;
using R = RetryClass;

constexpr FailureRow code(std::string_view name, K kind, S scope, R retry) {
  return {.code = name, .kind = kind, .scope = scope, .retry = retry};
}
constexpr FailureRow type(std::string_view name, K kind, S scope, R retry) {
  return {.type = name, .kind = kind, .scope = scope, .retry = retry};
}
constexpr FailureRow text(int status, std::string_view part, K kind, S scope, R retry) {
  return {.status = status, .text = part, .kind = kind, .scope = scope, .retry = retry};
}
constexpr FailureRow front(int status, std::string_view part, K kind, S scope, R retry) {
  return {.status = status, .front = part, .kind = kind, .scope = scope, .retry = retry};
}
constexpr FailureRow page(int status, K kind, S scope, R retry) {
  return {.status = status, .html = true, .kind = kind, .scope = scope, .retry = retry};
}
constexpr FailureRow only(int status, K kind, S scope, R retry) {
  return {.status = status, .kind = kind, .scope = scope, .retry = retry};
}
constexpr FailureRow spent(std::string_view name) {
  return code(name, K::QuotaExhausted, S::Quota, R::OtherKey);
}
constexpr FailureRow bad_key(std::string_view name) {
  return code(name, K::KeyRejected, S::Key, R::OtherKey);
}
constexpr FailureRow no_model(std::string_view name) {
  return code(name, K::ModelMissing, S::Target, R::OtherKey);
}
constexpr FailureRow too_long(std::string_view part) {
  return text(400, part, K::ContextTooLong, S::Request, R::Never);
}
constexpr FailureRow policy(std::string_view name) {
  return code(name, K::ContentPolicy, S::Request, R::Never);
}
constexpr FailureRow wrong(std::string_view name) {
  return code(name, K::UserError, S::Request, R::Never);
}
constexpr FailureRow limited(std::string_view name) {
  return code(name, K::RateLimited, S::Key, R::OtherKey);
}
constexpr FailureRow busy(std::string_view name) {
  return code(name, K::Overloaded, S::Server, R::OtherKey);
}

}  // namespace rows

inline constexpr auto kFailureTable = [] {
  using namespace rows;
  return std::to_array<FailureRow>({
      // One request that is larger than the limit of a whole minute: waiting never helps, another key's tier may.
      text(429, "request too large", K::UserError, S::Request, R::OtherKey),
      text(413, "request too large for model", K::UserError, S::Request, R::OtherKey),

      // ---- codes: money and allowances. Waiting seconds does not help.
      spent("insufficient_quota"),
      spent("credit_balance_exhausted"),
      spent("organization_spend_limit_exceeded"),
      spent("project_spend_limit_exceeded"),
      spent("organization_usage_limit_exceeded"),
      spent("billing_not_active"),
      spent("billing_hard_limit_reached"),
      spent("enforced_spend_limit_reached"),
      spent("payment_required"),
      // ---- codes: the key
      bad_key("invalid_api_key"),
      bad_key("incorrect_api_key"),
      bad_key("expired_api_key"),
      bad_key("revoked_api_key"),
      bad_key("key_disabled"),
      bad_key("account_deactivated"),
      bad_key("invalid_organization"),
      bad_key("mismatched_organization"),
      bad_key("mismatched_project"),
      bad_key("ip_not_authorized"),
      bad_key("API_KEY_INVALID"),
      // ---- codes: the model
      no_model("model_not_found"),
      no_model("model_not_available"),
      no_model("DeploymentNotFound"),
      // ---- codes: the request
      code("context_length_exceeded", K::ContextTooLong, S::Request, R::Never),
      code("exceed_context_size_error", K::ContextTooLong, S::Request, R::Never),
      policy("content_policy_violation"),
      policy("content_filter"),
      policy("ResponsibleAIPolicyViolation"),
      policy("moderation_blocked"),
      policy("image_content_policy_violation"),
      policy("invalid_prompt"),
      policy("bio_policy"),
      // What only the key that made it can read: another key would refuse it as well.
      wrong("invalid_encrypted_content"),
      wrong("string_above_max_length"),
      wrong("unsupported_parameter"),
      wrong("unsupported_value"),
      wrong("unknown_parameter"),
      wrong("missing_required_parameter"),
      wrong("invalid_type"),
      wrong("invalid_value"),
      wrong("invalid_image"),
      wrong("invalid_image_format"),
      wrong("invalid_base64_image"),
      wrong("invalid_image_url"),
      wrong("invalid_image_mode"),
      wrong("image_too_large"),
      wrong("image_too_small"),
      wrong("image_parse_error"),
      wrong("image_file_too_large"),
      wrong("image_file_not_found"),
      wrong("empty_image_file"),
      wrong("unsupported_image_media_type"),
      wrong("failed_to_download_image"),
      wrong("data_residency_mismatch"),
      // The region is the egress's, so another key of the same provider is refused too.
      code("unsupported_country_region_territory", K::Forbidden, S::Request, R::OtherProvider),
      // ---- codes: load. slow_down judges the whole account's ramp, not one key.
      code("slow_down", K::RateLimited, S::Provider, R::OtherProvider),
      busy("server_is_overloaded"),
      busy("EngineOverloaded"),
      busy("engine_overloaded"),
      busy("NoCapacity"),
      busy("3505"),
      busy("ModelNotReadyException"),
      limited("rate_limit_exceeded"),
      limited("RateLimitReached"),
      limited("TooManyRequests"),
      limited("too_many_requests"),
      limited("rate_limited"),
      limited("1300"),
      limited("ThrottlingException"),
      code("server_error", K::ServerError, S::Target, R::OtherKey),
      code("vector_store_timeout", K::ServerError, S::Target, R::OtherKey),

      // ---- types
      type("insufficient_quota", K::QuotaExhausted, S::Quota, R::OtherKey),
      type("billing_error", K::QuotaExhausted, S::Quota, R::OtherKey),
      type("authentication_error", K::KeyRejected, S::Key, R::OtherKey),
      type("UNAUTHENTICATED", K::KeyRejected, S::Key, R::OtherKey),
      type("permission_error", K::Forbidden, S::Request, R::OtherKey),
      type("PERMISSION_DENIED", K::Forbidden, S::Request, R::OtherKey),
      type("exceed_context_size_error", K::ContextTooLong, S::Request, R::Never),
      type("request_too_large", K::UserError, S::Request, R::Never),
      type("overloaded_error", K::Overloaded, S::Provider, R::OtherKey),
      type("service_unavailable_error", K::Overloaded, S::Server, R::OtherKey),
      type("unavailable_error", K::Overloaded, S::Server, R::OtherKey),
      type("UNAVAILABLE", K::Overloaded, S::Server, R::OtherKey),
      type("rate_limit_error", K::RateLimited, S::Key, R::OtherKey),
      type("RESOURCE_EXHAUSTED", K::RateLimited, S::Key, R::OtherKey),

      // ---- sentences
      front(400, "you have reached your specified", K::QuotaExhausted, S::Quota, R::OtherKey),
      front(400, "your credit balance is too low", K::QuotaExhausted, S::Quota, R::OtherKey),
      front(400, "api key not valid", K::KeyRejected, S::Key, R::OtherKey),
      too_long("maximum context length is"),
      too_long("prompt is too long"),
      too_long("exceed context limit"),
      too_long("exceeds the maximum number of tokens"),
      too_long("exceeds the available context size"),
      too_long("longer than the model's context length"),
      too_long("input is too long for requested model"),
      text(400, "while limit is", K::ContextTooLong, S::Request, R::Never),
      front(400, "output blocked by content filtering policy", K::ContentPolicy, S::Request, R::Never),
      text(403, "input was flagged", K::ContentPolicy, S::Request, R::Never),
      text(404, "model", K::ModelMissing, S::Target, R::OtherKey),
      text(429, "high demand", K::Overloaded, S::Server, R::OtherKey),
      text(429, "overloaded", K::Overloaded, S::Server, R::OtherKey),

      // ---- pages where JSON was due: an edge in front of the provider, or a wrong base URL. Not the key's fault.
      page(403, K::WrongContentType, S::Server, R::OtherKey),
      page(404, K::WrongContentType, S::Server, R::OtherKey),
      page(429, K::RateLimited, S::Provider, R::OtherKey),

      // ---- the status alone
      only(401, K::KeyRejected, S::Key, R::OtherKey),
      only(402, K::QuotaExhausted, S::Quota, R::OtherKey),
      only(403, K::Forbidden, S::Request, R::OtherKey),
      only(408, K::Overloaded, S::Server, R::OtherKey),
      only(409, K::UserError, S::Request, R::SameTarget),
      only(412, K::Forbidden, S::Request, R::OtherKey),  // an account suspended (Fireworks), without naming the key
      only(424, K::ServerError, S::Target, R::OtherKey),
      only(425, K::Overloaded, S::Server, R::OtherKey),
      only(429, K::RateLimited, S::Key, R::OtherKey),
      only(498, K::Overloaded, S::Server, R::OtherKey),
      only(499, K::ServerError, S::Server, R::OtherKey),
      only(500, K::ServerError, S::Target, R::OtherKey),
      only(502, K::ServerError, S::Server, R::OtherKey),
      only(503, K::Overloaded, S::Server, R::OtherKey),
      only(504, K::ServerError, S::Server, R::OtherKey),
      only(520, K::ServerError, S::Server, R::OtherKey),
      only(521, K::ServerError, S::Server, R::OtherKey),
      only(522, K::ServerError, S::Server, R::OtherKey),
      only(523, K::ServerError, S::Server, R::OtherKey),
      only(524, K::ServerError, S::Server, R::OtherKey),
      only(525, K::ServerError, S::Server, R::OtherKey),
      only(526, K::ServerError, S::Server, R::OtherKey),
      only(529, K::Overloaded, S::Provider, R::OtherKey),
      only(530, K::ServerError, S::Server, R::OtherKey),
  });
}();

}  // namespace drover::dialect
