// drover chat "…": one question or a conversation from the terminal, through the library: with the keys of this
// machine, or with a running drover.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/embedded_mock.h"
#include "config/environment.h"
#include "config/settings.h"
#include "console/status_client.h"
#include "dialect/answer/model_names.h"
#include "drover/client.h"

namespace drover::cli {
namespace {

constexpr const char* kDefaultFile = "drover.yaml";
/// Where `drover serve` listens by default.
constexpr const char* kUsualGateway = "http://127.0.0.1:8080/v1";
constexpr const char* kClientKeyVariable = "DROVER_CLIENT_KEY";
constexpr const char* kUsualModel = "gpt-6-luna";
constexpr std::size_t kMostNames = 10'000;
constexpr Duration kPatience = std::chrono::seconds(5);

struct ChatOptions {
  std::string question;
  std::string file;
  std::string url;
  std::string model;
};

/// The program that is asked, with the objects that must live as long.
struct Partner {
  v0::Client client;
  std::string model{};  ///< empty: the client chooses
  std::unique_ptr<EmbeddedMock> mock{};
};

/// "http://127.0.0.1:9000" → "http://127.0.0.1:9000/v1"
std::string with_version(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url.ends_with("/v1") ? url : url + "/v1";
}

/// A client of the library for one address of OpenAI's shape. It repeats nothing: the gateway there has its own
/// failover.
v0::Result<v0::Client> client_of(const std::string& url, const std::string& key) {
  v0::Options options;
  v0::ProviderOptions provider;
  provider.name = "drover";
  provider.servers = {url};
  if (key.empty()) {
    provider.auth = "none";
  } else {
    v0::KeyOptions given;
    given.value = key;
    provider.keys = {given};
  }
  options.providers = {provider};
  options.retry.same_target = 0;
  options.health.probe = "off";
  return v0::Client::create(options);
}

std::string client_key() {
  const char* key = std::getenv(kClientKeyVariable);
  return key != nullptr ? key : "";
}

/// A model for chats from the list: the usual small one, else the first one whose name does not tell of another use.
/// Empty: none.
std::string model_in(const std::string& list) {
  const std::vector<std::string> names = dialect::names_in(list, kMostNames);
  if (std::ranges::find(names, kUsualModel) != names.end()) return kUsualModel;
  const auto chats = std::ranges::find_if(names, [](const std::string& name) {
    return std::ranges::none_of(std::array{"embed", "whisper", "tts", "moderation", "image", "rerank"},
                                [&](const char* word) { return name.find(word) != std::string::npos; });
  });
  return chats == names.end() ? std::string() : *chats;
}

/// Asks a running drover. `list`: its answer to GET /v1/models, if it was asked before.
v0::Result<Partner> gateway_at(const std::string& url, const std::string& list) {
  auto client = client_of(url, client_key());
  if (!client) return std::move(client.error());
  return Partner{.client = std::move(*client), .model = model_in(list)};
}

v0::Result<Partner> mock_partner() {
  auto mock = EmbeddedMock::start();
  if (!mock) {
    v0::Error error;
    error.message = mock.error().message;
    return error;
  }
  auto client = client_of((*mock)->base_url(), (*mock)->a_key());
  if (!client) return std::move(client.error());
  std::cerr << "drover: no drover.yaml, no keys in the environment and no drover at " << kUsualGateway
            << ": the built-in mock answers\n";
  Partner partner{.client = std::move(*client), .model = kUsualModel};
  partner.mock = std::move(*mock);
  return partner;
}

/// The models of a drover at this address; nothing: no program answers there, or it is no drover.
std::optional<console::AdminPage> models_at(const std::string& url) {
  auto page = console::fetch_page({.url = url, .ca_file = {}, .timeout = kPatience}, "/models");
  const bool like_one = page && (page->status == 200 || page->status == 401);
  return like_one ? std::optional(std::move(*page)) : std::nullopt;
}

v0::Result<Partner> find_partner(const ChatOptions& options) {
  if (!options.url.empty()) {
    const std::string url = with_version(options.url);
    const auto models = options.model.empty() ? models_at(url) : std::nullopt;
    return gateway_at(url, models ? models->body : std::string());
  }
  v0::Result<v0::Client> client = v0::Error{};
  if (!options.file.empty() || std::filesystem::exists(kDefaultFile)) {
    const std::string file = options.file.empty() ? kDefaultFile : options.file;
    client = v0::Client::from_file(file);
  } else {
    const auto found = config::from_environment(config::real_environment());
    if (!found && config::nothing_configured(found.error())) {
      const auto running = models_at(kUsualGateway);
      return running ? gateway_at(kUsualGateway, running->body) : mock_partner();
    }
    client = v0::Client::from_env();
  }
  if (!client) return std::move(client.error());
  return Partner{.client = std::move(*client), .model = {}};
}

/// Prints the answer as it comes and adds it to the conversation. False: it failed, and that was printed.
bool answer(Partner& partner, const std::string& model, std::vector<v0::Message>& conversation) {
  v0::ChatRequest request(conversation);
  request.model = model;
  v0::ChatStream stream = partner.client.stream(request);
  std::string text;
  for (const v0::ChatEvent& event : stream) {
    std::cout << event.text << std::flush;
    text += event.text;
  }
  std::cout << "\n";
  if (const v0::Error* error = stream.error()) {
    std::cerr << "drover: " << error->to_string() << "\n";
    if (!error->body.empty()) std::cerr << error->body << "\n";
    return false;
  }
  conversation.push_back(v0::Message::assistant(std::move(text)));
  return true;
}

int chat(const ChatOptions& options) {
  auto partner = find_partner(options);
  if (!partner) {
    std::cerr << partner.error().message << "\n";
    return kExitMistake;
  }
  const char* const wished = std::getenv("DROVER_MODEL");
  const std::string model = !options.model.empty() ? options.model : wished != nullptr ? wished : partner->model;
  std::vector<v0::Message> conversation;
  if (!options.question.empty()) {
    conversation.push_back(v0::Message::user(options.question));
    return answer(*partner, model, conversation) ? kExitGood : kExitFailed;
  }
  const bool person = ::isatty(STDIN_FILENO) == 1;
  for (std::string line;;) {
    if (person) std::cout << "> " << std::flush;
    if (!std::getline(std::cin, line)) return kExitGood;
    if (line.empty()) continue;
    conversation.push_back(v0::Message::user(line));
    if (!answer(*partner, model, conversation)) return kExitFailed;
  }
}

}  // namespace

void add_chat(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand(
      "chat", "Ask a model from the terminal: of a running drover, or with failover and without a server");
  auto options = std::make_shared<ChatOptions>();
  command->add_option("QUESTION", options->question, "What to ask; without it, a conversation line by line");
  command->add_option("--config", options->file,
                      "The configuration (default: drover.yaml, else keys in the environment, else a drover that runs "
                      "here, else a mock)");
  command
      ->add_option("--url", options->url,
                   "Ask the drover that runs at this address; a client key is taken from DROVER_CLIENT_KEY")
      ->excludes("--config");
  command->add_option("--model", options->model,
                      "The model (default: DROVER_MODEL, else the first that is configured)");
  command->footer(
      "Examples:\n"
      "  drover chat 'Why is the sky blue?'\n"
      "  drover chat --url http://127.0.0.1:8080 --model gpt-4o 'Why is the sky blue?'\n"
      "  drover chat --model claude-opus-4-8 'Why is the sky blue?'\n"
      "Models of Anthropic's are reached by translation.");
  command->callback([options, &exit_code] { exit_code = chat(*options); });
}

}  // namespace drover::cli
