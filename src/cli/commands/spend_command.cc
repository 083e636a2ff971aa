// drover spend: who used what, and what it cost, from the ledger in the store.
#include <unistd.h>

#include <chrono>
#include <iostream>
#include <map>
#include <memory>
#include <string>

#include "base/printable.h"
#include "cli/commands/commands.h"
#include "cli/moment.h"
#include "cli/spend_text.h"
#include "cli/store_option.h"
#include "cli/terminal_size.h"

namespace drover::cli {
namespace {

constexpr std::chrono::minutes kQueryTime{2};

struct SpendOptions {
  std::string store;
  std::string by = "key";
  std::string since = "30d";
  std::string until;
  std::string under;
  bool daily = false;
  bool json = false;
  bool csv = false;
};

const std::map<std::string, store::SpendBy>& ways() {
  static const std::map<std::string, store::SpendBy> known = {{"key", store::SpendBy::Key},
                                                              {"team", store::SpendBy::Team},
                                                              {"model", store::SpendBy::Model},
                                                              {"provider", store::SpendBy::Provider},
                                                              {"tag", store::SpendBy::Tag}};
  return known;
}

/// Nothing: it was said what is no moment.
std::optional<store::SpendQuery> query_of(const SpendOptions& options) {
  const auto now = std::chrono::time_point_cast<WallTime::duration>(std::chrono::system_clock::now());
  store::SpendQuery query{.by = ways().at(options.by), .under = options.under, .daily = options.daily};
  const auto since = parse_moment(options.since, now);
  const auto until = options.until.empty() ? std::optional(WallTime::max()) : parse_moment(options.until, now);
  if (!since || !until) {
    std::cerr << "drover spend: '" << printable(since ? options.until : options.since)
              << "' is no moment; write 7d, 24h, 2026-11-30 or 2026-11-30T12:00 (UTC)\n";
    return std::nullopt;
  }
  query.since = *since;
  query.until = *until;
  return query;
}

std::size_t width_wanted() {
  const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  const std::size_t columns = terminal_size(STDOUT_FILENO).columns;
  return columns == 0 && terminal ? number_in("COLUMNS") : columns;
}

int spend(const SpendOptions& options) {
  int exit_code = kExitGood;
  const auto query = query_of(options);
  if (!query) return kExitMistake;
  const auto place = chosen_store(options.store, "spend", exit_code);
  if (!place) return exit_code;
  store::Store store(*place);
  store.allow(kQueryTime);
  const auto lines = store.spend(*query);
  if (!lines) {
    std::cerr << "drover spend: " << printable(lines.error().message) << "\n";
    return kExitFailed;
  }
  if (options.json) {
    std::cout << printable_json(spend_json(*lines));
  } else if (options.csv) {
    std::cout << spend_csv(*lines);
  } else {
    std::cout << spend_table(*lines, query->by, width_wanted());
  }
  std::cout << std::flush;
  return kExitGood;
}

}  // namespace

void add_spend(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("spend", "Who used what, and what it cost");
  auto options = std::make_shared<SpendOptions>();
  add_store_option(*command, options->store);
  command->add_option("--by", options->by, "A line for each key, team, model, provider or tag")
      ->check(CLI::IsMember(ways()))
      ->capture_default_str();
  command->add_option("--since", options->since, "From this moment on: 7d, 24h, 2026-11-30, 2026-11-30T12:00 (UTC)")
      ->capture_default_str();
  command->add_option("--until", options->until, "Up to this moment; default: now");
  command->add_option("--under", options->under, "Only this principal and those below it");
  command->add_flag("--daily", options->daily, "A line for each day (UTC)");
  CLI::Option* json = command->add_flag("--json", options->json, "Print JSON");
  command->add_flag("--csv", options->csv, "Print CSV")->excludes(json);
  command->footer(
      "Examples:\n"
      "  drover spend --store /var/lib/drover/drover.db --by team --since 7d\n"
      "  drover spend --by model --since 2026-11-01 --until 2026-12-01 --daily --csv\n"
      "Times are counted in whole quarters of an hour. The dearest comes first.\n"
      "Exit code 0: printed; 1: the store could not be read; 2: a mistake on the command line.");
  command->callback([options, &exit_code] { exit_code = spend(*options); });
}

}  // namespace drover::cli
