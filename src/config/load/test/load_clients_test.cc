#include <gmock/gmock.h>

#include "base/sha256.h"
#include "config/test/test_world.h"

namespace drover::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kModels = "models: { m: { targets: [ one ] }, n: { targets: [ two ] } }\n";

FakeWorld clients_world() {
  FakeWorld in = world();
  in.variables["WEB_KEY"] = "canary-client-web-0001";
  in.variables["APP_KEY"] = "canary-client-app-0002";
  return in;
}

std::string with_clients(const std::string& clients) {
  return two_providers(std::string(kModels) + "clients: " + clients);
}

std::vector<std::string> client_mistakes(const std::string& clients, const FakeWorld& in = clients_world()) {
  return mistakes(with_clients(clients), in);
}

TEST(Clients, AreInteractiveUnlessTheirClassSaysBatch) {
  const Settings settings = loaded(
      with_clients("[ { name: app, key: { env: APP_KEY } }, { name: web, key: { env: WEB_KEY }, class: batch } ]"),
      clients_world());
  EXPECT_EQ(settings.plan->principals[0].service, core::ServiceClass::Interactive);
  EXPECT_EQ(settings.plan->principals[1].service, core::ServiceClass::Batch);
  EXPECT_FALSE(client_mistakes("[ { name: app, key: { env: APP_KEY }, class: bulk } ]").empty());
}

TEST(Clients, F3_MayBeHeldToGlobs) {
  const Settings settings =
      loaded(two_providers("models: { \"claude-*\": { targets: [ one ] }, gpt-4o: { targets: [ two ] } }\n"
                           "clients: [ { name: web, key: { env: WEB_KEY }, models: [ \"claude-opus-*\", \"gpt-*\", "
                           "claude-x ] } ]"),
             clients_world());
  EXPECT_THAT(settings.clients[0].models, ElementsAre("claude-opus-*", "gpt-*", "claude-x"));
  EXPECT_THAT(client_mistakes("[ { name: web, key: { env: WEB_KEY }, models: [ \"gpt-*\" ] } ]"),
              ElementsAre(HasSubstr("there is no model called 'gpt-*'")));
  EXPECT_THAT(client_mistakes("[ { name: web, key: { env: WEB_KEY }, models: [ \"m*n\" ] } ]"),
              ElementsAre(HasSubstr("has a star that is not its end")));
}

TEST(Clients, HaveLimitsOfTheirOwn) {
  const Settings settings = loaded(with_clients("[ { name: app, key: { env: APP_KEY } }, "
                                                "{ name: web, key: { env: WEB_KEY }, limits: { concurrent: 3 } } ]"),
                                   clients_world());
  ASSERT_EQ(settings.plan->principals.size(), 2U);
  EXPECT_EQ(settings.clients[1].principal, core::PrincipalId{1});
  EXPECT_EQ(settings.plan->principals[1].name, "web");
  EXPECT_EQ(settings.plan->principals[1].limits.concurrent, 3);
  EXPECT_FALSE(settings.plan->principals[0].limits.any());
}

TEST(Clients, NameTheLimitThatDoesNotExist) {
  EXPECT_THAT(client_mistakes("[ { name: web, key: { env: WEB_KEY }, limits: { rpm: 3 } } ]"),
              ElementsAre(HasSubstr("clients[0].limits: unknown key 'rpm'; did you mean 'requests_per_minute'?")));
}

TEST(Clients, AreKnownByTheDigestOfTheirKey) {
  const Settings settings = loaded(
      with_clients("[ { name: web, key: { env: WEB_KEY }, models: [ m ], providers: [ one ] } ]"), clients_world());
  ASSERT_EQ(settings.clients.size(), 1U);
  const ClientKey& client = settings.clients[0];
  EXPECT_EQ(client.name, "web");
  EXPECT_EQ(client.digest, sha256("canary-client-web-0001"));
  EXPECT_THAT(client.models, ElementsAre("m"));
  EXPECT_TRUE(client.may_use(core::ProviderId{0}));
  EXPECT_FALSE(client.may_use(core::ProviderId{1}));
  EXPECT_THAT(settings.warnings, IsEmpty());
}

TEST(Clients, WithoutAFenceReachEveryProvider) {
  const Settings settings = loaded(with_clients("[ { name: web, key: { env: WEB_KEY } } ]"), clients_world());
  EXPECT_THAT(settings.clients[0].models, IsEmpty());
  EXPECT_TRUE(settings.clients[0].may_use(core::ProviderId{70}));
}

TEST(Clients, NeedANameAndAKey) {
  EXPECT_THAT(
      client_mistakes("[ { models: [ m ] }, web ]"),
      ElementsAre("f:5:12: clients[0]: name is missing; write name: web",
                  "f:5:12: clients[0]: key is missing; write key: { env: WEB_KEY }",
                  "f:5:31: clients[1]: expected a map such as { name: web, key: { env: WEB_KEY } }, not 'web'"));
}

TEST(Clients, HaveNamesAndKeysOfTheirOwn) {
  EXPECT_THAT(client_mistakes("[ { name: a, key: { env: WEB_KEY } }, { name: a, key: { env: APP_KEY } } ]"),
              ElementsAre("f:5:48: clients[1]: another client is called 'a' too; give it another name"));
  EXPECT_THAT(client_mistakes("[ { name: a, key: { env: WEB_KEY } }, { name: b, key: { env: WEB_KEY } } ]"),
              ElementsAre("f:5:64: clients[1].key: this is the same key as client 'a' has; give each client its own"));
}

TEST(Clients, NameTheModelOrProviderThatDoesNotExist) {
  EXPECT_THAT(client_mistakes("[ { name: a, key: { env: WEB_KEY }, models: [ gpt ], providers: [ tow ] } ]"),
              ElementsAre("f:5:56: clients[0].models[0]: there is no model called 'gpt'; known: m, n",
                          "f:5:76: clients[0].providers[0]: there is no provider called 'tow'; did you mean 'two'?"));
}

TEST(Clients, MayNameAnyModelWhereAWildcardTakesIt) {
  EXPECT_THAT(mistakes(one_provider("models: { \"*\": { targets: [ one ] } }\n"
                                    "clients: [ { name: a, key: { env: WEB_KEY }, models: [ anything ] } ]"),
                       clients_world()),
              IsEmpty());
}

TEST(Clients, KeysPastedInPlaceOfTheirSourceAreNotShown) {
  for (const char* clients : {"[ { name: a, key: canary-1 } ]", "[ { name: a, key: [ canary-1 ] } ]",
                              "[ { name: a, key: { canary-1: b } } ]", "[ { name: a, key: { env: canary-1 } } ]"}) {
    for (const std::string& mistake : client_mistakes(clients)) EXPECT_THAT(mistake, testing::Not(HasSubstr("canary")));
    EXPECT_THAT(client_mistakes(clients), testing::SizeIs(testing::Ge(1U))) << clients;
  }
}

TEST(Clients, TakeOneKeyEachEvenWithACommaInIt) {
  FakeWorld in = clients_world();
  in.variables["WEB_KEY"] = "canary-client,web-0001";
  const Settings settings = loaded(with_clients("[ { name: web, key: { env: WEB_KEY } } ]"), in);
  EXPECT_EQ(settings.clients[0].digest, sha256("canary-client,web-0001"));
}

TEST(Clients, WithShortOrBorrowedKeysWarn) {
  FakeWorld in = clients_world();
  in.variables["APP_KEY"] = "canary-1";
  EXPECT_THAT(
      loaded(with_clients("[ { name: a, key: { env: APP_KEY } }, { name: b, key: { env: KEY_A } } ]"), in).warnings,
      ElementsAre(
          "f:5:28: clients[0].key: this key is shorter than 16 characters and can be guessed",
          "f:5:64: clients[1].key: this is also a key of provider 'one'; clients should have keys of their own"));
}

TEST(Clients, ThatCannotReachTheirModelWarn) {
  EXPECT_THAT(
      loaded(with_clients("[ { name: a, key: { env: WEB_KEY }, models: [ n ], providers: [ one ] } ]"), clients_world())
          .warnings,
      ElementsAre("f:5:12: clients[0]: client 'a' may ask for 'n', but none of its targets is at a provider the client "
                  "may reach"));
}

TEST(Clients, E8_CanBeFencedAmongAnyNumberOfProviders) {
  std::string text = "providers:\n";
  for (int at = 0; at < 200; ++at) text += "  p" + std::to_string(at) + ": { base_url: https://h, auth: none }\n";
  text += "models: { m: { targets: [ p0 ] } }\n";
  text += "clients: [ { name: a, key: { env: WEB_KEY }, providers: [ p0, p150 ] } ]";
  const Settings settings = loaded(text, clients_world());
  EXPECT_TRUE(settings.clients[0].may_use(core::ProviderId{0}));
  EXPECT_TRUE(settings.clients[0].may_use(core::ProviderId{150}));
  EXPECT_FALSE(settings.clients[0].may_use(core::ProviderId{64}));
  EXPECT_FALSE(settings.clients[0].may_use(core::ProviderId{199}));
}

}  // namespace
}  // namespace drover::config
