// The drover program: reads the command line and runs one subcommand.
#include <csignal>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "cli/commands/commands.h"
#include "config/yaml/report.h"
#include "config/yaml/suggest.h"

namespace {

/// Null: no subcommand has this name.
const CLI::App* subcommand(const CLI::App& app, const std::string& name) {
  for (const CLI::App* each : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (each->get_name() == name) return each;
  }
  return nullptr;
}

std::vector<std::string> subcommands(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* each : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(each->get_name());
  }
  return names;
}

/// The first word when it is no subcommand (options come after the subcommand); nothing: no word was given.
const char* unknown_subcommand(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-' || subcommand(app, argv[1]) != nullptr) return nullptr;
  return argv[1];
}

int say_unknown(const CLI::App& app, const std::string& word) {
  const auto meant = drover::config::nearest(word, subcommands(app));
  std::cerr << "drover: there is no subcommand " << drover::config::shown(word)
            << (meant ? "; did you mean '" + *meant + "'?" : "; known: " + drover::config::joined(subcommands(app)))
            << "\nRun `drover help` for what each does.\n";
  return drover::cli::kExitMistake;
}

/// `drover help`, `drover help serve`.
int help(const CLI::App& app, const std::string& about) {
  const CLI::App* const one = about.empty() ? &app : subcommand(app, about);
  if (one == nullptr) return say_unknown(app, about);
  std::cout << one->help();
  return drover::cli::kExitGood;
}

}  // namespace

int main(int argc, char** argv) {
  // A write to a closed pipe or socket returns an error, and must not end the process.
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App app(
      "drover: one base URL in front of many LLM API keys and providers; every request goes to one that can answer "
      "it.");
  app.require_subcommand(1);
  app.set_version_flag("--version,-V", "drover " DROVER_VERSION);
  app.footer(
      "Examples:\n"
      "  drover serve --config drover.yaml     serve the routes in this file\n"
      "  OPENAI_API_KEY=... drover serve       serve this key, without a file\n"
      "  drover check drover.yaml              say what a file would do, and every mistake in it\n"
      "  drover status --watch                 how the keys of a running drover are doing\n"
      "  drover explain req_c24fddc7ac567a83   why a request went where it went\n"
      "  drover chat 'Hello'                   ask a model: of a running drover, or with the keys at hand\n"
      "  drover keys create --name web --budget 5   a key for a client, with a budget\n"
      "  drover mock --port 9001 --fault '429:p=0.1'   a provider to develop against");
  int exit_code = drover::cli::kExitGood;
  drover::cli::add_serve(app, exit_code);
  drover::cli::add_check(app, exit_code);
  drover::cli::add_chat(app, exit_code);
  drover::cli::add_import(app, exit_code);
  drover::cli::add_keys(app, exit_code);
  drover::cli::add_mock(app, exit_code);
  drover::cli::add_status(app, exit_code);
  drover::cli::add_explain(app, exit_code);
  drover::cli::add_demo(app, exit_code);
  drover::cli::add_simulate(app, exit_code);
  drover::cli::add_translate(app, exit_code);
  drover::cli::add_store(app, exit_code);
  drover::cli::add_spend(app, exit_code);
  drover::cli::add_version(app, exit_code);
  std::string about;
  CLI::App* help_command = app.add_subcommand("help", "What drover can do, or one subcommand");
  help_command->add_option("SUBCOMMAND", about, "The one it is about");
  help_command->callback([&] { exit_code = help(app, about); });
  if (const char* unknown = unknown_subcommand(app, argc, argv)) return say_unknown(app, unknown);
  if (argc < 2) {
    std::cerr << app.help();
    return drover::cli::kExitMistake;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    const int shown = app.exit(problem);
    return shown == 0 ? drover::cli::kExitGood : drover::cli::kExitMistake;
  } catch (const std::exception& problem) {
    std::cerr << "drover: " << problem.what() << "\n";
    return drover::cli::kExitFailed;
  }
  return exit_code;
}
