// drover status: how the targets of a running drover are doing, as a table, from its admin pages.
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "cli/commands.h"
#include "config/settings.h"
#include "gateway/status_client.h"
#include "gateway/status_table.h"

namespace drover::cli {
namespace {

/// Exit codes of this subcommand.
constexpr int kAllFine = 0;
constexpr int kSomethingRed = 1;
constexpr int kUnreachable = 2;

constexpr Duration kPatience = std::chrono::seconds(5);

struct StatusOptions {
  std::string url;
  std::string config;
  std::string ca;
  std::string language = "en";
  bool watch = false;
  bool json = false;
};

/// The file alone matters here: whoever looks at the status need not have the keys at hand.
config::Environment without_secrets() {
  config::Environment environment = config::real_environment();
  environment.variable = [real = environment.variable](std::string_view name) -> std::optional<std::string> {
    const auto value = real(name);
    return value ? value : "not-needed-for-status-" + std::string(name);
  };
  environment.read_file = [real = environment.read_file](
                              const std::string& path,
                              std::size_t most) -> std::expected<config::FileContent, std::string> {
    auto content = real(path, most);
    if (content) return content;
    // A certificate or a key: each reader is content with its own.
    const bool certificate = path.ends_with(".pem") || path.ends_with(".crt") || path.ends_with(".key");
    return config::FileContent{.text = certificate ? "-----BEGIN " : "not-needed-for-status-" + path};
  };
  return environment;
}

std::optional<std::string> url_of(const StatusOptions& options) {
  if (!options.url.empty()) return options.url;
  if (options.config.empty()) {
    return "http://" + std::string(config::defaults::kListenHost) + ":" + std::to_string(config::defaults::kAdminPort);
  }
  const bool there = ::access(options.config.c_str(), R_OK) == 0;
  const auto settings = config::load_file(options.config, there ? without_secrets() : config::real_environment());
  if (!settings) {
    for (const config::Problem& problem : settings.error()) std::cerr << problem.to_string() << "\n";
    return std::nullopt;
  }
  if (!settings->admin) {
    std::cerr << "drover status: " << options.config << " says 'admin: off', so there is nothing to ask.\n";
    return std::nullopt;
  }
  config::ListenAddress admin = *settings->admin;
  if (admin.host == "0.0.0.0") admin.host = "127.0.0.1";
  if (admin.host == "::") admin.host = "::1";
  return (admin.tls ? "https://" : "http://") + admin.to_string();
}

gateway::Colour colour_wanted() {
  const char* const refused = std::getenv("NO_COLOR");  // no-color.org
  const bool wanted = ::isatty(STDOUT_FILENO) == 1 && (refused == nullptr || *refused == '\0');
  return wanted ? gateway::Colour::Yes : gateway::Colour::No;
}

/// Asks once and prints. Returns the exit code.
int show(const StatusOptions& options, const std::string& url, std::string_view before) {
  const auto page = gateway::fetch_status(url, options.ca, kPatience);
  if (!page) {
    std::cout << before << std::flush;
    std::cerr << "drover status: " << page.error().message << "\n";
    return kUnreachable;
  }
  const auto language = options.language == "th" ? gateway::Language::Thai : gateway::Language::English;
  const auto table = gateway::status_table(*page, language, colour_wanted());
  if (!table) {
    std::cerr << "drover status: " << url << ": " << table.error().message << "\n";
    return kUnreachable;
  }
  std::cout << before << (options.json ? *page : table->text) << std::flush;
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

int watch(const StatusOptions& options, const std::string& url) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  // A terminal is drawn over; a pipe gets one table after the other.
  const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  const std::string_view before = terminal ? "\x1b[H\x1b[2J" : "";
  for (;;) {
    const int code = show(options, url, before);
    if (!std::cout || !another_second()) return code;
    if (!terminal && !options.json) std::cout << "\n";
  }
}

int status(const StatusOptions& options) {
  const auto url = url_of(options);
  if (!url) return kUnreachable;
  return options.watch ? watch(options, *url) : show(options, *url, {});
}

}  // namespace

void add_status(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("status", "Show how the keys of a running drover are doing");
  auto options = std::make_shared<StatusOptions>();
  auto* url = command->add_option("--url", options->url, "Address of its 'admin' (default: http://127.0.0.1:8081)");
  command->add_option("--config,-c", options->config, "Take the address from this configuration")->excludes(url);
  command->add_option("--ca", options->ca, "Certificates to trust for https, instead of the system's");
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
