// Settings without a file: one company's keys from the environment. It writes the smallest configuration and loads
// that, so that there is one way from a text to Settings.
#include <algorithm>
#include <array>

#include "config/settings.h"

namespace drover::config {
namespace {

struct Company {
  std::string_view provider;
  std::string_view base_url;
  std::array<std::string_view, 2> variables;  ///< the first that is set is used
};

// OPENAI_BASE_URL is not read on purpose: where clients run it points at drover, which would then call itself.
constexpr std::array<Company, 2> kCompanies = {
    {{"holysheep", "https://api.holysheep.ai/v1", {"HOLYSHEEP_API_KEY", "YOUR_HOLYSHEEP_API_KEY"}},
     {"openai", "https://api.openai.com/v1", {"OPENAI_API_KEY", ""}}}};

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
  return "  " + std::string(found.company->provider) + ": { base_url: " + std::string(found.company->base_url) +
         ", keys: [ { env: " + std::string(found.variable) + " } ] }\n";
}

Problem problem(std::string key, std::string message, std::string suggestion) {
  return {
      .file = "environment", .key = std::move(key), .message = std::move(message), .suggestion = std::move(suggestion)};
}

Problem two_companies(const std::vector<Found>& found) {
  std::string names;
  std::string text = "write drover.yaml, for example:\n\nproviders:\n";
  std::string targets;
  for (std::size_t at = 0; at < found.size(); ++at) {
    names += (at > 0 ? " and " : "") + std::string(found[at].variable);
    text += provider_line(found[at]);
    targets += (at > 0 ? ", { provider: " : "") + std::string(found[at].company->provider) +
               (at > 0 ? ", priority: " + std::to_string(at) + " }" : "");
  }
  text += "models:\n  \"*\": { targets: [ " + targets + " ] }\n";
  return problem({}, names + " are both set, and failover between two companies needs a file that says so", text);
}

}  // namespace

std::expected<Settings, Problems> from_environment(const Environment& environment) {
  const std::vector<Found> found = companies_with_keys(environment);
  if (found.empty()) {
    return std::unexpected(Problems{problem(std::string(kNothing), "there are no keys in the environment",
                                            "set HOLYSHEEP_API_KEY or OPENAI_API_KEY, or write drover.yaml")});
  }
  if (found.size() > 1) return std::unexpected(Problems{two_companies(found)});

  auto settings = load_text("providers:\n" + provider_line(found.front()), "environment", environment);
  if (!settings) {
    // Lines of a text nobody wrote would only confuse.
    for (Problem& each : settings.error()) each.line = each.column = 0;
  }
  return settings;
}

bool nothing_configured(const Problems& problems) {
  return problems.size() == 1 && problems.front().key == kNothing;
}

}  // namespace drover::config
