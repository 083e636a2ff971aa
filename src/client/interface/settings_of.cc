#include "client/interface/settings_of.h"

#include <charconv>
#include <map>
#include <utility>
#include <vector>

#include "client/interface/errors.h"
#include "config/environment.h"
#include "dialect/json/json_text.h"

namespace drover::client {
namespace {

/// The name of Options in messages that would name a file.
constexpr const char* kSource = "options";
constexpr const char* kModelVariable = "DROVER_MODEL";
/// A cheap model that every OpenAI-compatible gateway has.
constexpr const char* kLastModel = "gpt-6-luna";
/// The values of keys are passed as variables with this prefix and a number, so that no text holds them.
constexpr std::string_view kKeyVariable = "DROVER_OPTIONS_KEY_";

v0::Error refused(const config::Problems& problems) {
  v0::Error error;
  error.kind = v0::ErrorKind::BadConfig;
  error.code = "bad_config";
  for (const config::Problem& problem : problems) {
    if (!error.message.empty()) error.message.push_back('\n');
    error.message.append(problem.to_string());
  }
  return error;
}

/// Writes YAML in flow style: every string is quoted as in JSON, which YAML reads the same way.
class Writer {
 public:
  void open(std::string_view name, char bracket) {
    key(name);
    text_.push_back(bracket);
    first_ = true;
  }
  void close(char bracket) {
    text_.push_back(bracket);
    first_ = false;
  }
  void item() { separate(); }
  void string(std::string_view name, const std::string& value) {
    if (value.empty()) return;
    key(name);
    text_.append(dialect::json_string(value));
  }
  /// Durations, sizes, shares and words, as they stand in a file.
  void word(std::string_view name, const std::string& value) {
    if (value.empty()) return;
    key(name);
    const bool plain = value.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.%_-/") ==
                       std::string::npos;
    text_.append(plain ? value : dialect::json_string(value));
  }
  template <class Number>
  void number(std::string_view name, const std::optional<Number>& value) {
    if (!value) return;
    char digits[64];
    const auto written = std::to_chars(digits, digits + sizeof digits, *value);
    key(name);
    text_.append(digits, written.ptr);
  }
  void scalar(const std::string& value) {
    separate();
    text_.append(dialect::json_string(value));
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void separate() {
    if (!first_) text_.append(", ");
    first_ = false;
  }
  void key(std::string_view name) {
    separate();
    if (!name.empty()) text_.append(dialect::json_string(name)).append(": ");
  }
  std::string text_;
  bool first_ = true;
};

using Secrets = std::map<std::string, std::string, std::less<>>;

void write_key(Writer& yaml, const v0::KeyOptions& key, Secrets& secrets) {
  yaml.open({}, '{');
  if (!key.value.empty()) {
    const std::string variable = std::string(kKeyVariable) + std::to_string(secrets.size() + 1);
    secrets.emplace(variable, key.value);
    yaml.string("env", variable);
  }
  yaml.string("env", key.env);
  yaml.string("file", key.file);
  yaml.string("name", key.name);
  yaml.number("weight", key.weight);
  yaml.string("quota", key.quota);
  yaml.close('}');
}

/// Writes nothing for an empty list.
void write_list(Writer& yaml, std::string_view name, const std::vector<std::string>& items) {
  if (items.empty()) return;
  yaml.open(name, '[');
  for (const std::string& item : items) yaml.scalar(item);
  yaml.close(']');
}

void write_quota(Writer& yaml, const v0::QuotaOptions& quota) {
  yaml.open(quota.name, '{');
  for (const v0::QuotaLimit& limit : quota.limits) {
    yaml.open(limit.model, '{');
    yaml.number("requests_per_minute", limit.requests_per_minute);
    yaml.number("requests_per_day", limit.requests_per_day);
    yaml.number("input_tokens_per_minute", limit.input_tokens_per_minute);
    yaml.number("output_tokens_per_minute", limit.output_tokens_per_minute);
    yaml.number("concurrent", limit.concurrent);
    yaml.close('}');
  }
  yaml.close('}');
}

void write_provider(Writer& yaml, const v0::ProviderOptions& provider, Secrets& secrets) {
  yaml.open(provider.name, '{');
  yaml.open("servers", '[');
  for (const std::string& server : provider.servers) yaml.scalar(server);
  yaml.close(']');
  if (!provider.keys.empty()) {
    yaml.open("keys", '[');
    for (const v0::KeyOptions& key : provider.keys) write_key(yaml, key, secrets);
    yaml.close(']');
  }
  yaml.word("auth", provider.auth);
  if (!provider.headers.empty()) {
    yaml.open("headers", '{');
    for (const v0::Field& field : provider.headers) yaml.string(field.name, field.value);
    yaml.close('}');
  }
  yaml.string("ca", provider.ca);
  yaml.word("usage", provider.usage);
  const v0::ConnectionOptions& connections = provider.connections;
  yaml.open("connections", '{');
  yaml.number("keep", connections.keep);
  yaml.number("max", connections.max);
  yaml.word("idle", connections.idle);
  yaml.close('}');
  write_list(yaml, "apis", provider.apis);
  yaml.close('}');
}

void write_model(Writer& yaml, const v0::ModelOptions& model) {
  yaml.open(model.name, '{');
  yaml.word("balance", model.balance);
  yaml.open("targets", '[');
  for (const v0::TargetOptions& target : model.targets) {
    yaml.open({}, '{');
    yaml.string("provider", target.provider);
    yaml.string("model", target.model);
    yaml.string("key", target.key);
    yaml.number("priority", target.priority);
    yaml.number("weight", target.weight);
    yaml.close('}');
  }
  yaml.close(']');
  write_list(yaml, "fallback", model.fallback);
  yaml.word("affinity", model.affinity);
  yaml.close('}');
}

void write_policy(Writer& yaml, const v0::Options& options) {
  const v0::RetryOptions& retry = options.retry;
  yaml.open("retry", '{');
  yaml.number("walk", retry.walk);
  yaml.number("same_target", retry.same_target);
  yaml.word("backoff", retry.backoff);
  yaml.number("multiplier", retry.multiplier);
  yaml.word("max_backoff", retry.max_backoff);
  yaml.word("jitter", retry.jitter);
  yaml.word("budget", retry.budget);
  yaml.word("hedge", retry.hedge);
  yaml.word("ambiguous", retry.ambiguous);
  if (!retry.statuses.empty()) {
    yaml.open("statuses", '[');
    for (const int status : retry.statuses) yaml.number({}, std::optional(status));
    yaml.close(']');
  }
  yaml.close('}');
  const v0::TimeoutOptions& timeouts = options.timeouts;
  yaml.open("timeouts", '{');
  yaml.word("connect", timeouts.connect);
  yaml.word("send", timeouts.send);
  yaml.word("head", timeouts.head);
  yaml.word("first_content", timeouts.first_content);
  yaml.word("idle", timeouts.idle);
  yaml.word("total", timeouts.total);
  yaml.word("stream_max", timeouts.stream_max);
  yaml.word("queue", timeouts.queue);
  yaml.close('}');
  const v0::HealthOptions& health = options.health;
  yaml.open("health", '{');
  yaml.word("probe", health.probe);
  yaml.word("interval", health.interval);
  yaml.word("timeout", health.timeout);
  yaml.word("mode", health.mode);
  yaml.number("eject_after", health.eject_after);
  yaml.word("eject_for", health.eject_for);
  yaml.word("max_eject_for", health.max_eject_for);
  yaml.word("when_all_out", health.when_all_out);
  yaml.word("latency_from", health.latency_from);
  yaml.close('}');
  yaml.open("limits", '{');
  yaml.word("body", options.limits.body);
  yaml.number("in_flight", options.limits.in_flight);
  yaml.word("replay_memory", options.limits.replay_memory);
  yaml.close('}');
}

std::string yaml_of(const v0::Options& options, Secrets& secrets) {
  Writer yaml;
  yaml.open({}, '{');
  yaml.open("providers", '{');
  for (const v0::ProviderOptions& provider : options.providers) write_provider(yaml, provider, secrets);
  yaml.close('}');
  if (!options.quotas.empty()) {
    yaml.open("quotas", '{');
    for (const v0::QuotaOptions& quota : options.quotas) write_quota(yaml, quota);
    yaml.close('}');
  }
  if (!options.models.empty()) {
    yaml.open("models", '{');
    for (const v0::ModelOptions& model : options.models) write_model(yaml, model);
    yaml.close('}');
  }
  write_policy(yaml, options);
  yaml.number("threads", options.threads);
  yaml.close('}');
  return yaml.take();
}

v0::Result<config::Settings> given(std::expected<config::Settings, config::Problems> settings) {
  if (!settings) return refused(settings.error());
  return std::move(*settings);
}

}  // namespace

v0::Result<config::Settings> settings_of(const v0::Options& options) {
  Secrets secrets;
  const std::string text = yaml_of(options, secrets);
  config::Environment environment = config::real_environment();
  environment.variable = [&secrets, real = environment.variable](std::string_view name) -> std::optional<std::string> {
    const auto found = secrets.find(name);
    if (found != secrets.end()) return found->second;
    return real(name);
  };
  auto settings = config::load_text(text, kSource, environment);
  if (!settings) {
    // No person wrote the text, so its line numbers would only confuse.
    for (config::Problem& problem : settings.error()) problem.line = problem.column = 0;
  }
  return given(std::move(settings));
}

v0::Result<config::Settings> settings_from_env() {
  return given(config::from_environment(config::real_environment()));
}

v0::Result<config::Settings> settings_from_file(const std::string& path) {
  return given(config::load_file(path, config::real_environment()));
}

std::string default_model(const std::string& configured, const core::Plan& plan) {
  if (!configured.empty()) return configured;
  const auto variable = config::real_environment().variable(kModelVariable);
  if (variable && !variable->empty()) return *variable;
  for (const core::Route& route : plan.routes) {
    if (route.name != "*") return route.name;
  }
  return kLastModel;
}

}  // namespace drover::client
