// A gateway in this process for one conversation: on a free port of loopback, with one client, whose key is drawn for
// it.
#pragma once

#include <memory>

#include "config/settings.h"
#include "console/message_client.h"
#include "gateway/process/server.h"

namespace drover::cli {

class OwnGateway {
 public:
  /// Serves these settings, without their listeners, admin pages, logs and clients. Errors: those of
  /// gateway::Server::start.
  [[nodiscard]] static Result<std::unique_ptr<OwnGateway>> start(config::Settings settings);

  [[nodiscard]] const console::MessageServer& address() const { return address_; }

 private:
  OwnGateway(std::unique_ptr<gateway::Server> server, console::MessageServer address)
      : server_(std::move(server)), address_(std::move(address)) {}

  std::unique_ptr<gateway::Server> server_;
  console::MessageServer address_;
};

}  // namespace drover::cli
