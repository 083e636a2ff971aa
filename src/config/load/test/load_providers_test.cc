#include <gmock/gmock.h>

#include "config/test/test_world.h"

namespace drover::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// The mistakes of a provider that has `rest` after its URL.
std::vector<std::string> provider_mistakes(const std::string& rest, const FakeWorld& in = world()) {
  return mistakes("providers: { p: { base_url: https://p.example.com/v1, " + rest + " } }", in);
}

core::Plan provider_plan(const std::string& rest, const FakeWorld& in = world()) {
  return *loaded("providers: { p: { base_url: https://p.example.com/v1, " + rest + " } }", in).plan;
}

TEST(Providers, HaveTheDefaultsOfAnOpenAiCompatibleService) {
  const core::Plan plan = provider_plan("keys: [ { env: KEY_A } ]");
  ASSERT_EQ(plan.providers.size(), 1U);
  const core::Provider& provider = plan.providers[0];
  EXPECT_EQ(provider.name, "p");
  EXPECT_EQ(provider.dialect, core::DialectKind::OpenAi);
  EXPECT_EQ(provider.auth.kind, core::Auth::Kind::Bearer);
  EXPECT_EQ(provider.usage, core::UsageMode::Observe);
  EXPECT_EQ(provider.pin, core::KeyId{0});
  EXPECT_EQ(plan.servers[0].base_url, "https://p.example.com/v1");
  EXPECT_EQ(plan.keys[0].name, "1");
  EXPECT_EQ(plan.keys[0].secret.reveal(), "canary-aaaa-0001");
}

TEST(Providers, TakeEverySetting) {
  FakeWorld in = world();
  in.files["/ca.pem"] = {.text = "-----BEGIN CERTIFICATE-----\n", .mode = 0644};
  const core::Plan plan = provider_plan(
      "dialect: anthropic, headers: { X-Team: a b }, ca: /ca.pem, region: eu, apis: [ messages, models ], usage: ask, "
      "connections: { keep: 10, max: 20, idle: 5s }, keys: [ { env: KEY_A }, { name: spare, env: KEY_B } ], pin: spare",
      in);
  const core::Provider& provider = plan.providers[0];
  EXPECT_EQ(provider.dialect, core::DialectKind::Anthropic);
  EXPECT_THAT(provider.headers, ElementsAre(testing::Pair("X-Team", "a b")));
  EXPECT_EQ(provider.ca_file, "/ca.pem");
  EXPECT_EQ(provider.region, "eu");
  EXPECT_THAT(provider.apis, ElementsAre("messages", "models"));
  EXPECT_EQ(provider.usage, core::UsageMode::Ask);
  EXPECT_EQ(provider.connections.keep, 10U);
  EXPECT_EQ(provider.connections.max, 20U);
  EXPECT_EQ(provider.connections.idle, std::chrono::seconds(5));
  EXPECT_EQ(provider.pin, core::KeyId{1});
}

TEST(Providers, KeepNoMoreConnectionsThanTheyMayOpen) {
  EXPECT_EQ(provider_plan("connections: { max: 20 }, keys: [ { env: KEY_A } ]").providers[0].connections.keep, 20U);
  EXPECT_THAT(provider_mistakes("connections: { keep: 30, max: 20 }, keys: [ { env: KEY_A } ]"),
              ElementsAre("f:1:68: providers.p.connections: keep (30) is more than max (20); lower keep"));
}

TEST(Providers, TakeAuthAsAWordAMapOrAQuotedLine) {
  EXPECT_EQ(provider_plan("auth: bearer, keys: [ { env: KEY_A } ]").providers[0].auth.kind, core::Auth::Kind::Bearer);
  EXPECT_EQ(provider_plan("auth: { header: X-Api-Key }, keys: [ { env: KEY_A } ]").providers[0].auth.header,
            "x-api-key");
  EXPECT_EQ(provider_plan("dialect: gemini, keys: [ { env: KEY_A } ]").providers[0].auth.header, "x-goog-api-key");
  EXPECT_EQ(provider_plan("auth: \"header: api-key\", keys: [ { env: KEY_A } ]").providers[0].auth.header, "api-key");
  EXPECT_EQ(provider_plan("dialect: anthropic, keys: [ { env: KEY_A } ]").providers[0].auth.header, "x-api-key");
}

TEST(Providers, WithoutAuthHaveOneEmptyKey) {
  const core::Plan plan = provider_plan("auth: none");
  ASSERT_EQ(plan.keys.size(), 1U);
  EXPECT_TRUE(plan.keys[0].secret.empty());
  EXPECT_EQ(plan.targets[0].name, "p/1");
}

TEST(Providers, RefuseKeysWithoutAuthAndAuthWithoutKeys) {
  EXPECT_THAT(
      provider_mistakes("auth: none, keys: [ { env: KEY_A } ]"),
      ElementsAre("f:1:73: providers.p.keys: keys are given although auth is none; remove the keys, or set auth: "
                  "bearer"));
  EXPECT_THAT(
      provider_mistakes("usage: ask"),
      ElementsAre("f:1:17: providers.p: keys are missing; write keys: [ { env: EXAMPLE_KEY } ], or auth: none"));
}

TEST(Providers, RefuseAuthThatIsNoneOfTheFormsWithoutShowingIt) {
  EXPECT_THAT(provider_mistakes("auth: canary-token, keys: [ { env: KEY_A } ]"),
              ElementsAre("f:1:61: providers.p.auth: expected one of bearer, none, { header: x-api-key }, not text"));
  EXPECT_THAT(provider_mistakes("auth: { header: Content-Length }, keys: [ { env: KEY_A } ]"),
              ElementsAre("f:1:71: providers.p.auth.header: this cannot carry a credential as a header's name; write { "
                          "header: x-api-key }"));
}

TEST(Providers, RefuseHeadersThatFrameMessagesOrCarryCredentials) {
  EXPECT_THAT(
      provider_mistakes("keys: [ { env: KEY_A } ], headers: { Host: canary, Authorization: canary, X-A: b, x-a: c, 'X "
                        "B': d, X-C: \"e\\nf\" }"),
      ElementsAre("f:1:92: providers.p.headers: header 'Host' is set by drover itself; remove it",
                  "f:1:106: providers.p.headers: header 'Authorization' carries credentials; use keys and auth",
                  "f:1:137: providers.p.headers: header 'x-a' is given twice; keep one",
                  "f:1:145: providers.p.headers: 'X B' is not the name of a header",
                  "f:1:160: providers.p.headers.X-C: a header's value is printable ASCII without spaces around it, at "
                  "most 4,096 bytes"));
}

TEST(Providers, NeedExactlyOneOfBaseUrlAndServers) {
  EXPECT_THAT(mistakes("providers: { p: { keys: [ { env: KEY_A } ] } }"),
              ElementsAre("f:1:17: providers.p: base_url is missing; write base_url: https://api.example.com/v1"));
  EXPECT_THAT(provider_mistakes("servers: [ http://h ], keys: [ { env: KEY_A } ]"),
              ElementsAre("f:1:17: providers.p: both base_url and servers are given; keep one of them"));
}

TEST(Providers, RefuseUrlsThatCannotBeAndServersGivenTwice) {
  EXPECT_THAT(mistakes("providers: { p: { auth: none, servers: [ http://h:1/v1/, 'http://u:p@h', http://H:1/v1 ] } }"),
              ElementsAre("f:1:58: providers.p.servers[1]: the URL holds a user name or password; give the credential "
                          "under keys",
                          "f:1:74: providers.p.servers[2]: the same server is given twice; remove one"));
}

TEST(Providers, WarnWhenKeysWouldTravelInTheClear) {
  const auto warned = [](const std::string& url, const std::string& auth) {
    return loaded("providers: { p: { base_url: " + url + ", " + auth + " } }").warnings;
  };
  EXPECT_THAT(warned("http://api.example.com", "keys: [ { env: KEY_A } ]"),
              ElementsAre("f:1:29: providers.p.base_url: keys travel to api.example.com unencrypted over http://; use "
                          "https:// if it can"));
  EXPECT_THAT(warned("http://api.example.com", "auth: none"), IsEmpty());
  EXPECT_THAT(warned("http://10.0.0.5:8000", "keys: [ { env: KEY_A } ]"), IsEmpty());
}

TEST(Providers, SayPlainlyThatAProxyIsNotSupported) {
  EXPECT_THAT(provider_mistakes("proxy: http://proxy:3128, keys: [ { env: KEY_A } ]"),
              ElementsAre("f:1:62: providers.p.proxy: a proxy is not supported yet; remove it; drover connects to its "
                          "providers directly"));
}

TEST(Providers, RefuseWordsThatAreNotInTheirLists) {
  EXPECT_THAT(
      provider_mistakes("dialect: openia, usage: always, apis: [ chatt ], keys: [ { env: KEY_A } ]"),
      ElementsAre("f:1:64: providers.p.dialect: expected one of openai, anthropic, gemini, not 'openia'; did you mean "
                  "'openai'?",
                  "f:1:79: providers.p.usage: expected one of observe, ask, not 'always'",
                  "f:1:95: providers.p.apis[0]: expected one of chat, completions, responses, embeddings, "
                  "messages, generate, models, images, audio, moderations, rerank, files, batches, fine_tuning, not "
                  "'chatt'; did you mean 'chat'?"));
}

TEST(Providers, RefuseNamesThatCouldNotBePrintedOrWritten) {
  EXPECT_THAT(mistakes("providers: { \"a\\nb\": { base_url: https://h, keys: [ { env: KEY_A } ] } }"),
              ElementsAre("f:1:14: 'a?b' cannot be the name of a provider; use letters, digits, '.', '_' and '-' (at "
                          "most 64)"));
}

TEST(Providers, H13_RefuseACertificateFileThatIsMissingOrNotOne) {
  FakeWorld in = world();
  in.files["/text"] = {.text = "hello"};
  EXPECT_THAT(provider_mistakes("ca: /none, keys: [ { env: KEY_A } ]", in),
              ElementsAre("f:1:59: providers.p.ca: file '/none' does not exist"));
  EXPECT_THAT(provider_mistakes("ca: /text, keys: [ { env: KEY_A } ]", in),
              ElementsAre("f:1:59: providers.p.ca: file '/text' holds no PEM block; it must contain a line "
                          "-----BEGIN ...-----"));
}

TEST(Providers, SayWhichPinIsUnknown) {
  EXPECT_THAT(provider_mistakes("keys: [ { name: spare, env: KEY_A } ], pin: spar"),
              ElementsAre("f:1:99: providers.p.pin: no key of this provider is called 'spar'; did you mean 'spare'?"));
}

TEST(Providers, TheFirstWithAPinTakesThePathsWithoutAModel) {
  const std::string two =
      "providers:\n  a: { base_url: https://a, keys: [ { env: KEY_A } ] }\n"
      "  b: { base_url: https://b, keys: [ { env: KEY_B }, { env: KEY_C } ]%s }\n"
      "models: { \"*\": { targets: [ a, b ] } }\n";
  const auto with = [&](const std::string& pin) { return std::string(two).replace(two.find("%s"), 2, pin); };
  EXPECT_EQ(loaded(with("")).pin_for(core::DialectKind::OpenAi), core::KeyId{0});
  EXPECT_EQ(loaded(with(", pin: \"2\"")).pin_for(core::DialectKind::OpenAi), core::KeyId{2});
  EXPECT_EQ(loaded(with("")).pin_for(core::DialectKind::Anthropic), std::nullopt);
}

TEST(Providers, RefuseTwoPinsForOneKindOfRequest) {
  EXPECT_THAT(mistakes("providers:\n  a: { base_url: https://a, keys: [ { env: KEY_A } ], pin: \"1\" }\n"
                       "  b: { base_url: https://b, keys: [ { env: KEY_B } ], pin: \"1\" }\n"
                       "models: { \"*\": { targets: [ a, b ] } }\n"),
              ElementsAre("f:3:3: providers.b: pin is given by 'a' too, and requests that name no model can go to one "
                          "provider only; keep one pin"));
}

TEST(Providers, K11_HaveAQueryOfTheirOwn) {
  const auto with = [](std::string_view query) {
    return "providers: { one: { base_url: https://one.example.com/v1, keys: [ { env: KEY_A } ], query: " +
           std::string(query) + " } }\n";
  };
  const Settings settings = loaded(with("{ api-version: 2024-10-21, q: \"a b&c\" }"));
  EXPECT_THAT(settings.plan->providers[0].query,
              ElementsAre(testing::Pair("api-version", "2024-10-21"), testing::Pair("q", "a%20b%26c")));
  EXPECT_THAT(mistakes(with("{ api_key: x }")), ElementsAre(HasSubstr("carries credentials; use keys and auth")));
  EXPECT_THAT(mistakes(with("{ \"a=b\": x }")), ElementsAre(HasSubstr("is not the name of a query parameter")));
  EXPECT_THAT(mistakes(with("{ a: x, A: y }")), ElementsAre(HasSubstr("is given twice")));
  EXPECT_THAT(mistakes(with("{ a: " + std::string(257, 'x') + " }")), ElementsAre(HasSubstr("at most 256 bytes")));
}

TEST(Providers, MustExist) {
  EXPECT_THAT(mistakes("threads: auto"), ElementsAre("f:1:1: there is no 'providers'; start from drover.example.yaml"));
  EXPECT_THAT(mistakes("providers: {}"),
              ElementsAre("f:1:12: providers: there is no provider; start from drover.example.yaml"));
  EXPECT_THAT(mistakes("providers: [ a ]"), ElementsAre(HasSubstr("f:1:12: providers: expected a map such as")));
  EXPECT_THAT(mistakes("providers:"), ElementsAre("f:1:1: 'providers' has no value; give it one or remove it"));
}

}  // namespace
}  // namespace drover::config
