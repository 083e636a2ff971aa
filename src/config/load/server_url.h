// Checks the base URL of a server as people write it, with the mistakes they make. How it is used on the wire is
// decided elsewhere.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace drover::config {

struct ServerUrl {
  std::string text;       ///< scheme and host in lower case, no slash at the end: "https://api.example.com/v1"
  std::string authority;  ///< "api.example.com", "10.0.0.5:8000"
  bool tls = false;
  bool local = false;  ///< loopback, a private address or a name without a public ending
};

struct UrlFault {
  std::string message;
  std::string suggestion;
};

[[nodiscard]] std::expected<ServerUrl, UrlFault> check_server_url(std::string_view text);

}  // namespace drover::config
