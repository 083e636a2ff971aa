// Who may use the gateway: a client's key, or, without clients, nobody's web page.
#include "gateway/access/client_auth.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "base/sha256.h"
#include "directory/key_text.h"

namespace drover::gateway {
namespace {

http::RequestHead with_key(std::string_view key) {
  http::RequestHead head;
  EXPECT_TRUE(head.fields.push_back({"x-api-key", key}));
  return head;
}

/// Without a store.
bool may_come_in(const config::Settings& settings, const http::RequestHead& head) {
  return authenticate(settings, {}, head, {}, WallTime{}, 0).has_value();
}

TEST(ClientAuth, KnowsAKeyByAllOfItsDigest) {
  config::Settings settings;
  settings.clients.push_back({.name = "web", .digest = sha256("client-key"), .models = {}});
  const Sha256Digest& known = settings.clients[0].digest;
  EXPECT_TRUE(may_come_in(settings, with_key("client-key")));
  for (std::size_t at = 0; at < known.size(); ++at) {
    int number = 0;
    while (sha256(std::to_string(number))[at] != known[at]) ++number;
    const std::string alike = std::to_string(number);
    EXPECT_FALSE(may_come_in(settings, with_key(alike))) << alike << " agrees in byte " << at << " only";
  }
}

/// One key of the store.
struct Stored {
  explicit Stored(const std::function<void(directory::Key&)>& change = [](directory::Key&) {})
      : made(directory::make_key({1, 2, 3})) {
    directory::Key key;
    key.id = directory::make_key_id({4});
    key.digest = made.digest;
    change(key);
    EXPECT_TRUE(book.put({&key, 1}));
  }
  Result<Caller> ask(std::string_view text, std::uint64_t peer = 0, bool complete = true) const {
    return authenticate({}, {.book = &book, .complete = complete}, with_key(text), {}, WallTime{}, peer);
  }
  std::string code(std::string_view text, std::uint64_t peer = 0, bool complete = true) const {
    const auto caller = ask(text, peer, complete);
    return caller ? "" : caller.error().code;
  }
  directory::MadeKey made;
  directory::KeyBook book;
};

TEST(ClientAuth, KnowsAKeyOfTheStore) {
  const Stored stored;
  const auto caller = stored.ask(stored.made.text.reveal());
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->stored.verdict, directory::KeyVerdict::Known);
  EXPECT_EQ(caller->configured, nullptr);
}

TEST(ClientAuth, TellsAMistypedKeyFromAnUnknownOne) {
  const Stored stored;
  std::string typo(stored.made.text.reveal());
  typo.back() = typo.back() == 'a' ? 'b' : 'a';
  EXPECT_EQ(stored.code(typo), "mistyped_client_key");
  EXPECT_EQ(stored.code(directory::make_key({9}).text.reveal()), "unknown_client_key");
  EXPECT_EQ(stored.code("sk-somebody-elses"), "unknown_client_key");
}

TEST(ClientAuth, AnUnknownKeyIsNotRefusedWhileTheStoreIsAway) {
  const Stored stored;
  const std::string other(directory::make_key({9}).text.reveal());
  EXPECT_EQ(stored.code(other, 0, /*complete=*/false), "keys_unavailable");
  EXPECT_EQ(stored.ask(other, 0, /*complete=*/false).error().status, 503);
  EXPECT_EQ(stored.code(stored.made.text.reveal(), 0, /*complete=*/false), "") << "a known key goes on";
}

TEST(ClientAuth, AKeyMayBeBoundToNetworks) {
  const Stored stored([](directory::Key& key) { key.networks = {"10.0.0.0/8"}; });
  EXPECT_EQ(stored.code(stored.made.text.reveal(), 0x0a000001), "");
  EXPECT_EQ(stored.code(stored.made.text.reveal(), 0x0b000001), "client_network");
}

TEST(ClientAuth, ExpiredAndBlockedKeysAreToldApart) {
  const Stored expired([](directory::Key& key) { key.expires = WallTime{} - std::chrono::seconds(1); });
  EXPECT_EQ(expired.code(expired.made.text.reveal()), "client_key_expired");
  const Stored blocked([](directory::Key& key) { key.blocked = true; });
  EXPECT_EQ(blocked.code(blocked.made.text.reveal()), "client_key_blocked");
}

TEST(ClientAuth, WhereTheStoreIsConfiguredNobodyComesInWithoutAKey) {
  const directory::KeyBook none;
  const auto caller = authenticate({}, {.book = &none, .required = true}, http::RequestHead(), {}, WallTime{}, 0);
  ASSERT_FALSE(caller);
  EXPECT_EQ(caller.error().code, "missing_client_key");
  EXPECT_TRUE(authenticate({}, {.book = &none}, http::RequestHead(), {}, WallTime{}, 0))
      << "by default it may be empty";
  EXPECT_FALSE(authenticate({}, {.book = &none, .complete = false}, http::RequestHead(), {}, WallTime{}, 0))
      << "a store that cannot be read may have keys";
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
