// From text to Settings: the tree, then each section, then all mistakes.
#include <algorithm>
#include <array>

#include "config/load/draft.h"

namespace drover::config {
namespace {

/// Warns about a file that other users can change: they could send the keys elsewhere. (That they can read it matters
/// only for `value:`, which has its own warning.)
void warn_about_mode(const std::string& path, const FileContent& content, Settings& settings) {
  if ((content.mode & 0002U) != 0) {
    settings.warnings.insert(settings.warnings.begin(), path + ": everybody can change this file; chmod 600 it");
  }
}

/// A few digits of the text's hash: they show whether the text has changed and, because it may hold a key, nothing
/// else.
std::string fingerprint(std::string_view text) {
  return hex(sha256(text), 6);
}

/// Sections that only the configuration of another program has.
struct Foreign {
  std::string_view key;
  std::string_view program;
};
constexpr std::array<Foreign, 8> kForeign = {{{"model_list", "LiteLLM"},
                                              {"litellm_settings", "LiteLLM"},
                                              {"router_settings", "LiteLLM"},
                                              {"general_settings", "LiteLLM"},
                                              {"static_resources", "Envoy"},
                                              {"binds", "agentgateway"},
                                              {"receivers", "the OpenTelemetry Collector"},
                                              {"scrape_configs", "Prometheus"}}};

/// Reports a file of another program once: a report for each of its keys would not help.
bool is_foreign(const Node& top, Report& report) {
  for (const Name& name : top.names) {
    const auto found = std::ranges::find(kForeign, name.text, &Foreign::key);
    if (found == kForeign.end()) continue;
    report.add(
        name.place, {},
        "'" + name.text + "' is of a configuration of " + std::string(found->program) + ", which drover does not read",
        found->program == "LiteLLM"
            ? "run  drover import litellm FILE  which writes one of drover's from it, or write each api_base with its "
              "api_key under 'providers', and each model_name under 'models'; drover.example.yaml shows the form"
            : "start from drover.example.yaml");
    return true;
  }
  return false;
}

}  // namespace

std::expected<Settings, Problems> load_text(std::string_view text, const std::string& file,
                                            const Environment& environment) {
  Report report(file);
  const auto tree = parse_yaml(text, report);
  if (!tree) return std::unexpected(report.take_problems());
  if (is_foreign(*tree, report)) return std::unexpected(report.take_problems());
  Draft draft{.report = report, .environment = environment, .settings = {}, .plan = {}, .providers = {}};
  if (const auto top = Value(*tree, {}, report).section(schema::kTop)) {
    load_policy(*top, draft);
    load_quotas(*top, draft);
    load_providers(*top, draft);
    load_models(*top, draft);
    load_accounts(*top, draft);
    load_clients(*top, draft);
    load_listeners(*top, draft);
    load_admin_tokens(*top, draft);
    load_origins(*top, draft);
  }
  if (!report.clean()) return std::unexpected(report.take_problems());
  draft.settings.warnings = report.take_warnings();
  draft.settings.fingerprint = fingerprint(text);
  draft.plan.finish();
  draft.settings.plan = std::make_shared<const core::Plan>(std::move(draft.plan));
  return std::move(draft.settings);
}

std::expected<Settings, Problems> load_file(const std::string& path, const Environment& environment) {
  const auto content = environment.read_file(path, defaults::kFileBytes);
  if (!content) {
    return std::unexpected(Problems{{.file = path, .key = {}, .message = content.error(), .suggestion = {}}});
  }
  auto settings = load_text(content->text, path, environment);
  if (settings) warn_about_mode(path, *content, *settings);
  return settings;
}

}  // namespace drover::config
