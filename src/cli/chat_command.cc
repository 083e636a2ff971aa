// drover chat "…": one question or a conversation from the terminal, through the library.
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands.h"
#include "drover/client.h"

namespace drover::cli {
namespace {

constexpr const char* kDefaultFile = "drover.yaml";

struct ChatOptions {
  std::string question;
  std::string file;
  std::string model;
};

v0::Result<v0::Client> make_client(const std::string& asked_for) {
  if (!asked_for.empty()) return v0::Client::from_file(asked_for);
  if (std::filesystem::exists(kDefaultFile)) return v0::Client::from_file(kDefaultFile);
  return v0::Client::from_env();
}

/// Prints the answer as it comes and adds it to the conversation. False: it failed, which was said.
bool answer(v0::Client& client, const std::string& model, std::vector<v0::Message>& conversation) {
  v0::ChatRequest request(conversation);
  request.model = model;
  v0::ChatStream stream = client.stream(request);
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
  auto client = make_client(options.file);
  if (!client) {
    std::cerr << client.error().message << "\n";
    return kExitMistake;
  }
  std::vector<v0::Message> conversation;
  if (!options.question.empty()) {
    conversation.push_back(v0::Message::user(options.question));
    return answer(*client, options.model, conversation) ? kExitGood : kExitFailed;
  }
  const bool person = ::isatty(STDIN_FILENO) == 1;
  for (std::string line;;) {
    if (person) std::cout << "> " << std::flush;
    if (!std::getline(std::cin, line)) return kExitGood;
    if (line.empty()) continue;
    conversation.push_back(v0::Message::user(line));
    if (!answer(*client, options.model, conversation)) return kExitFailed;
  }
}

}  // namespace

void add_chat(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("chat", "Ask a model from the terminal, with failover and without a server");
  auto options = std::make_shared<ChatOptions>();
  command->add_option("QUESTION", options->question, "What to ask; without it, a conversation line by line");
  command->add_option("--config", options->file,
                      "The configuration (default: drover.yaml, else keys in the environment)");
  command->add_option("--model", options->model,
                      "The model (default: DROVER_MODEL, else the first that is configured)");
  command->footer("Example:\n  drover chat 'Why is the sky blue?'");
  command->callback([options, &exit_code] { exit_code = chat(*options); });
}

}  // namespace drover::cli
