// The store that a subcommand is about: --store, or the variable DROVER_STORE.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "store/place.h"

namespace drover::cli {

/// Adds --store. In a variable a password is not seen in the list of processes.
void add_store_option(CLI::App& command, std::string& text);

/// The store that was meant. Nothing: it was said on standard error why not; `exit_code` is set. A SQLite file that
/// does not exist is an error: it would be made for a mistake in its name.
[[nodiscard]] std::optional<store::Place> chosen_store(const std::string& text, std::string_view command,
                                                       int& exit_code);

}  // namespace drover::cli
