// drover keys: makes, lists and changes keys of a running drover by its admin API.
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/percent.h"
#include "base/printable.h"
#include "cli/admin_address.h"
#include "cli/commands/commands.h"
#include "cli/state_folder.h"
#include "cli/terminal_size.h"
#include "config/environment.h"
#include "console/key_request.h"
#include "console/key_table.h"
#include "http/url.h"

namespace drover::cli {
namespace {

/// Exit codes of this subcommand.
constexpr int kDone = 0;
constexpr int kRefused = 1;
constexpr int kNotAsked = 2;

/// Pages of a list that are fetched: a million keys.
constexpr int kMostPages = 1000;
constexpr std::size_t kMostTokenBytes = 8192;
constexpr const char* kTokenVariable = "DROVER_ADMIN_TOKEN";

struct KeysOptions {
  AdminOptions admin{};
  std::string token_file{};
  bool json = false;

  std::string key{};  ///< an id or a name
  console::NewKey made{.window = "month"};
  std::string principal{};
  std::string owner{};
  std::string grace{};
  std::string state{};
};

int complain(const std::string& why, int code) {
  std::cerr << "drover keys: " << why << "\n";
  return code;
}

/// This user's own token is for this machine, whoever is at another.
bool is_here(const console::AdminAddress& address) {
  const auto url = http::parse_base_url(address.url);
  return url && (url->host == "127.0.0.1" || url->host == "::1" || url->host == "localhost");
}

/// The admin token: of a file, of the environment, or the one that a drover of this user on this machine has made;
/// never of the command line, which others can see.
std::optional<Secret> admin_token(const KeysOptions& options, const console::AdminAddress& address) {
  if (options.token_file.empty()) {
    const char* const text = std::getenv(kTokenVariable);
    if (text != nullptr && *text != '\0') return Secret(text);
    return is_here(address) ? known_admin_token(state_folder()) : std::nullopt;
  }
  const auto content = config::real_environment().read_file(options.token_file, kMostTokenBytes);
  if (!content) return std::nullopt;
  std::string text = content->text;
  while (text.ends_with('\n') || text.ends_with('\r') || text.ends_with(' ')) text.pop_back();
  if (text.empty() || text.find_first_of("\r\n") != std::string::npos) return std::nullopt;
  return Secret(std::move(text));
}

/// Asks the API. What it gives is an exit code where there is no good answer.
class Desk {
 public:
  explicit Desk(const KeysOptions& options) : options_(options) {}

  /// False after a complaint.
  bool open() {
    address_ = admin_address(options_.admin, "keys");
    token_ = address_ ? admin_token(options_, *address_) : std::nullopt;
    if (address_ && !token_) {
      complain(std::string("an admin token is wanted: set ") + kTokenVariable + ", or give --token-file", kNotAsked);
    }
    return token_.has_value();
  }

  /// The body of a good answer; nothing after a complaint.
  std::optional<std::string> ask(console::AdminCall call) {
    const auto page = console::call_admin(*address_, *token_, std::move(call));
    if (!page) {
      code_ = complain(page.error().message, kNotAsked);
      return std::nullopt;
    }
    if (page->status / 100 == 2) return page->body;
    code_ = complain(console::api_error(page->status, page->body), page->status == 401 ? kNotAsked : kRefused);
    return std::nullopt;
  }

  /// The path of the key that is named by its id or its name.
  std::optional<std::string> key_path() {
    constexpr std::string_view kPlain = "_-";
    std::string id = options_.key;
    if (!id.starts_with("key_")) {
      const auto page = ask({.method = "GET", .path = "/admin/v1/keys?name=" + percent_escaped(id, kPlain)});
      if (!page) return std::nullopt;
      id = console::first_id(*page);
      if (id.empty()) {
        code_ = complain("there is no key of this name", kRefused);
        return std::nullopt;
      }
    }
    return "/admin/v1/keys/" + percent_escaped(id, kPlain);
  }

  [[nodiscard]] int code() const { return code_; }

 private:
  const KeysOptions& options_;
  std::optional<console::AdminAddress> address_{};
  std::optional<Secret> token_{};
  int code_ = kDone;
};

int show_key(const KeysOptions& options, const std::string& body) {
  if (options.json) {
    std::cout << printable_json(body);
    return kDone;
  }
  const auto text = console::key_text(body);
  if (!text) return complain(text.error().message, kNotAsked);
  std::cout << *text;
  return kDone;
}

/// A call about one key; `tail` is behind the key's own path.
int about_key(const KeysOptions& options, const char* method, const std::string& tail, const std::string& body = {}) {
  Desk desk(options);
  if (!desk.open()) return kNotAsked;
  const auto path = desk.key_path();
  if (!path) return desk.code();
  const auto answer = desk.ask({.method = method, .path = *path + tail, .body = body});
  return answer ? show_key(options, *answer) : desk.code();
}

int create(const KeysOptions& options) {
  Desk desk(options);
  if (!desk.open()) return kNotAsked;
  const auto made = desk.ask({.method = "POST", .path = "/admin/v1/keys", .body = console::new_key_json(options.made)});
  if (!made) return desk.code();
  const int code = show_key(options, *made);
  if (code == kDone && !options.json) std::cerr << "The secret is not shown again.\n";
  return code;
}

int list(const KeysOptions& options) {
  constexpr std::string_view kPlain = "_-./@";
  Desk desk(options);
  if (!desk.open()) return kNotAsked;
  std::string path = "/admin/v1/keys?limit=1000";
  if (!options.principal.empty()) path += "&principal=" + percent_escaped(options.principal, kPlain);
  if (!options.owner.empty()) path += "&owner=" + percent_escaped(options.owner, kPlain);
  if (!options.state.empty()) path += "&state=" + percent_escaped(options.state, kPlain);
  std::vector<std::string> pages;
  std::string next;
  do {
    auto page =
        desk.ask({.method = "GET", .path = path + (next.empty() ? "" : "&after=" + percent_escaped(next, kPlain))});
    if (!page) return desk.code();
    next = console::next_page(*page);
    pages.push_back(*std::move(page));
  } while (!next.empty() && pages.size() < static_cast<std::size_t>(kMostPages));
  const auto text =
      options.json ? console::key_array(pages) : console::key_table(pages, terminal_size(STDOUT_FILENO).columns);
  if (!text) return complain(text.error().message, kNotAsked);
  std::cout << (options.json ? printable_json(*text) + "\n" : *text);
  return kDone;
}

int rotate(const KeysOptions& options) {
  return about_key(options, "POST", "/rotate", console::rotation_json(options.grace));
}

struct Verb {
  const char* name;
  const char* about;
  int (*run)(const KeysOptions& options);
};

}  // namespace

void add_keys(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("keys", "Make, list and change keys of a running drover");
  command->require_subcommand(1);
  const auto options = std::make_shared<KeysOptions>();
  const auto add = [&](const Verb& verb) {
    CLI::App* const one = command->add_subcommand(verb.name, verb.about);
    add_admin_options(*one, options->admin);
    one->add_option("--token-file", options->token_file,
                    "A file with the admin token (default: the variable DROVER_ADMIN_TOKEN)");
    one->add_flag("--json", options->json, "Print JSON");
    one->callback([options, &exit_code, run = verb.run] { exit_code = run(*options); });
    return one;
  };
  CLI::App* const made = add({"create", "Make a key; its secret is printed once", create});
  made->add_option("--name", options->made.name, "What people call it")->required();
  made->add_option("--principal", options->made.principal, "Whose it is, such as acme/search");
  made->add_option("--owner", options->made.owner, "A person or a mail address");
  made->add_option("--budget", options->made.budget, "Dollars that it may spend in each window");
  made->add_option("--window", options->made.window, "Of the budget: month (default), day, 30d, total, ...");
  made->add_option("--requests", options->made.requests, "Requests a minute");
  made->add_option("--models", options->made.models, "Names of models that it may ask for; default: all")
      ->delimiter(',');
  made->add_option("--expires-in", options->made.expires_in, "A span such as 30d; default: never");
  CLI::App* const listed = add({"list", "All keys", list});
  listed->add_option("--principal", options->principal, "Only those of this principal and below it");
  listed->add_option("--owner", options->owner, "Only those of this owner");
  listed->add_option("--state", options->state, "active, blocked, expired, archived or all; default: all but archived");
  const auto about_one = [&](const Verb& verb) {
    CLI::App* const one = add(verb);
    one->add_option("KEY", options->key, "Its id or its name")->required();
    return one;
  };
  about_one({"show", "One key", [](const KeysOptions& each) { return about_key(each, "GET", ""); }});
  about_one({"rotate", "A new secret; the old one works on for a while", rotate})
      ->add_option("--grace", options->grace, "How long the old secret works: 0s to 90d (default: 24h)");
  about_one({"block", "Block a key", [](const KeysOptions& each) { return about_key(each, "POST", "/block"); }});
  about_one({"unblock", "Unblock a key", [](const KeysOptions& each) { return about_key(each, "POST", "/unblock"); }});
  about_one({"delete", "Archive a key: it never works again",
             [](const KeysOptions& each) { return about_key(each, "DELETE", ""); }});
  command->footer(
      "Examples:\n"
      "  drover keys create --name web --principal acme/search --budget 5 --window month\n"
      "  drover keys list --principal acme\n"
      "  drover keys rotate web --grace 1h\n"
      "Exit code 0: done; 1: drover refused it; 2: drover could not be asked.");
}

}  // namespace drover::cli
