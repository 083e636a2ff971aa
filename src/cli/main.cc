// The drover program: reads the command line and runs one subcommand.
#include <csignal>
#include <exception>
#include <iostream>

#include "cli/commands.h"

int main(int argc, char** argv) {
  // A closed pipe or socket is an error value where it is written to, never the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App app(
      "drover: one base URL in front of many LLM API keys and providers; every request goes to one that can answer "
      "it.");
  app.require_subcommand(1);
  app.footer(
      "Examples:\n"
      "  drover serve --config drover.yaml     serve the routes in this file\n"
      "  HOLYSHEEP_API_KEY=... drover serve    serve this key, without a file\n"
      "  drover check drover.yaml              say what a file would do, and every mistake in it\n"
      "  drover status --watch                 how the keys of a running drover are doing\n"
      "  drover explain req_c24fddc7ac567a83   why a request went where it went\n"
      "  drover chat 'Hello'                   ask a model from here, without a server\n"
      "  drover mock --port 9001 --fault '429:p=0.1'   a provider to develop against");
  int exit_code = drover::cli::kExitGood;
  drover::cli::add_serve(app, exit_code);
  drover::cli::add_check(app, exit_code);
  drover::cli::add_chat(app, exit_code);
  drover::cli::add_mock(app, exit_code);
  drover::cli::add_status(app, exit_code);
  drover::cli::add_explain(app, exit_code);
  drover::cli::add_demo(app, exit_code);
  drover::cli::add_simulate(app, exit_code);
  drover::cli::add_version(app, exit_code);
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
