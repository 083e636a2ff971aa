// drover status: how the targets of a running drover are doing, as a table, from its admin pages.
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

#include "base/printable.h"
#include "cli/admin_address.h"
#include "cli/commands.h"
#include "gateway/status_table.h"

namespace drover::cli {
namespace {

/// Exit codes of this subcommand.
constexpr int kAllFine = 0;
constexpr int kSomethingRed = 1;
constexpr int kUnreachable = 2;

struct StatusOptions {
  AdminOptions admin;
  std::string language = "en";
  bool watch = false;
  bool json = false;
};

gateway::Colour colour_wanted() {
  const char* const refused = std::getenv("NO_COLOR");  // no-color.org
  const bool wanted = ::isatty(STDOUT_FILENO) == 1 && (refused == nullptr || *refused == '\0');
  return wanted ? gateway::Colour::Yes : gateway::Colour::No;
}

/// Asks once and prints. Returns the exit code.
int show(const StatusOptions& options, const gateway::AdminAddress& address, std::string_view before) {
  const auto page = gateway::fetch_status(address);
  if (!page) {
    std::cout << before << std::flush;
    std::cerr << "drover status: " << page.error().message << "\n";
    return kUnreachable;
  }
  const auto language = options.language == "th" ? gateway::Language::Thai : gateway::Language::English;
  const auto table = gateway::status_table(*page, language, colour_wanted());
  if (!table) {
    std::cerr << "drover status: " << address.url << ": " << table.error().message << "\n";
    return kUnreachable;
  }
  std::cout << before << (options.json ? printable_json(*page) : table->text) << std::flush;
  return table->any_red ? kSomethingRed : kAllFine;
}

/// Waits a second. False: it was ended by Ctrl-C or SIGTERM.
bool another_second() {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  const timespec second{.tv_sec = 1, .tv_nsec = 0};
  return ::sigtimedwait(&ends, nullptr, &second) < 0;
}

int watch(const StatusOptions& options, const gateway::AdminAddress& address) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  // A terminal is drawn over; a pipe gets one table after the other.
  const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  const std::string_view before = terminal ? "\x1b[H\x1b[2J" : "";
  for (;;) {
    const int code = show(options, address, before);
    if (!std::cout || !another_second()) return code;
    if (!terminal && !options.json) std::cout << "\n";
  }
}

int status(const StatusOptions& options) {
  const auto address = admin_address(options.admin, "status");
  if (!address) return kUnreachable;
  return options.watch ? watch(options, *address) : show(options, *address, {});
}

}  // namespace

void add_status(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("status", "Show how the keys of a running drover are doing");
  auto options = std::make_shared<StatusOptions>();
  add_admin_options(*command, options->admin);
  command->add_flag("--watch,-w", options->watch, "Ask again every second, until Ctrl-C");
  command->add_flag("--json", options->json, "Print the JSON of /status instead of a table");
  command->add_option("--lang", options->language, "Language of the table: en or th")
      ->check(CLI::IsMember({"en", "th"}));
  command->footer(
      "Examples:\n"
      "  drover status\n"
      "  drover status --watch --lang th\n"
      "  drover status --config /etc/drover/drover.yaml --json\n"
      "Exit code 0: every target is green or yellow; 1: something is red; 2: drover could not be asked.\n"
      "Green serves; yellow failed lately, waits out a rate limit or is on trial; red is out.");
  command->callback([options, &exit_code] { exit_code = status(*options); });
}

}  // namespace drover::cli
