// drover mock: a provider for development and tests, with scripted faults.
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands/commands.h"
#include "mock/faults/fault.h"
#include "mock/provider/settings.h"
#include "mock/server/run.h"

namespace drover::cli {
namespace {

struct MockOptions {
  std::string file;
  std::vector<std::string> listen;
  std::vector<std::string> keys;
  std::vector<std::string> models;
  std::vector<std::string> faults;
  std::string first_token;
  std::string tokens_per_second;
  std::string answer_tokens;
  std::string text;
  std::uint64_t seed = 0;
  bool fast = false;
};

int mistake(const std::string& message) {
  std::cerr << "drover mock: " << message << "\n";
  return kExitMistake;
}

Result<mock::Settings> from_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail({.kind = ErrorKind::BadConfig, .message = path + " cannot be read"});
  std::string text(std::istreambuf_iterator<char>(file), {});
  return mock::settings_from_json(text);
}

Result<void> set(mock::Distribution& distribution, const std::string& text, mock::Distribution::Quantity quantity) {
  if (text.empty()) return {};
  auto parsed = mock::parse_distribution(text, quantity);
  if (!parsed) return fail(std::move(parsed.error()));
  distribution = *parsed;
  return {};
}

Result<mock::Settings> settings_of(const MockOptions& options) {
  Result<mock::Settings> made = options.file.empty()
                                    ? Result<mock::Settings>(options.fast ? mock::Settings{} : mock::demo_settings())
                                    : from_file(options.file);
  if (!made) return made;
  mock::Settings& settings = *made;
  if (options.seed != 0) settings.seed = options.seed;
  if (!options.models.empty()) settings.models = options.models;
  if (!options.keys.empty()) settings.keys.clear();
  for (const std::string& key : options.keys) settings.keys.push_back({.key = key});
  if (!options.listen.empty()) settings.listen.clear();
  for (const std::string& text : options.listen) {
    auto address = mock::parse_listen(text);
    if (!address) return fail(std::move(address.error()));
    settings.listen.push_back(std::move(*address));
  }
  Result<void> good = set(settings.first_token, options.first_token, mock::Distribution::Quantity::Span);
  if (good) good = set(settings.tokens_per_second, options.tokens_per_second, mock::Distribution::Quantity::Number);
  if (good) good = set(settings.answer_tokens, options.answer_tokens, mock::Distribution::Quantity::Number);
  if (!good) return fail(std::move(good.error()));
  if (options.file.empty()) settings.speech = mock::Speech::Echo;
  if (!options.answer_tokens.empty()) settings.speech = mock::Speech::Words;
  if (!options.text.empty()) settings.speech = options.text == "echo" ? mock::Speech::Echo : mock::Speech::Words;
  for (const std::string& text : options.faults) {
    auto fault = mock::parse_fault(text);
    if (!fault) return fail(std::move(fault.error()));
    settings.faults.push_back(std::move(*fault));
  }
  return made;
}

}  // namespace

void add_mock(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("mock", "Run a mock provider with scripted faults");
  auto options = std::make_shared<MockOptions>();
  command->add_option("--settings", options->file, "Settings as a JSON file; the other options change it");
  command->add_option("--listen,--port", options->listen,
                      "Address or port to listen on; several are several servers (default: any free port)");
  command->add_option("--key", options->keys, "A key it accepts (default: sk-mock-1, sk-mock-2, sk-mock-3)");
  command->add_option("--model", options->models, "A model it has; '*' for any");
  command->add_option("--first-token", options->first_token,
                      "Wait before the first token: 200ms, uniform:1s-3s, lognormal:p50=300ms,p99=2s");
  command->add_option("--tokens-per-second", options->tokens_per_second,
                      "Speed after that: 50, uniform:40-90; 0 for no wait");
  command->add_option("--answer-tokens", options->answer_tokens,
                      "Length of answers that are words, not the prompt: 24, uniform:20-60");
  command
      ->add_option("--text", options->text,
                   "Answers repeat the prompt (echo), or are words drawn from the seed (words)")
      ->check(CLI::IsMember({"echo", "words"}));
  command->add_option("--seed", options->seed, "Same seed, same behaviour");
  command->add_flag("--fast", options->fast, "No waits at all and any key, unless options say otherwise");
  command->add_option("--fault", options->faults,
                      "A fault: 'key=sk-mock-2:429:retry-after=7', 'cut:after=5', '500:p=0.1'");
  command->footer(
      "Examples:\n"
      "  drover mock --port 9001\n"
      "  drover mock --port 9001 --fast --fault '500:p=0.1'\n"
      "  curl -X POST http://127.0.0.1:9001/_mock/faults -d '[\"key=sk-mock-1:hang\"]'   while it runs");
  command->callback([options, &exit_code] {
    const auto settings = settings_of(*options);
    exit_code = settings ? mock::run(*settings, std::cout) : mistake(settings.error().message);
  });
}

}  // namespace drover::cli
