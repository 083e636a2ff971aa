// drover translate: shows what a request of one API becomes for another, what is lost, and what the answer becomes on
// its way back. It sends nothing.
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "cli/commands/commands.h"
#include "config/yaml/report.h"
#include "translate/translate.h"

namespace drover::cli {
namespace {

/// Most bytes of a request or an answer: more than any provider takes or sends.
constexpr std::size_t kMostBytes = 64UL << 20U;

struct Options {
  std::string from = "chat";
  std::string to = "messages";
  std::string policy = "lenient";
  std::string model;
  std::string request = "-";
  std::string answer;
  bool stream = false;
};

int refuse(const std::string& why) {
  std::cerr << "drover translate: " << why << "\n";
  return kExitMistake;
}

const std::map<std::string, translate::Form>& forms() {
  using translate::Form;
  static const std::map<std::string, Form> known = [] {
    std::map<std::string, Form> words;
    for (const Form form : {Form::Chat, Form::Messages, Form::Responses, Form::Gemini})
      words.emplace(to_string(form), form);
    return words;
  }();
  return known;
}

const std::map<std::string, translate::Policy>& policies() {
  using translate::Policy;
  static const std::map<std::string, Policy> known{{"lenient", Policy::Lenient}, {"strict", Policy::Strict}};
  return known;
}

std::optional<std::string> read(std::istream& in) {
  std::string text;
  char piece[16384];
  while (in.read(piece, sizeof piece) || in.gcount() > 0) {
    text.append(piece, static_cast<std::size_t>(in.gcount()));
    if (text.size() > kMostBytes) return std::nullopt;
  }
  return text;
}

/// "-" is the standard input. Nothing: it cannot be read, or is too large.
std::optional<std::string> read_file(const std::string& path) {
  if (path == "-") return read(std::cin);
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return read(file);
}

int show_answer(const translate::AnswerContext& context, bool streamed, std::string_view body) {
  translate::Answer answer(context);
  if (!streamed) {
    const Result<std::string> plain = answer.plain(body);
    if (!plain) return refuse("the answer: " + plain.error().message);
    std::cout << *plain << "\n";
    return kExitGood;
  }
  std::string events;
  answer.feed(body, events);
  answer.end_of_body(events);
  std::cout << events;
  return answer.error() == nullptr ? kExitGood : refuse("the answer: " + answer.error()->message);
}

int run(const Options& options) {
  const std::optional<std::string> request = read_file(options.request);
  if (!request) return refuse("cannot read the request in " + config::shown(options.request));
  const Result<translate::TranslatedRequest> done =
      translate::translate_request(*request, {.front = forms().at(options.from),
                                              .back = forms().at(options.to),
                                              .policy = policies().at(options.policy),
                                              .model = options.model,
                                              .asked_stream = options.stream});
  if (!done) return refuse(done.error().message);
  for (const translate::Loss& loss : done->losses.all()) {
    std::cerr << (loss.severity == translate::Severity::Adapted ? "adapted: " : "dropped: ") << loss.field << "\n";
  }
  if (options.answer.empty()) {
    std::cout << done->body << "\n";
    return kExitGood;
  }
  const std::optional<std::string> answer = read_file(options.answer);
  if (!answer) return refuse("cannot read the answer in " + config::shown(options.answer));
  return show_answer(done->context, done->stream, *answer);
}

}  // namespace

void add_translate(CLI::App& app, int& exit_code) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "translate", "Show what a request of one API becomes for another, and what is lost; nothing is sent");
  command->add_option("REQUEST", options->request, "A file with the request's JSON; -: the standard input")
      ->capture_default_str();
  command->add_option("--from", options->from, "What the client speaks: chat (default), messages, responses or gemini")
      ->check(CLI::IsMember(forms()));
  command->add_option("--to", options->to, "What the provider speaks: messages (default), chat, responses or gemini")
      ->check(CLI::IsMember(forms()));
  command->add_option("--model", options->model, "The name of the model at the provider")->required();
  command->add_option("--policy", options->policy, "lenient (default): tell what is dropped; strict: refuse it")
      ->check(CLI::IsMember(policies()));
  command->add_option("--answer", options->answer, "A file with the provider's answer: print it as the client's");
  command->add_flag("--stream", options->stream,
                    "The client asks for a stream: only for --from gemini, whose requests say so in their path");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace drover::cli
