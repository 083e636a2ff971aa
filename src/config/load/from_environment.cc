// Settings without a file: keys from the environment, of one company for each dialect. It writes the smallest
// configuration and loads it, so that every text becomes Settings in the same way.
#include <algorithm>
#include <array>
#include <cstddef>

#include "config/settings.h"

namespace drover::config {
namespace {

struct Company {
  std::string_view provider;
  std::string_view base_url;
  core::DialectKind dialect;
  std::array<std::string_view, 2> variables;  ///< the first one that is set is used
};

// OPENAI_BASE_URL and ANTHROPIC_BASE_URL are not read: where clients run, they point at drover, which would then call
// itself.
constexpr std::array<Company, 4> kCompanies = {
    {{"holysheep",
      "https://api.holysheep.ai/v1",
      core::DialectKind::OpenAi,
      {"HOLYSHEEP_API_KEY", "YOUR_HOLYSHEEP_API_KEY"}},
     {"openai", "https://api.openai.com/v1", core::DialectKind::OpenAi, {"OPENAI_API_KEY", ""}},
     {"anthropic", "https://api.anthropic.com", core::DialectKind::Anthropic, {"ANTHROPIC_API_KEY", ""}},
     {"gemini", "https://generativelanguage.googleapis.com", core::DialectKind::Gemini, {"GEMINI_API_KEY", ""}}}};

constexpr std::string_view kNothing = "no_keys";

struct Found {
  const Company* company;
  std::string_view variable;
};

std::vector<Found> companies_with_keys(const Environment& environment) {
  std::vector<Found> found;
  for (const Company& company : kCompanies) {
    const auto set = std::ranges::find_if(company.variables, [&](std::string_view variable) {
      const auto value = variable.empty() ? std::nullopt : environment.variable(variable);
      return value && !value->empty();
    });
    if (set != company.variables.end()) found.push_back({&company, *set});
  }
  return found;
}

std::string provider_line(const Found& found) {
  const core::DialectKind dialect = found.company->dialect;
  const bool usual = dialect == core::DialectKind::OpenAi;
  return "  " + std::string(found.company->provider) + ": { " +
         (usual ? std::string() : "dialect: " + std::string(to_string(dialect)) + ", ") +
         "base_url: " + std::string(found.company->base_url) + ", keys: [ { env: " + std::string(found.variable) +
         " } ] }\n";
}

Problem problem(std::string key, std::string message, std::string suggestion) {
  return {
      .file = "environment", .key = std::move(key), .message = std::move(message), .suggestion = std::move(suggestion)};
}

/// Whether two companies of one dialect were found: drover cannot know which of them is meant.
bool compete(const std::vector<Found>& found) {
  return std::ranges::any_of(found, [&](const Found& one) {
    return std::ranges::count_if(
               found, [&](const Found& other) { return other.company->dialect == one.company->dialect; }) > 1;
  });
}

Problem two_companies(const std::vector<Found>& found) {
  std::string names;
  std::string text = "write drover.yaml, for example:\n\nproviders:\n";
  std::string targets;
  std::array<int, core::kDialects> of_dialect{};
  for (const Found& each : found) {
    text += provider_line(each);
    int& before = of_dialect[static_cast<std::size_t>(each.company->dialect)];
    targets += (targets.empty() ? "{ provider: " : ", { provider: ") + std::string(each.company->provider) +
               (before > 0 ? ", priority: " + std::to_string(before) : "") + " }";
    ++before;
  }
  for (const Found& each : found) {
    if (of_dialect[static_cast<std::size_t>(each.company->dialect)] < 2) continue;
    names += (names.empty() ? "" : " and ") + std::string(each.variable);
  }
  text += "models:\n  \"*\": { targets: [ " + targets + " ] }\n";
  return problem({}, names + " are both set, and failover between two companies needs a file that says so", text);
}

}  // namespace

std::expected<Settings, Problems> from_environment(const Environment& environment) {
  const std::vector<Found> found = companies_with_keys(environment);
  if (found.empty()) {
    return std::unexpected(
        Problems{problem(std::string(kNothing), "there are no keys in the environment",
                         "set OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY or HOLYSHEEP_API_KEY, or write "
                         "drover.yaml")});
  }
  if (compete(found)) return std::unexpected(Problems{two_companies(found)});

  std::string text = "providers:\n";
  for (const Found& each : found) text += provider_line(each);
  auto settings = load_text(text, "environment", environment);
  if (!settings) {
    // The text was not written by a person, so its line numbers would only confuse.
    for (Problem& each : settings.error()) each.line = each.column = 0;
  }
  return settings;
}

bool nothing_configured(const Problems& problems) {
  return problems.size() == 1 && problems.front().key == kNothing;
}

}  // namespace drover::config
