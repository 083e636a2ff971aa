// drover explain: what a running drover decided about one request, and why; or why a target or a key is not used.
#include <iostream>
#include <memory>
#include <string>

#include "base/printable.h"
#include "cli/admin_address.h"
#include "cli/commands/commands.h"
#include "console/explain_text.h"
#include "console/page_values.h"

namespace drover::cli {
namespace {

/// Exit codes of this subcommand.
constexpr int kExplained = 0;
constexpr int kNotKept = 1;
constexpr int kUnreachable = 2;

struct ExplainOptions {
  AdminOptions admin;
  std::string name;
  bool json = false;
};

std::string_view first_line(std::string_view text) {
  return text.substr(0, text.find('\n'));
}

int explain(const ExplainOptions& options) {
  const auto address = admin_address(options.admin, "explain");
  if (!address) return kUnreachable;
  const auto page = console::fetch_explanation(*address, options.name);
  if (!page) {
    std::cerr << "drover explain: " << page.error().message << "\n";
    return kUnreachable;
  }
  if (page->status != 200) {
    std::cerr << "drover explain: " << printable(first_line(page->body)) << "\n";
    return kNotKept;
  }
  const auto text = console::explain_text(page->body);
  if (!text) {
    std::cerr << "drover explain: " << address->url << ": " << text.error().message << "\n";
    return kUnreachable;
  }
  std::cout << (options.json ? printable_json(page->body) : *text) << std::flush;
  return kExplained;
}

}  // namespace

void add_explain(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("explain", "Say why a request went where it went, or why a key is not used");
  auto options = std::make_shared<ExplainOptions>();
  command->add_option("NAME", options->name, "The x-request-id of an answer, or the name of a target or key")
      ->required();
  add_admin_options(*command, options->admin);
  command->add_flag("--json", options->json, "Print the JSON of /explain instead of text");
  command->footer(
      "Examples:\n"
      "  drover explain req_c24fddc7ac567a83e5590354\n"
      "  drover explain holysheep/spare\n"
      "  drover explain --json --config /etc/drover/drover.yaml req_c24fddc7ac567a83e5590354\n"
      "The last 10,000 requests are kept, at most 64 MiB of them, failures longest.\n"
      "Exit code 0: explained; 1: nothing is kept under this name (any more); 2: drover could not be asked.");
  command->callback([options, &exit_code] { exit_code = explain(*options); });
}

}  // namespace drover::cli
