#include "cli/admin_address.h"

#include <unistd.h>

#include <iostream>

#include "config/settings.h"

namespace drover::cli {
namespace {

/// An environment without variables: only the file's `admin` is needed, so a person who looks at a page need not have
/// the keys.
config::Environment without_secrets() {
  config::Environment environment = config::real_environment();
  environment.variable = [real = environment.variable](std::string_view name) -> std::optional<std::string> {
    const auto value = real(name);
    return value ? value : "not-needed-for-status-" + std::string(name);
  };
  environment.read_file = [real = environment.read_file](
                              const std::string& path,
                              std::size_t most) -> std::expected<config::FileContent, std::string> {
    auto content = real(path, most);
    if (content) return content;
    // A certificate or a key, by the name of the file: each is checked by its own reader.
    const bool certificate = path.ends_with(".pem") || path.ends_with(".crt") || path.ends_with(".key");
    return config::FileContent{.text = certificate ? "-----BEGIN " : "not-needed-for-status-" + path};
  };
  return environment;
}

std::optional<std::string> url_of(const AdminOptions& options, std::string_view subcommand) {
  if (!options.url.empty()) return options.url;
  if (options.config.empty()) {
    return "http://" + std::string(config::defaults::kListenHost) + ":" + std::to_string(config::defaults::kAdminPort);
  }
  const bool there = ::access(options.config.c_str(), R_OK) == 0;
  const auto settings = config::load_file(options.config, there ? without_secrets() : config::real_environment());
  if (!settings) {
    for (const config::Problem& problem : settings.error()) std::cerr << problem.to_string() << "\n";
    return std::nullopt;
  }
  if (!settings->admin) {
    std::cerr << "drover " << subcommand << ": " << options.config
              << " says 'admin: off', so there is nothing to ask.\n";
    return std::nullopt;
  }
  config::ListenAddress admin = *settings->admin;
  if (admin.host == "0.0.0.0") admin.host = "127.0.0.1";
  if (admin.host == "::") admin.host = "::1";
  return (admin.tls ? "https://" : "http://") + admin.to_string();
}

}  // namespace

void add_admin_options(CLI::App& command, AdminOptions& options) {
  auto* url = command.add_option("--url", options.url, "Address of its 'admin' (default: http://127.0.0.1:8081)");
  command.add_option("--config,-c", options.config, "Take the address from this configuration")->excludes(url);
  command.add_option("--ca", options.ca, "Certificates to trust for https, instead of the system's");
}

std::optional<console::AdminAddress> admin_address(const AdminOptions& options, std::string_view subcommand) {
  auto url = url_of(options, subcommand);
  if (!url) return std::nullopt;
  return console::AdminAddress{.url = std::move(*url), .ca_file = options.ca, .timeout = kAdminPatience};
}

}  // namespace drover::cli
