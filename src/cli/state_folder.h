// Where the program keeps what is to outlive it when nothing else is said: the store of keys and of the ledger, and the
// token by which the subcommands of this user use the admin API.
#pragma once

#include <optional>
#include <string>

#include "base/secret.h"

namespace drover::cli {

/// $STATE_DIRECTORY (systemd), else $XDG_STATE_HOME/drover, else ~/.local/state/drover. Empty: none of them is set.
[[nodiscard]] std::string state_folder();

/// The token of this user in that folder. Makes the folder and the token, which only the user can read, where there are
/// none yet. Nothing: the folder cannot be used.
[[nodiscard]] std::optional<Secret> own_admin_token(const std::string& folder);

/// The same token, if there is one already.
[[nodiscard]] std::optional<Secret> known_admin_token(const std::string& folder);

}  // namespace drover::cli
