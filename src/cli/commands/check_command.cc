// drover check FILE: checks a configuration and says what it would do. Opens no socket, except with --models.
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands/commands.h"
#include "config/settings.h"
#include "console/model_check.h"
#include "gateway/process/snapshot.h"
#include "upstream/translation/report.h"

namespace drover::cli {
namespace {

/// Most lines about translation.
constexpr std::size_t kTranslationsShown = 60;

struct CheckOptions {
  std::string file;
  bool models = false;
};

int check(const CheckOptions& options) {
  const std::string& file = options.file;
  const auto settings = config::load_file(file, config::real_environment());
  if (!settings) {
    for (const config::Problem& problem : settings.error()) std::cerr << problem.to_string() << "\n";
    std::cerr << settings.error().size() << (settings.error().size() == 1 ? " mistake" : " mistakes") << " in " << file
              << "\n";
    return kExitMistake;
  }
  std::cout << config::describe(*settings);
  // Some mistakes show only when the settings are put to work: base URLs, CA files.
  upstream::TlsStore tls;
  const auto snapshot = gateway::Snapshot::build(*settings, tls);
  if (!snapshot) {
    std::cerr << file << ": " << snapshot.error().message << "\n";
    return kExitMistake;
  }
  const std::vector<std::string> translations = upstream::translation_report(*settings->plan);
  if (!translations.empty()) std::cout << "\ntranslated (docs/translation.md):\n";
  for (std::size_t at = 0; at < translations.size() && at < kTranslationsShown; ++at) {
    std::cout << "  " << translations[at] << "\n";
  }
  if (translations.size() > kTranslationsShown) {
    std::cout << "  ... and " << translations.size() - kTranslationsShown << " more\n";
  }
  if (options.models) {
    for (const std::string& warning : console::check_models((*snapshot)->catalog))
      std::cout << "warning: " << warning << "\n";
  }
  std::cout << file << " is good.\n";
  return kExitGood;
}

}  // namespace

void add_check(CLI::App& app, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("check", "Validate a configuration file; print each route and what it would do");
  auto options = std::make_shared<CheckOptions>();
  command->add_option("FILE", options->file, "The configuration file")->required();
  command->add_flag("--models", options->models,
                    "Also ask each provider which models it lists, and until when it has them");
  command->footer(
      "Example:\n  drover check drover.yaml\nExit code 0: good; 2: mistakes, each with file, line, column and key.");
  command->callback([options, &exit_code] { exit_code = check(*options); });
}

}  // namespace drover::cli
