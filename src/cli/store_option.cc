#include "cli/store_option.h"

#include <filesystem>
#include <iostream>

#include "cli/commands/commands.h"

namespace drover::cli {

void add_store_option(CLI::App& command, std::string& text) {
  command.add_option("--store", text, "sqlite:PATH or postgres://user@host/database")->envname("DROVER_STORE");
}

std::optional<store::Place> chosen_store(const std::string& text, std::string_view command, int& exit_code) {
  exit_code = kExitMistake;
  if (text.empty()) {
    std::cerr << "drover " << command << ": name the store by --store or DROVER_STORE\n";
    return std::nullopt;
  }
  auto place = store::parse_place(text);
  if (!place) {
    std::cerr << "drover " << command << ": " << place.error().message << "\n";
    return std::nullopt;
  }
  std::error_code ignored;
  if (place->kind == store::Place::Kind::Sqlite && !std::filesystem::exists(place->path, ignored)) {
    std::cerr << "drover " << command << ": there is no store at " << place->path << "\n";
    exit_code = kExitFailed;
    return std::nullopt;
  }
  exit_code = kExitGood;
  return std::move(*place);
}

}  // namespace drover::cli
