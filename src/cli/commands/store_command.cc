// drover store: looks after the store of keys and of the ledger.
#include <chrono>
#include <iostream>
#include <memory>
#include <string>

#include "base/printable.h"
#include "cli/commands/commands.h"
#include "cli/store_option.h"
#include "store/store.h"

namespace drover::cli {
namespace {

// The check reads a day of rows, which takes its time where there are many.
constexpr std::chrono::minutes kCheckTime{10};

int check_store(const std::string& text) {
  int exit_code = kExitGood;
  const auto place = chosen_store(text, "store check", exit_code);
  if (!place) return exit_code;
  store::Store store(*place);
  store.allow(kCheckTime);
  const auto now = std::chrono::time_point_cast<WallTime::duration>(std::chrono::system_clock::now());
  const auto findings = store.check(now);
  if (!findings) {
    std::cerr << "drover store check: " << printable(findings.error().message) << "\n";
    return kExitFailed;
  }
  for (const store::Finding& finding : *findings) {
    std::cout << (finding.good ? "ok     " : "WRONG  ") << printable(finding.text) << "\n";
    if (!finding.good) exit_code = kExitFailed;
  }
  return exit_code;
}

}  // namespace

void add_store(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("store", "Check the store of keys and of the ledger");
  auto text = std::make_shared<std::string>();
  add_store_option(*command, *text);
  command->require_subcommand(1);
  CLI::App* check = command->add_subcommand("check", "Say whether the store answers and adds up");
  check->fallthrough();
  command->footer(
      "Examples:\n"
      "  drover store check --store /var/lib/drover/drover.db\n"
      "  DROVER_STORE=postgres://drover@db/drover drover store check\n"
      "A store of an earlier drover is brought to this drover's tables.\n"
      "Exit code 0: it is sound; 1: it is not, or does not answer; 2: a mistake on the command line.");
  check->callback([text, &exit_code] { exit_code = check_store(*text); });
}

}  // namespace drover::cli
