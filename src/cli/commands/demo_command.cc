// drover demo: five mock keys, a thousand requests a second, and one key that falls ill in every way.
#include <iostream>
#include <memory>

#include "cli/commands/commands.h"
#include "demo/demo.h"
#include "telemetry/log/log.h"

namespace drover::cli {
namespace {

int demonstrate(const demo::Options& options) {
  telemetry::start_log();
  const auto summary = demo::run(options, std::cout);
  telemetry::stop_log();
  if (!summary) {
    std::cerr << "drover demo: " << summary.error().message << "\n";
    return summary.error().kind == ErrorKind::BadConfig ? kExitMistake : kExitFailed;
  }
  return summary->complaints.empty() ? kExitGood : kExitFailed;
}

}  // namespace

void add_demo(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("demo", "Show failover: load on mock keys, one of which falls ill");
  auto options = std::make_shared<demo::Options>();
  command->add_option("--rate", options->rate, "Requests a second, sent on schedule")->capture_default_str();
  command->add_option("--seconds", options->seconds, "About how long; answers and timeouts shrink and grow with it")
      ->capture_default_str();
  command->add_option("--keys", options->keys, "Mock keys; the last one falls ill")->capture_default_str();
  command->add_option("--json", options->json, "Write the result to this file too");
  command->footer(
      "The last key refuses connections, then hangs, then answers 429, then is ten times slower; in between it is\n"
      "well. At the end the books of clients, upstreams and gateway are compared request by request.\n"
      "Exit codes: 0 all promises kept, 1 not, and the reason is printed.\n"
      "Examples:\n"
      "  drover demo\n"
      "  drover demo --rate 100 --seconds 20");
  command->callback([options, &exit_code] { exit_code = demonstrate(*options); });
}

}  // namespace drover::cli
