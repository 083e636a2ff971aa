// drover version
#include <iostream>

#include "cli/commands/commands.h"

namespace drover::cli {

void add_version(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("version", "Print the version");
  command->callback([&exit_code] {
    std::cout << "drover " << DROVER_VERSION << "\n";
    exit_code = kExitGood;
  });
}

}  // namespace drover::cli
