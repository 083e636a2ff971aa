// Every key that a configuration may have, by section: the one list that the reader, its suggestions and the test of
// drover.example.yaml share.
#pragma once

#include <array>
#include <span>
#include <string_view>

namespace drover::config::schema {

/// The keys one kind of map may have, and how to write such a map.
struct Shape {
  std::string_view name;  ///< for tests and messages: "models.NAME"
  std::span<const std::string_view> keys;
  std::string_view example;  ///< such a map as a person would write it
};

namespace keys {
inline constexpr std::array<std::string_view, 19> kTop = {
    "listen",   "admin",  "threads", "access_log", "providers", "quotas", "models", "clients", "retry",       "health",
    "timeouts", "limits", "drain",   "origins",    "store",     "teams",  "prices", "budgets", "admin_tokens"};
inline constexpr std::array<std::string_view, 2> kListener = {"address", "tls"};
inline constexpr std::array<std::string_view, 3> kTls = {"cert", "key", "client_ca"};
inline constexpr std::array<std::string_view, 15> kProvider = {"base_url", "servers",     "keys",   "dialect", "auth",
                                                               "headers",  "ca",          "region", "apis",    "errors",
                                                               "pin",      "connections", "usage",  "proxy",   "query"};
inline constexpr std::array<std::string_view, 7> kKey = {"name", "env", "file", "value", "weight", "quota", "limits"};
inline constexpr std::array<std::string_view, 5> kAdminToken = {"name", "role", "env", "file", "value"};
inline constexpr std::array<std::string_view, 3> kSecret = {"env", "file", "value"};
inline constexpr std::array<std::string_view, 1> kAuth = {"header"};
inline constexpr std::array<std::string_view, 3> kConnections = {"keep", "max", "idle"};
inline constexpr std::array<std::string_view, 5> kModelLimits = {
    "requests_per_minute", "requests_per_day", "input_tokens_per_minute", "output_tokens_per_minute", "concurrent"};
inline constexpr std::array<std::string_view, 7> kModel = {"balance",  "affinity", "targets",  "fallback",
                                                           "timeouts", "limits",   "translate"};
inline constexpr std::array<std::string_view, 2> kFallback = {"model", "on"};
inline constexpr std::array<std::string_view, 8> kError = {"status", "code",  "type",  "front",
                                                           "text",   "empty", "class", "scope"};
inline constexpr std::array<std::string_view, 5> kTarget = {"provider", "model", "priority", "weight", "key"};
inline constexpr std::array<std::string_view, 8> kClient = {"name",   "key",   "models", "providers",
                                                            "limits", "class", "team",   "tags"};
inline constexpr std::array<std::string_view, 2> kTeam = {"limits", "blocked"};
inline constexpr std::array<std::string_view, 9> kTeamLimit = {
    "usd", "requests", "tokens", "tokens_in", "tokens_out", "concurrent", "window", "action", "models"};
inline constexpr std::array<std::string_view, 3> kPrices = {"file", "models", "unpriced"};
inline constexpr std::array<std::string_view, 9> kPrice = {"input",       "output",         "cache_read",
                                                           "cache_write", "cache_write_1h", "reasoning",
                                                           "audio_input", "audio_output",   "image"};
inline constexpr std::array<std::string_view, 2> kBudgets = {"overdraft", "charge"};
inline constexpr std::array<std::string_view, 10> kRetry = {"walk",        "same_target", "backoff", "multiplier",
                                                            "max_backoff", "jitter",      "budget",  "hedge",
                                                            "ambiguous",   "statuses"};
inline constexpr std::array<std::string_view, 8> kTimeouts = {"connect", "send",  "head",       "first_content",
                                                              "idle",    "total", "stream_max", "queue"};
inline constexpr std::array<std::string_view, 2> kHead = {"stream", "plain"};
inline constexpr std::array<std::string_view, 9> kHealth = {"probe",         "interval",     "timeout",
                                                            "mode",          "eject_after",  "eject_for",
                                                            "max_eject_for", "when_all_out", "latency_from"};
inline constexpr std::array<std::string_view, 6> kLimits = {"body",        "in_flight", "replay_memory",
                                                            "connections", "waiting",   "waiting_per_client"};
}  // namespace keys

inline constexpr Shape kTop{"the configuration", keys::kTop, "providers: { ... }"};
inline constexpr Shape kListener{"listen", keys::kListener, "{ address: 0.0.0.0:8443, tls: { ... } }"};
inline constexpr Shape kTls{"tls", keys::kTls, "{ cert: server.pem, key: server-key.pem }"};
inline constexpr Shape kProvider{"providers.NAME", keys::kProvider,
                                 "{ base_url: https://api.example.com/v1, keys: [ { env: EXAMPLE_KEY } ] }"};
inline constexpr Shape kKey{"keys", keys::kKey, "{ env: EXAMPLE_KEY }"};
inline constexpr Shape kSecret{"key", keys::kSecret, "{ env: EXAMPLE_KEY }"};
inline constexpr Shape kAdminToken{"admin_tokens", keys::kAdminToken, "{ name: ops, role: keys, env: ADMIN_TOKEN }"};
inline constexpr Shape kAuth{"auth", keys::kAuth, "bearer, none or { header: x-api-key }"};
inline constexpr Shape kConnections{"connections", keys::kConnections, "{ keep: 10, max: 20 }"};
inline constexpr Shape kModelLimits{"quotas.NAME.MODEL", keys::kModelLimits, "{ requests_per_minute: 500 }"};
inline constexpr Shape kModel{"models.NAME", keys::kModel, "{ targets: [ provider ] }"};
inline constexpr Shape kFallback{"fallback", keys::kFallback, "{ model: NAME, on: context_too_long }"};
inline constexpr Shape kError{"providers.NAME.errors", keys::kError,
                              "{ status: 400, text: input exceeds, class: context_too_long }"};
inline constexpr Shape kTarget{"targets", keys::kTarget, "{ provider: NAME, model: NAME, priority: 1 }"};
inline constexpr Shape kTeam{"teams.NAME", keys::kTeam, "{ limits: [ { usd: 500, window: month } ] }"};
inline constexpr Shape kTeamLimit{"teams.NAME.limits", keys::kTeamLimit, "{ usd: 500, window: month }"};
inline constexpr Shape kPrices{"prices", keys::kPrices, "{ file: prices.json }"};
inline constexpr Shape kPrice{"prices.models.NAME", keys::kPrice, "{ input: 2.5, output: 10 }"};
inline constexpr Shape kBudgets{"budgets", keys::kBudgets, "{ overdraft: one }"};
inline constexpr Shape kClient{"clients", keys::kClient, "{ name: web, key: { env: WEB_KEY } }"};
inline constexpr Shape kRetry{"retry", keys::kRetry, "{ walk: 4 }"};
inline constexpr Shape kTimeouts{"timeouts", keys::kTimeouts, "{ connect: 3s }"};
inline constexpr Shape kHead{"timeouts.head", keys::kHead, "{ stream: 120s, plain: off }"};
inline constexpr Shape kHealth{"health", keys::kHealth, "{ interval: 30s }"};
inline constexpr Shape kLimits{"limits", keys::kLimits, "{ body: 64MiB }"};

inline constexpr std::array<const Shape*, 25> kAll = {
    &kAdminToken, &kTeam,     &kTeamLimit, &kPrices, &kPrice,       &kBudgets,     &kTop,   &kListener, &kTls,
    &kProvider,   &kKey,      &kSecret,    &kAuth,   &kConnections, &kModelLimits, &kModel, &kTarget,   &kClient,
    &kRetry,      &kTimeouts, &kHead,      &kHealth, &kLimits,      &kFallback,    &kError};

}  // namespace drover::config::schema
