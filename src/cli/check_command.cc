// drover check FILE: validates a configuration and says what it would do. Opens no socket.
#include <iostream>
#include <memory>
#include <string>

#include "cli/commands.h"
#include "config/settings.h"
#include "gateway/snapshot.h"

namespace drover::cli {
namespace {

int check(const std::string& file) {
  const auto settings = config::load_file(file, config::real_environment());
  if (!settings) {
    for (const config::Problem& problem : settings.error()) std::cerr << problem.to_string() << "\n";
    std::cerr << settings.error().size() << (settings.error().size() == 1 ? " mistake" : " mistakes") << " in " << file
              << "\n";
    return kExitMistake;
  }
  std::cout << config::describe(*settings);
  // What only shows when it is put to work: base URLs, CA files.
  upstream::TlsStore tls;
  const auto snapshot = gateway::Snapshot::build(*settings, tls);
  if (!snapshot) {
    std::cerr << file << ": " << snapshot.error().message << "\n";
    return kExitMistake;
  }
  std::cout << file << " is good.\n";
  return kExitGood;
}

}  // namespace

void add_check(CLI::App& app, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("check", "Validate a configuration file; print each route and what it would do");
  auto file = std::make_shared<std::string>();
  command->add_option("FILE", *file, "The configuration file")->required();
  command->footer(
      "Example:\n  drover check drover.yaml\nExit code 0: good; 2: mistakes, each with file, line, column and key.");
  command->callback([file, &exit_code] { exit_code = check(*file); });
}

}  // namespace drover::cli
