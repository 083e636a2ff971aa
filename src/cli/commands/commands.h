// One function for each subcommand, which adds itself to the command line. main.cc calls them.
#pragma once

#include <CLI/CLI.hpp>

namespace drover::cli {

/// Exit codes: 0 good; 1 it failed (address in use, nothing to serve); 2 a mistake in the configuration or on the
/// command line.
inline constexpr int kExitGood = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitMistake = 2;

/// Each sets `exit_code` when its subcommand has run.
void add_serve(CLI::App& app, int& exit_code);
void add_chat(CLI::App& app, int& exit_code);
void add_check(CLI::App& app, int& exit_code);
void add_import(CLI::App& app, int& exit_code);
void add_keys(CLI::App& app, int& exit_code);
void add_mock(CLI::App& app, int& exit_code);
void add_status(CLI::App& app, int& exit_code);
void add_explain(CLI::App& app, int& exit_code);
void add_demo(CLI::App& app, int& exit_code);
void add_simulate(CLI::App& app, int& exit_code);
void add_translate(CLI::App& app, int& exit_code);
void add_store(CLI::App& app, int& exit_code);
void add_spend(CLI::App& app, int& exit_code);
void add_version(CLI::App& app, int& exit_code);

}  // namespace drover::cli
