// drover import: writes a drover.yaml from the configuration of another gateway. It sends nothing.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>
#include <memory>
#include <string>

#include "cli/commands/commands.h"
#include "config/import/litellm.h"

namespace drover::cli {
namespace {

struct ImportOptions {
  std::string file;
  std::string output = "-";
  bool force = false;
};

bool write_whole(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// Writes the result; a file that is there already is kept unless --force says otherwise. Returns the exit code.
int put(const ImportOptions& options, const std::string& text) {
  if (options.output == "-") {
    std::cout << text << std::flush;
    return std::cout ? kExitGood : kExitFailed;
  }
  const int mode = O_WRONLY | O_CREAT | O_CLOEXEC | (options.force ? O_TRUNC : O_EXCL);
  const int descriptor = ::open(options.output.c_str(), mode, 0600);
  if (descriptor < 0) {
    std::cerr << "drover import: " << options.output << ": " << std::strerror(errno)
              << (errno == EEXIST ? "; --force writes over it" : "") << "\n";
    return errno == EEXIST ? kExitMistake : kExitFailed;
  }
  const bool written = write_whole(descriptor, text);
  const bool closed = ::close(descriptor) == 0;
  if (written && closed) return kExitGood;
  std::cerr << "drover import: " << options.output << " could not be written\n";
  return kExitFailed;
}

int import_file(const ImportOptions& options) {
  const config::Environment environment = config::real_environment();
  const auto content = environment.read_file(options.file, config::defaults::kFileBytes);
  if (!content) {
    std::cerr << "drover import: " << options.file << " " << content.error() << "\n";
    return kExitMistake;
  }
  const auto imported = config::import_litellm(content->text, options.file, environment);
  if (!imported) {
    for (const config::Problem& problem : imported.error()) std::cerr << problem.to_string() << "\n";
    return kExitMistake;
  }
  if (const int code = put(options, imported->yaml); code != kExitGood) return code;
  std::cerr << imported->models << (imported->models == 1 ? " model" : " models") << " taken, " << imported->left_out
            << (imported->left_out == 1 ? " entry" : " entries") << " left out; the comments say why.\n";
  for (const std::string& variable : imported->variables) {
    if (!environment.variable(variable)) std::cerr << variable << " is not set; it has to hold a key.\n";
  }
  return kExitGood;
}

}  // namespace

void add_import(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("import", "Write a drover.yaml from the configuration of another gateway");
  command->require_subcommand(1);
  CLI::App* litellm = command->add_subcommand("litellm", "From the config.yaml of a LiteLLM proxy");
  auto options = std::make_shared<ImportOptions>();
  litellm->add_option("FILE", options->file, "LiteLLM's configuration file")->required();
  litellm->add_option("--output,-o", options->output, "Where to write; -: the standard output")->capture_default_str();
  litellm->add_flag("--force", options->force, "Write over a file that is there already");
  litellm->footer(
      "Example:\n  drover import litellm config.yaml -o drover.yaml && drover check drover.yaml\n"
      "Keys are not copied: the result names the variable of each. What has no counterpart stands in comments.\n"
      "Exit code 0: written; 1: it could not be written; 2: the file is no such configuration, or the output is "
      "there.");
  litellm->callback([options, &exit_code] { exit_code = import_file(*options); });
}

}  // namespace drover::cli
