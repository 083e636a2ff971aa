// drover status: the state of a running drover's targets as a table, from its admin pages.
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

#include "base/printable.h"
#include "cli/admin_address.h"
#include "cli/commands/commands.h"
#include "cli/terminal_size.h"
#include "config/yaml/scalar.h"
#include "console/status_table.h"

namespace drover::cli {
namespace {

/// Exit codes of this subcommand.
constexpr int kAllFine = 0;
constexpr int kSomethingRed = 1;
constexpr int kUnreachable = 2;

/// The width of a watched table when the width of its output is unknown.
constexpr std::size_t kUsualWidth = 80;
/// A greater width is not believed.
constexpr std::size_t kWidest = 10000;

struct StatusOptions {
  AdminOptions admin;
  std::string language = "en";
  bool watch = false;
  bool json = false;
};

console::Colour colour_wanted() {
  const char* const refused = std::getenv("NO_COLOR");  // no-color.org
  const bool wanted = ::isatty(STDOUT_FILENO) == 1 && (refused == nullptr || *refused == '\0');
  return wanted ? console::Colour::Yes : console::Colour::No;
}

/// What is printed before a table, and the size that the table has to fit.
struct Canvas {
  std::string_view before;
  console::TableSize size;
};

std::size_t number_in(const char* variable) {
  const char* const text = std::getenv(variable);
  const std::uint64_t number = text == nullptr ? 0 : config::parse_whole(text).value_or(0);
  return number <= kWidest ? number : 0;
}

/// A terminal's own size. For other output (a pipe) the size is that of COLUMNS and LINES, or that of the terminal that
/// started drover, because people read the pipe's output there.
console::TableSize canvas_size(bool terminal, bool watching) {
  console::TableSize size = terminal_size(STDOUT_FILENO);
  if (size.columns == 0 && (terminal || watching)) size.columns = number_in("COLUMNS");
  if (size.rows == 0 && (terminal || watching)) size.rows = number_in("LINES");
  if (!watching) return {.columns = size.columns, .rows = 0};
  if (size.columns == 0) size.columns = terminal_size(STDERR_FILENO).columns;
  if (size.columns == 0) size.columns = terminal_size(STDIN_FILENO).columns;
  if (size.columns == 0) size.columns = kUsualWidth;
  if (terminal && size.rows > 1) --size.rows;  // the cursor is in the last line
  return size;
}

/// Asks once and prints. Returns the exit code.
int show(const StatusOptions& options, const console::AdminAddress& address, const Canvas& canvas) {
  const auto page = console::fetch_status(address);
  if (!page) {
    std::cout << canvas.before << std::flush;
    std::cerr << "drover status: " << page.error().message << "\n";
    return kUnreachable;
  }
  const auto language = options.language == "th" ? console::Language::Thai : console::Language::English;
  const auto table = console::status_table(*page, language, colour_wanted(), canvas.size);
  if (!table) {
    std::cerr << "drover status: " << address.url << ": " << table.error().message << "\n";
    return kUnreachable;
  }
  std::cout << canvas.before << (options.json ? printable_json(*page) : table->text) << std::flush;
  return table->any_red ? kSomethingRed : kAllFine;
}

/// Reads keys as they are pressed, while it lives. It changes no terminal of another program, and nothing that is no
/// terminal.
class Keyboard {
 public:
  Keyboard() {
    if (::isatty(STDIN_FILENO) != 1) return;
    const pid_t owner = ::tcgetpgrp(STDIN_FILENO);  // -1: not the terminal of our session, which is allowed
    open_ = owner < 0 || owner == ::getpgrp();
    if (!open_ || ::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios raw = before_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    changed_ = ::tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
  }
  ~Keyboard() {
    if (changed_) ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
  }
  Keyboard(const Keyboard&) = delete;
  Keyboard& operator=(const Keyboard&) = delete;

  [[nodiscard]] int descriptor() const { return open_ ? STDIN_FILENO : -1; }
  /// Reads the pressed keys. True: "q" is among them.
  [[nodiscard]] bool quits() {
    std::array<char, 64> keys{};
    const ssize_t count = ::read(STDIN_FILENO, keys.data(), keys.size());
    if (count <= 0) open_ = false;
    const auto end = keys.begin() + std::max<ssize_t>(count, 0);
    return std::any_of(keys.begin(), end, [](char key) { return key == 'q' || key == 'Q'; });
  }

 private:
  termios before_{};
  bool open_ = true;
  bool changed_ = false;
};

/// SIGINT, SIGTERM and changes of the window's size, as a descriptor to wait for.
class Interruptions {
 public:
  Interruptions() {
    sigset_t all;
    sigemptyset(&all);
    for (const int number : {SIGINT, SIGTERM, SIGWINCH}) sigaddset(&all, number);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
    descriptor_ = ::signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
  }
  ~Interruptions() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Interruptions(const Interruptions&) = delete;
  Interruptions& operator=(const Interruptions&) = delete;

  [[nodiscard]] int descriptor() const { return descriptor_; }
  /// True: drover is to end.
  [[nodiscard]] bool ends() const {
    signalfd_siginfo signal{};
    return ::read(descriptor_, &signal, sizeof signal) == sizeof signal && signal.ssi_signo != SIGWINCH;
  }

 private:
  int descriptor_ = -1;
};

/// Waits a second, or until the window changes its size. False: q, Ctrl-C or SIGTERM has ended it.
bool another_second(Keyboard& keyboard, const Interruptions& interruptions) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0) return true;
    std::array<pollfd, 2> waits{pollfd{.fd = interruptions.descriptor(), .events = POLLIN, .revents = 0},
                                pollfd{.fd = keyboard.descriptor(), .events = POLLIN, .revents = 0}};
    ::poll(waits.data(), waits.size(), static_cast<int>(left.count()));
    if (waits[0].revents != 0) return !interruptions.ends();
    if (waits[1].revents != 0 && keyboard.quits()) return false;
  }
}

int watch(const StatusOptions& options, const console::AdminAddress& address) {
  const Interruptions interruptions;
  Keyboard keyboard;
  // A terminal is drawn over; a pipe gets one table after another.
  const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  for (;;) {
    const int code =
        show(options, address,
             {.before = terminal ? "\x1b[H\x1b[2J" : "", .size = canvas_size(terminal, /*watching=*/true)});
    if (!std::cout || !another_second(keyboard, interruptions)) return code;
    if (!terminal && !options.json) std::cout << "\n";
  }
}

int status(const StatusOptions& options) {
  const auto address = admin_address(options.admin, "status");
  if (!address) return kUnreachable;
  if (options.watch) return watch(options, *address);
  return show(options, *address, {.before = {}, .size = canvas_size(::isatty(STDOUT_FILENO) == 1, false)});
}

}  // namespace

void add_status(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("status", "Show how the keys of a running drover are doing");
  auto options = std::make_shared<StatusOptions>();
  add_admin_options(*command, options->admin);
  command->add_flag("--watch,-w", options->watch,
                    "Ask again every second, until q or Ctrl-C; fits its window, the sick first");
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
