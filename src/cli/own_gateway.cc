#include "cli/own_gateway.h"

#include <random>
#include <utility>

#include "base/sha256.h"

namespace drover::cli {
namespace {

/// 128 random bits: a key that cannot be guessed.
std::string drawn_key() {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::random_device source;
  std::string key = "chat-";
  for (int digit = 0; digit < 32; ++digit) key.push_back(kHex[source() & 15U]);
  return key;
}

}  // namespace

Result<std::unique_ptr<OwnGateway>> OwnGateway::start(config::Settings settings) {
  const std::string key = drawn_key();
  auto plan = std::make_shared<core::Plan>(*settings.plan);
  plan->principals.push_back({.name = "chat"});
  plan->finish();
  config::ClientKey client;
  client.name = "chat";
  client.digest = sha256(key);
  client.principal = core::PrincipalId{static_cast<std::uint32_t>(plan->principals.size() - 1)};
  settings.plan = std::move(plan);
  settings.clients = {std::move(client)};
  settings.listen = {{.host = "127.0.0.1", .port = 0, .tls = {}}};
  settings.admin.reset();
  settings.origins.clear();
  settings.access_log = config::kNoAccessLog;
  settings.terminal = -1;
  settings.threads = 1;
  auto server = gateway::Server::start(std::move(settings));
  if (!server) return fail(std::move(server.error()));
  console::MessageServer address{.url = "http://127.0.0.1:" + std::to_string((*server)->ports().front()) + "/v1",
                                 .key = key};
  return std::unique_ptr<OwnGateway>(new OwnGateway(std::move(*server), std::move(address)));
}

}  // namespace drover::cli
