// The rules by which a provider's failure gets its class: data, read from the top, the first row that fits wins.
// Order: exact codes, then dead accounts by the provider's own words, then types, then sentences (where the status is
// the right one), then the status alone.
//
// Traps kept out of it on purpose: no row looks for "429" or "rate limit" in the text of a 400, because providers echo
// the prompt there; a text that blames a key or an account must be the provider's own (FailureRow::words); a 403
// disables no key unless its code or words name the key. Rate limits have scope Key: whoever knows that keys share a
// quota widens it.
//
// Whose a refusal is (a 4xx or 501), for those who decide whether to ask elsewhere:
//   certain  UserError, ContextTooLong or ContentPolicy with Never: the API itself found the request wrong. It would
//            be refused everywhere.
//   unsure   UserError, TooLarge, Unsupported or Forbidden with OtherKey or OtherProvider: the request may be wrong,
//            or what stands there is (an edge, a wrong path, a smaller limit). To be asked once elsewhere; when the
//            second says the same, the provider's own answer is the client's. Nobody is charged by the class alone.
//   Unsupported says moreover that this API is not offered there, whatever the request.
// An error inside a 200 is never certain by its number alone.
#pragma once

#include <array>
#include <string_view>

#include "dialect/failure/failure_rows.h"

namespace drover::dialect {

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
      spent("Arrearage"),                     // DashScope
      spent("AllocationQuota.FreeTierOnly"),  // DashScope
      spent("AccountOverdueError"),           // Volcengine
      spent("INSUFFICIENT_BALANCE"),
      spent("insufficient_balance"),
      spent("insufficient_balance_error"),
      spent("insufficient_credits"),
      spent("insufficient_funds"),
      spent("insufficient_user_quota"),         // new-api
      spent("pre_consume_token_quota_failed"),  // new-api
      spent("NOT_ENOUGH_BALANCE"),
      spent("exceeded_current_quota_error"),  // Moonshot
      spent("BILLING_DISABLED"),
      spent("1113"),   // Z.ai
      spent("30001"),  // SiliconFlow
      spent("personal-team-blocked:spending-limit"),
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
      bad_key("CONSUMER_SUSPENDED"),
      bad_key("organization_disabled"),
      bad_key("access_terminated"),
      // ---- codes: the model
      no_model("model_not_found"),
      no_model("model_not_available"),
      no_model("DeploymentNotFound"),
      no_model("invalid_model"),
      no_model("invalid_model_error"),
      no_model("model_not_exist"),
      no_model("model_not_supported"),
      no_model("ModelNotFound"),
      no_model("InvalidEndpointOrModel.NotFound"),
      // ---- codes: the API
      code("unknown_url", K::Unsupported, S::Target, R::OtherKey),
      // ---- codes: what is not there belongs to another account, or is gone
      wrong("previous_response_not_found"),
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

      // ---- MiniMax's numbers
      numbered("1002", K::RateLimited, S::Key),
      numbered("1004", K::KeyRejected, S::Key),
      numbered("1008", K::QuotaExhausted, S::Quota),
      numbered("1039", K::RateLimited, S::Key),
      numbered("1041", K::RateLimited, S::Key),
      numbered("2045", K::RateLimited, S::Key),
      numbered("2049", K::KeyRejected, S::Key),
      numbered("2056", K::QuotaExhausted, S::Quota),

      // ---- sentences: an account without money, whatever the status and type
      words("you have reached your specified", K::QuotaExhausted, S::Quota, R::OtherKey),
      no_money("insufficient balance"),
      no_money("insufficient account balance"),
      no_money("insufficient credit"),
      no_money("insufficient funds"),
      no_money("balance is insufficient"),
      no_money("balance is not enough"),
      no_money("balance not enough"),
      no_money("balance is too low"),
      no_money("out of credits"),
      no_money("not enough credits"),
      no_money("no credits"),
      no_money("credits are depleted"),
      no_money("all available credits"),
      no_money("credit limit exceeded"),
      no_money("spending limit"),
      no_money("spend limit"),
      no_money("account is overdue"),
      no_money("overdue payment"),
      no_money("account is in good standing"),
      no_money("free tier of the model has been exhausted"),
      no_money("account is not active"),
      no_money("billing hard limit"),
      words("key limit exceeded", K::QuotaExhausted, S::Key, R::OtherKey),
      // ---- a key or an account that is dead
      dead_key("api key not valid"),
      dead_key("invalid api key"),
      dead_key("incorrect api key"),
      dead_key("api key expired"),
      dead_key("api key has expired"),
      dead_key("api key was reported as leaked"),
      dead_key("api key has been"),
      dead_key("api key is disabled"),
      dead_key("api key is blocked"),
      dead_key("authentication fails"),
      dead_key("organization has been disabled"),
      dead_key("organization has been deactivated"),
      dead_key("account has been disabled"),
      dead_key("account has been deactivated"),
      dead_key("account has been suspended"),
      dead_key("account is disabled"),
      dead_key("account is deactivated"),
      dead_key("account is suspended"),
      dead_key("has been suspended"),

      // ---- types
      type("insufficient_quota", K::QuotaExhausted, S::Quota, R::OtherKey),
      type("billing_error", K::QuotaExhausted, S::Quota, R::OtherKey),
      type("insufficient_balance_error", K::QuotaExhausted, S::Quota, R::OtherKey),
      type("exceeded_current_quota_error", K::QuotaExhausted, S::Quota, R::OtherKey),
      type("AccountOverdueError", K::QuotaExhausted, S::Quota, R::OtherKey),
      type("Arrearage", K::QuotaExhausted, S::Quota, R::OtherKey),
      type("authentication_error", K::KeyRejected, S::Key, R::OtherKey),
      type("UNAUTHENTICATED", K::KeyRejected, S::Key, R::OtherKey),
      type("permission_error", K::Forbidden, S::Request, R::OtherKey),
      type("PERMISSION_DENIED", K::Forbidden, S::Request, R::OtherKey),
      type("exceed_context_size_error", K::ContextTooLong, S::Request, R::Never),
      type("request_too_large", K::TooLarge, S::Target, R::OtherKey),
      type("not_supported_error", K::Unsupported, S::Target, R::OtherKey),  // llama.cpp
      type("overloaded_error", K::Overloaded, S::Provider, R::OtherKey),
      type("service_unavailable_error", K::Overloaded, S::Server, R::OtherKey),
      type("unavailable_error", K::Overloaded, S::Server, R::OtherKey),
      type("UNAVAILABLE", K::Overloaded, S::Server, R::OtherKey),
      type("rate_limit_error", K::RateLimited, S::Key, R::OtherKey),
      type("RESOURCE_EXHAUSTED", K::RateLimited, S::Key, R::OtherKey),

      // ---- sentences
      front(400, "user location is not supported", K::Forbidden, S::Request, R::OtherProvider),
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
      // ---- an API that is not offered there, whatever the model
      no_api("not a chat model"),
      no_api("this is a chat model"),
      no_api("invalid url"),
      no_api("unknown request url"),
      no_api("unknown endpoint"),
      no_api("no route matched"),
      no_api("route not found"),
      no_api("cannot post"),
      no_api("method not allowed"),
      no_api("not implemented"),
      no_api("this server does not support"),
      {.text = " api",
       .words = "model does not support",  // vLLM
       .as_request = true,
       .kind = K::Unsupported,
       .scope = S::Target,
       .retry = R::OtherKey},
      // ---- a model that is not known there
      not_here("model not exist"),
      not_here("model does not exist"),
      not_here("model not found"),
      not_here("not a valid model"),
      not_here("invalid model"),
      not_here("unknown model"),
      not_here("no such model"),
      not_here("unsupported model"),
      not_here("model is not supported"),
      not_here("model is not available"),
      not_here("model not available"),
      not_here("no endpoints found"),
      not_here("supported api model names are"),
      {.front = "the model",
       .text = "does not exist",
       .as_request = true,
       .kind = K::ModelMissing,
       .scope = S::Target,
       .retry = R::OtherKey},
      {.front = "model",
       .text = "not found",
       .as_request = true,
       .kind = K::ModelMissing,
       .scope = S::Target,
       .retry = R::OtherKey},
      text(404, "model", K::ModelMissing, S::Target, R::OtherKey),
      // ---- what is behind them is to blame, they say
      excuse("at capacity", K::Overloaded, S::Server),
      excuse("no capacity", K::Overloaded, S::Server),
      excuse("out of capacity", K::Overloaded, S::Server),
      excuse("overloaded", K::Overloaded, S::Server),
      excuse("server is busy", K::Overloaded, S::Server),
      excuse("high demand", K::Overloaded, S::Server),
      excuse("upstream", K::ServerError, S::Target),
      excuse("provider returned error", K::ServerError, S::Target),
      excuse("no available channel", K::ServerError, S::Target),
      excuse("no available provider", K::ServerError, S::Target),
      excuse("no available account", K::ServerError, S::Target),
      excuse("no instances available", K::ServerError, S::Target),
      excuse("bad gateway", K::ServerError, S::Target),
      excuse("internal error", K::ServerError, S::Target),
      excuse("internal server error", K::ServerError, S::Target),
      excuse("internal_error", K::ServerError, S::Target),
      excuse("service unavailable", K::ServerError, S::Target),
      excuse("temporarily unavailable", K::ServerError, S::Target),
      excuse("connection error", K::ServerError, S::Target),
      excuse("timed out", K::ServerError, S::Target),
      excuse("try again later", K::ServerError, S::Target),
      // ---- an object that is not there: it would be so everywhere
      front(404, "no such ", K::UserError, S::Request, R::Never),
      text(404, " with id", K::UserError, S::Request, R::Never),
      text(429, "high demand", K::Overloaded, S::Server, R::OtherKey),
      text(429, "overloaded", K::Overloaded, S::Server, R::OtherKey),

      // ---- an account that may not ask from where it is, or without billing (Google)
      type("FAILED_PRECONDITION", K::Forbidden, S::Request, R::OtherKey),

      // ---- pages where JSON was due: an edge in front of the provider, or a wrong base URL. Not the key's fault.
      page(403, K::WrongContentType, S::Server, R::OtherKey),
      page(429, K::RateLimited, S::Provider, R::OtherKey),

      // ---- the status alone
      only(401, K::KeyRejected, S::Key, R::OtherKey),
      only(402, K::QuotaExhausted, S::Quota, R::OtherKey),
      only(403, K::Forbidden, S::Request, R::OtherKey),
      only(404, K::Unsupported, S::Target, R::OtherKey),  // no model in it: it is the path that is not known
      only(405, K::Unsupported, S::Target, R::OtherKey),
      only(408, K::Overloaded, S::Server, R::OtherKey),
      only(409, K::UserError, S::Request, R::SameTarget),
      only(412, K::Forbidden, S::Request, R::OtherKey),  // an account suspended (Fireworks), without naming the key
      only(413, K::TooLarge, S::Target, R::OtherKey),
      only(424, K::ServerError, S::Target, R::OtherKey),
      only(425, K::Overloaded, S::Server, R::OtherKey),
      only(429, K::RateLimited, S::Key, R::OtherKey),
      only(498, K::Overloaded, S::Server, R::OtherKey),
      only(499, K::ServerError, S::Server, R::OtherKey),
      only(500, K::ServerError, S::Target, R::OtherKey),
      only(501, K::Unsupported, S::Target, R::OtherKey),
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
