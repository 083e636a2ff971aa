// Writes what was read as a drover.yaml: block style, one line a target, remarks as comments above what they are about.
#include <algorithm>
#include <array>
#include <cmath>

#include "config/import/draft.h"
#include "config/yaml/scalar.h"

namespace drover::config::litellm {
namespace {

/// drover's own defaults, which a setting must not contradict (core/plan/plan.h).
constexpr std::uint64_t kUsualWalk = 4;
constexpr double kUsualConnect = 3;
constexpr double kUsualMaxBackoff = 8;
constexpr double kUsualMaxEject = 300;
constexpr double kUsualProbeTimeout = 5;
constexpr double kShortestInterval = 0.1;

/// A scalar that is read again as the same text.
std::string scalar(std::string_view text) {
  constexpr auto kWords = std::to_array<std::string_view>(
      {"true", "false", "yes", "no", "on", "off", "null", "y", "n", "True", "False", "Yes", "No", "On", "Off", "Null"});
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const bool plain = !text.empty() && letter(text.front()) && std::ranges::all_of(text, [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' || c == '/';
  });
  if (plain && std::ranges::find(kWords, text) == kWords.end()) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + "\"";
}

/// In milliseconds, at least one.
std::string seconds(double count) {
  const double milliseconds = std::max(std::round(count * 1000), 1.0);
  return format_duration(std::chrono::milliseconds(static_cast<std::int64_t>(milliseconds)));
}

/// "{ a: 1, b: 2 }"; empty without parts.
std::string braces(const std::vector<std::string>& parts) {
  return parts.empty() ? std::string() : "{ " + joined(parts) + " }";
}

class Writer {
 public:
  explicit Writer(const Draft& draft) : draft_(draft) {}

  [[nodiscard]] std::string text(const std::string& file);

 private:
  void line(std::string_view text) { out_.append(text).push_back('\n'); }
  void remarks(const Remarks& remarks, std::string_view indent) {
    for (const std::string& each : remarks) line(std::string(indent) + "# " + each);
  }
  void front(const std::string& file);
  void quotas();
  void provider(const ImportedProvider& provider);
  void model(const ImportedModel& model);
  [[nodiscard]] std::string target(const ImportedTarget& target, const std::string& name, bool whole) const;
  [[nodiscard]] bool whole_provider(const ImportedModel& model, const ImportedTarget& target) const;
  void policies();

  const Draft& draft_;
  std::string out_{};
};

std::string quota_of(const ImportedProvider& provider, std::size_t key) {
  return provider.name + "-" + std::to_string(key + 1);
}

void Writer::front(const std::string& file) {
  line("# From " + shown(file) + ", a configuration of LiteLLM, by `drover import litellm`.");
  line("# Try it with `drover check`; drover.example.yaml says what every setting does.");
  if (!draft_.variables.empty()) line("# These variables hold the keys: " + joined(draft_.variables));
  line("# LiteLLM listens on 0.0.0.0:4000; drover on 127.0.0.1:8080, until 'listen' says otherwise.");
  if (!draft_.left_out.empty()) {
    line("#\n# Left out:");
    for (const std::string& each : draft_.left_out) line("#   " + each);
  }
  if (!draft_.remarks.empty()) line("#");
  remarks(draft_.remarks, "");
  line("");
}

void Writer::quotas() {
  bool any = false;
  bool tokens = false;
  for (const ImportedProvider& provider : draft_.providers) {
    for (const ImportedKey& key : provider.keys) {
      any = any || !key.models.empty();
      for (const auto& [name, limits] : key.models) tokens = tokens || limits.tokens > 0;
    }
  }
  if (!any) return;
  if (tokens) line("# tpm counts tokens in and out together; drover counts them apart, so each gets all of it.");
  line("quotas:");
  for (const ImportedProvider& provider : draft_.providers) {
    for (std::size_t at = 0; at < provider.keys.size(); ++at) {
      if (provider.keys[at].models.empty()) continue;
      line("  " + scalar(quota_of(provider, at)) + ":");
      for (const auto& [name, limits] : provider.keys[at].models) {
        std::vector<std::string> parts;
        if (limits.requests > 0) parts.push_back("requests_per_minute: " + std::to_string(limits.requests));
        if (limits.tokens > 0) {
          parts.push_back("input_tokens_per_minute: " + std::to_string(limits.tokens));
          parts.push_back("output_tokens_per_minute: " + std::to_string(limits.tokens));
        }
        if (limits.concurrent > 0) parts.push_back("concurrent: " + std::to_string(limits.concurrent));
        line("    " + scalar(name) + ": " + braces(parts));
      }
    }
  }
  line("");
}

void Writer::provider(const ImportedProvider& provider) {
  using Credential = ImportedProvider::Credential;
  line("  " + scalar(provider.name) + ":");
  if (provider.shape == Shape::Anthropic) line("    dialect: anthropic");
  line("    base_url: " + scalar(provider.base_url));
  if (provider.credential == Credential::None) line("    auth: none");
  if (provider.credential == Credential::ApiKeyField) line("    auth: { header: api-key }");
  if (provider.credential == Credential::Bearer) line("    auth: bearer");
  if (!provider.headers.empty()) line("    headers:");
  for (const auto& [name, value] : provider.headers) line("      " + scalar(name) + ": " + scalar(value));
  if (!provider.keys.empty()) line("    keys:");
  for (std::size_t at = 0; at < provider.keys.size(); ++at) {
    const ImportedKey& key = provider.keys[at];
    std::vector<std::string> parts;
    if (provider.keys.size() > 1) parts.push_back("name: " + scalar(key.variable));
    parts.push_back("env: " + scalar(key.variable));
    if (!key.models.empty()) parts.push_back("quota: " + scalar(quota_of(provider, at)));
    line("      - " + braces(parts));
  }
}

/// Whether the model uses all keys of the target's provider alike, so that one line says it.
bool Writer::whole_provider(const ImportedModel& model, const ImportedTarget& target) const {
  const std::size_t keys = std::max<std::size_t>(draft_.providers[target.provider].keys.size(), 1);
  const auto alike = std::ranges::count_if(model.targets, [&](const ImportedTarget& other) {
    return other.provider == target.provider && other.model == target.model && other.weight == target.weight &&
           other.priority == target.priority;
  });
  return static_cast<std::size_t>(alike) == keys;
}

std::string Writer::target(const ImportedTarget& target, const std::string& name, bool whole) const {
  const ImportedProvider& provider = draft_.providers[target.provider];
  std::vector<std::string> parts{"provider: " + scalar(provider.name)};
  if (target.model != name) parts.push_back("model: " + scalar(target.model));
  if (!whole) parts.push_back("key: " + scalar(provider.keys[target.key].variable));
  if (target.priority > 0) parts.push_back("priority: " + std::to_string(target.priority));
  if (target.weight != 1) parts.push_back("weight: " + std::to_string(static_cast<std::uint64_t>(target.weight)));
  return parts.size() == 1 ? scalar(provider.name) : braces(parts);
}

void Writer::model(const ImportedModel& model) {
  remarks(model.remarks, "  ");
  line("  " + scalar(model.name) + ":");
  if (!draft_.settings.balance.empty()) line("    balance: " + draft_.settings.balance);
  line("    targets:");
  std::vector<std::string> written;
  for (const ImportedTarget& each : model.targets) {
    std::string text = target(each, model.name, whole_provider(model, each));
    if (std::ranges::find(written, text) != written.end()) continue;
    line("      - " + text);
    written.push_back(std::move(text));
  }
  std::vector<std::string> chain;
  for (const std::string& each : model.fallback) chain.push_back(scalar(each));
  const auto detour = [&](const std::string& name, std::string_view on) {
    if (!name.empty()) chain.push_back(braces({"model: " + scalar(name), "on: " + std::string(on)}));
  };
  detour(model.when_too_long, "context_too_long");
  detour(model.when_against_policy, "content_policy");
  if (!chain.empty()) line("    fallback: [ " + joined(chain) + " ]");
  std::vector<std::string> times;
  if (model.total > 0) times.push_back("total: " + seconds(model.total));
  if (model.total > 0 && model.total < kUsualConnect) times.push_back("connect: " + seconds(model.total));
  if (model.first_content > 0) times.push_back("first_content: " + seconds(model.first_content));
  if (!times.empty()) line("    timeouts: " + braces(times));
}

void Writer::policies() {
  const GatewaySettings& settings = draft_.settings;
  const auto section = [&](std::string_view name, const std::vector<std::string>& parts) {
    if (!parts.empty()) line(std::string(name) + ": " + braces(parts));
  };
  line("");
  remarks(settings.remarks, "");
  if (!settings.master_variable.empty()) {
    line("# Programs that used the master_key go on with it. Give each one a key of its own.");
    line("clients:\n  - { name: master, key: { env: " + scalar(settings.master_variable) + " } }");
  }
  std::vector<std::string> retry;
  if (settings.retries) {
    retry.push_back("same_target: " + std::to_string(*settings.retries));
    const std::uint64_t walk = std::min<std::uint64_t>(*settings.retries + 1, 64);
    if (walk > kUsualWalk) retry.push_back("walk: " + std::to_string(walk));
  }
  if (settings.backoff > 0) retry.push_back("backoff: " + seconds(settings.backoff));
  if (settings.backoff > kUsualMaxBackoff) retry.push_back("max_backoff: " + seconds(settings.backoff));
  section("retry", retry);
  std::vector<std::string> times;
  if (settings.total > 0) times.push_back("total: " + seconds(settings.total));
  if (settings.total > 0 && settings.total < kUsualConnect) times.push_back("connect: " + seconds(settings.total));
  if (settings.first_content > 0) times.push_back("first_content: " + seconds(settings.first_content));
  section("timeouts", times);
  std::vector<std::string> health;
  if (settings.eject_after) health.push_back("eject_after: " + std::to_string(*settings.eject_after));
  if (settings.eject_for > 0) health.push_back("eject_for: " + seconds(settings.eject_for));
  if (settings.eject_for > kUsualMaxEject) health.push_back("max_eject_for: " + seconds(settings.eject_for));
  if (const double interval = settings.probe_interval; interval > 0) {
    const double bounded = std::max(interval, kShortestInterval);
    health.push_back("interval: " + seconds(bounded));
    if (bounded < kUsualProbeTimeout) health.push_back("timeout: " + seconds(bounded));
  }
  section("health", health);
  std::vector<std::string> limits;
  if (settings.in_flight > 0) limits.push_back("in_flight: " + std::to_string(settings.in_flight));
  if (settings.body_mib > 0) limits.push_back("body: " + std::to_string(settings.body_mib) + "MiB");
  section("limits", limits);
}

std::string Writer::text(const std::string& file) {
  front(file);
  quotas();
  line("providers:");
  for (const ImportedProvider& each : draft_.providers) provider(each);
  line("\nmodels:");
  for (const ImportedModel& each : draft_.models) model(each);
  policies();
  return std::move(out_);
}

}  // namespace

std::string write(const Draft& draft, const std::string& file) {
  return Writer(draft).text(file);
}

}  // namespace drover::config::litellm
