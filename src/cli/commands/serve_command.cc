// drover serve: the gateway, until SIGTERM or SIGINT. SIGHUP reads the configuration and the certificates again.
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "base/sha256.h"
#include "cli/commands/commands.h"
#include "cli/embedded_mock.h"
#include "cli/recording_file.h"
#include "cli/state_folder.h"
#include "config/settings.h"
#include "gateway/process/server.h"
#include "net/loop/signals.h"
#include "net/socket/descriptor_limit.h"
#include "telemetry/log/log.h"

namespace drover::cli {
namespace {

constexpr const char* kDefaultFile = "drover.yaml";
constexpr std::uint64_t kMiB = 1024 * 1024;

/// The source of the settings, with the objects that must live as long as they are served.
struct Source {
  std::string said;                 ///< a line for the person who started it
  std::optional<std::string> file;  ///< read again on SIGHUP
  std::unique_ptr<EmbeddedMock> mock;
  config::ListenOverride listen;  ///< from the command line
};

/// Shows requests at the terminal to the person who started drover by hand, unless the file says where the access log
/// goes, or that there is none.
void look_on(config::Settings& settings) {
  if (settings.access_log_given) return;
  for (const int descriptor : {STDERR_FILENO, STDOUT_FILENO}) {  // the log goes to the first
    if (settings.terminal < 0 && ::isatty(descriptor) == 1) settings.terminal = descriptor;
  }
}

/// False: the address is not possible, and `say` has printed that.
template <class Say>
bool put_listen(config::Settings& settings, const config::ListenOverride& asked, Say say) {
  if (!asked.any()) return true;
  const auto problem = config::listen_instead(settings, asked);
  if (problem) say(problem->to_string());
  return !problem;
}

void print(const config::Problems& problems) {
  for (const config::Problem& problem : problems) std::cerr << problem.to_string() << "\n";
}

std::optional<config::Settings> settings_from_mock(Source& source) {
  auto mock = EmbeddedMock::start();
  if (!mock) {
    std::cerr << "drover: " << mock.error().message << "\n";
    return std::nullopt;
  }
  source.mock = std::move(*mock);
  source.said =
      "No drover.yaml and no keys in the environment (OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY, "
      "HOLYSHEEP_API_KEY): serving\n"
      "the built-in mock provider with three keys. It repeats what it is told and costs nothing.";
  auto settings = source.mock->gateway_settings();
  if (settings) return std::move(*settings);
  print(settings.error());
  return std::nullopt;
}

std::optional<config::Settings> find_settings(const std::string& asked_for, Source& source) {
  const config::Environment environment = config::real_environment();
  if (!asked_for.empty() || std::filesystem::exists(kDefaultFile)) {
    source.file = asked_for.empty() ? kDefaultFile : asked_for;
    source.said = "Serving " + *source.file + ".";
    auto settings = config::load_file(*source.file, environment);
    if (settings) return std::move(*settings);
    print(settings.error());
    return std::nullopt;
  }
  auto settings = config::from_environment(environment);
  if (settings) {
    source.said = "No drover.yaml: serving the keys in the environment.";
    return std::move(*settings);
  }
  if (config::nothing_configured(settings.error())) return settings_from_mock(source);
  print(settings.error());
  return std::nullopt;
}

void print_start(const Source& source, const gateway::Server& server) {
  const config::Settings& settings = server.snapshot()->settings;
  std::cout << source.said << "\n\n" << config::describe(settings);
  const std::string scheme = settings.listen.front().tls ? "https" : "http";
  const std::string base = scheme + "://127.0.0.1:" + std::to_string(server.ports().front()) + "/v1";
  std::string model = "gpt-6.2-sol";
  if (!settings.plan->routes.empty() && settings.plan->routes.front().name != "*")
    model = settings.plan->routes.front().name;
  std::cout << "\nTry it:\n  curl " << base << "/chat/completions -H 'Content-Type: application/json' \\\n";
  if (!settings.clients.empty()) std::cout << "    -H 'Authorization: Bearer YOUR_CLIENT_KEY' \\\n";
  std::cout << "    -d '{\"model\": \"" << model
            << "\", \"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]}'\n"
            << "SDKs: set the base URL to " << base << "\n"
            << "      (Anthropic's own SDKs and Claude Code: " << base.substr(0, base.size() - 3) << ")\n";
  if (const auto admin = server.admin_port()) {
    const bool usual = *admin == config::defaults::kAdminPort && settings.admin->loopback() && !settings.admin->tls;
    std::cout << "Status: drover status"
              << (usual ? ""
                        : (settings.admin->tls ? " --url https://127.0.0.1:" : " --url http://127.0.0.1:") +
                              std::to_string(*admin))
              << "\n";
  }
  std::cout << std::flush;
}

/// What the program adds to a configuration: where it keeps its state, and, where no admin token is configured, the one
/// of the user who runs it, for subcommands such as `drover keys`.
void add_state(config::Settings& settings) {
  settings.accounts.state_folder = state_folder();
  if (!settings.admin || !settings.admin_tokens.empty()) return;
  const auto token = own_admin_token(settings.accounts.state_folder);
  if (!token) return;
  settings.admin_tokens.push_back(
      {.name = "this-user", .digest = sha256(token->reveal()), .role = config::AdminRole::All});
}

void reload(const Source& source, gateway::Server& server) {
  std::optional<config::Settings> settings;
  if (source.file) {
    auto loaded = config::load_file(*source.file, config::real_environment());
    if (!loaded) {
      for (const config::Problem& problem : loaded.error())
        telemetry::log(telemetry::Level::Error, "SIGHUP: " + problem.to_string());
      telemetry::log(telemetry::Level::Error, "SIGHUP: nothing changed; the old configuration stays in force");
      return;
    }
    settings = std::move(*loaded);
    const bool listens = put_listen(*settings, source.listen, [](const std::string& text) {
      telemetry::log(telemetry::Level::Error, "SIGHUP: nothing changed: " + text);
    });
    if (!listens) return;
    look_on(*settings);
    add_state(*settings);
  }
  const auto done = settings ? server.reload(std::move(*settings)) : server.reread();
  if (done) {
    const std::string what = source.file ? *source.file + " and certificates read again" : "log opened again";
    telemetry::log(telemetry::Level::Info, "SIGHUP: " + what);
  } else {
    telemetry::log(telemetry::Level::Error, "SIGHUP: nothing changed: " + done.error().message);
  }
}

struct Options {
  std::string config;
  config::ListenOverride listen;
  std::string record;
  std::uint64_t record_limit = upstream::kRecordingBytes / kMiB;
};

int serve(const Options& options) {
  Source source;
  source.listen = options.listen;
  auto settings = find_settings(options.config, source);
  if (!settings) return kExitMistake;
  if (!put_listen(*settings, options.listen, [](const std::string& text) { std::cerr << text << "\n"; })) {
    return kExitMistake;
  }
  look_on(*settings);
  add_state(*settings);
  std::shared_ptr<upstream::Recorder> recorder;
  if (!options.record.empty()) {
    if (!source.file) {
      std::cerr << "drover: --record needs a configuration file: playing a recording again reads it once more\n";
      return kExitMistake;
    }
    auto begun = record_to(options.record, *settings, options.record_limit * kMiB);
    if (!begun) {
      std::cerr << "drover: " << begun.error().message << "\n";
      return kExitMistake;
    }
    recorder = std::move(*begun);
  }
  telemetry::start_log();
  net::raise_descriptor_limit();
  auto server = gateway::Server::start(std::move(*settings), std::move(recorder));
  if (!server) {
    telemetry::stop_log();
    std::cerr << "drover: " << server.error().message << "\n";
    return server.error().kind == ErrorKind::BadConfig ? kExitMistake : kExitFailed;
  }
  print_start(source, **server);

  net::Signals signals;
  signals.run({SIGTERM, SIGINT, SIGHUP}, [&](int number) {
    if (number == SIGHUP) return reload(source, **server);
    telemetry::log(telemetry::Level::Info, "stopping: no new connections; open requests may finish");
    signals.stop();
  });
  (*server)->drain((*server)->drain_time());
  server->reset();  // ends a recording, which prints that
  telemetry::log(telemetry::Level::Info, "stopped");
  telemetry::stop_log();
  return kExitGood;
}

}  // namespace

void add_serve(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("serve", "Run the gateway");
  auto options = std::make_shared<Options>();
  command->add_option("--config,-c", options->config,
                      "Configuration file (default: drover.yaml here, else keys in the environment, else a mock)");
  command->add_option("--listen", options->listen.address,
                      "Listen here (127.0.0.1:9000), whatever the configuration says under 'listen'");
  command->add_option("--port,-p", options->listen.port, "The same for the port alone; 0: any free one");
  command->add_option(
      "--record", options->record,
      "Write every event and decision to this file, for `drover simulate --replay`; no keys, no prompts");
  command->add_option("--record-limit", options->record_limit, "MiB after which the recording ends")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1024 * 1024}))
      ->capture_default_str();
  command->footer(
      "Examples:\n"
      "  drover serve\n"
      "  drover serve --port 9000\n"
      "  drover serve --config /etc/drover/drover.yaml\n"
      "  drover serve --config drover.yaml --record today.recording\n"
      "Signals: SIGTERM and SIGINT stop it after open requests have finished (at most 'drain'); SIGHUP reads the\n"
      "configuration file and the certificates again.");
  command->callback([options, &exit_code] { exit_code = serve(*options); });
}

}  // namespace drover::cli
