// The address of a running drover's admin pages, by an address on the command line or the `admin` of a configuration.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "base/instant.h"
#include "console/status_client.h"

namespace drover::cli {

/// How long an answer may take.
inline constexpr Duration kAdminPatience = std::chrono::seconds(5);

struct AdminOptions {
  std::string url;
  std::string config;
  std::string ca;
};

/// Adds --url, --config and --ca.
void add_admin_options(CLI::App& command, AdminOptions& options);

/// Nothing: the reason was printed on standard error, in the name of `subcommand`.
[[nodiscard]] std::optional<console::AdminAddress> admin_address(const AdminOptions& options,
                                                                 std::string_view subcommand);

}  // namespace drover::cli
