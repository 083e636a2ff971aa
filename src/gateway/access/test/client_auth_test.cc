// Who may use the gateway: a client's key, or, without clients, nobody's web page.
#include "gateway/access/client_auth.h"

#include <gtest/gtest.h>

#include <string>

#include "base/sha256.h"

namespace drover::gateway {
namespace {

http::RequestHead with_key(std::string_view key) {
  http::RequestHead head;
  EXPECT_TRUE(head.fields.push_back({"x-api-key", key}));
  return head;
}

TEST(ClientAuth, KnowsAKeyByAllOfItsDigest) {
  config::Settings settings;
  settings.clients.push_back({.name = "web", .digest = sha256("client-key"), .models = {}});
  const Sha256Digest& known = settings.clients[0].digest;
  EXPECT_TRUE(authenticate(settings, with_key("client-key")));
  for (std::size_t at = 0; at < known.size(); ++at) {
    int number = 0;
    while (sha256(std::to_string(number))[at] != known[at]) ++number;
    const std::string alike = std::to_string(number);
    EXPECT_FALSE(authenticate(settings, with_key(alike))) << alike << " agrees in byte " << at << " only";
  }
}

TEST(ClientAuth, ThisMachineIsAnAddressAndNotTheBeginningOfAName) {
  for (const std::string_view here : {"localhost", "LOCALHOST:1", "127.0.0.1:8080", "127.1.2.3", "[::1]:8080"}) {
    EXPECT_TRUE(is_loopback_authority(here)) << here;
  }
  for (const std::string_view elsewhere : {"127.evil.example", "127.0.0.1.evil", "127.0.0", "128.0.0.1", "[::2]", ""}) {
    EXPECT_FALSE(is_loopback_authority(elsewhere)) << elsewhere;
  }
}

}  // namespace
}  // namespace drover::gateway
