#include <gmock/gmock.h>

#include "base/sha256.h"
#include "config/load/key_source.h"
#include "config/test/test_world.h"

namespace drover::config {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string provider(const std::string& keys) {
  return "providers:\n p:\n  base_url: https://p.example.com/v1\n  keys: " + keys + "\n";
}

std::vector<std::string> key_mistakes(const std::string& keys, const FakeWorld& in = world()) {
  return mistakes(provider(keys), in);
}

FakeWorld with_variable(const std::string& value) {
  FakeWorld in = world();
  in.variables["SOME_KEY"] = value;
  return in;
}

TEST(Keys, ComeFromVariablesFilesAndValues) {
  FakeWorld in = world();
  in.files["/run/secret"] = {.text = "canary-file-0001\r\n", .mode = 0600};
  const Settings settings = loaded(
      provider("[ { env: KEY_A }, { file: /run/secret, name: spare, weight: 3 }, { value: canary-value-1 } ]"), in);
  const auto& keys = settings.plan->keys;
  ASSERT_EQ(keys.size(), 3U);
  EXPECT_EQ(keys[0].secret.reveal(), "canary-aaaa-0001");
  EXPECT_EQ(keys[1].secret.reveal(), "canary-file-0001");
  EXPECT_EQ(keys[1].name, "spare");
  EXPECT_EQ(keys[1].weight, 3U);
  EXPECT_EQ(keys[2].secret.reveal(), "canary-value-1");
  EXPECT_EQ(keys[2].name, "3");
}

TEST(Keys, OfAListAreSeveral) {
  const auto plain = loaded(provider("[ { env: KEY_A }, { env: LIST } ]"));
  ASSERT_EQ(plan_names(plain), (std::vector<std::string>{"1", "2", "3"}));
  EXPECT_EQ(plain.plan->keys[2].secret.reveal(), "canary-list-0002");
  const auto named = loaded(provider("[ { env: LIST, name: team } ]"));
  EXPECT_EQ(plan_names(named), (std::vector<std::string>{"team-1", "team-2"}));
}

TEST(Keys, OfAListMayEndWithAComma) {
  EXPECT_EQ(plan_names(loaded(provider("[ { env: SOME_KEY } ]"), with_variable("k-1234, ,k-5678,"))),
            (std::vector<std::string>{"1", "2"}));
}

TEST(Keys, HaveAFingerprintOfProviderAndValue) {
  const auto settings = loaded(provider("[ { env: KEY_A } ]"));
  EXPECT_EQ(settings.plan->keys[0].fingerprint, hex(sha256("drover-key:p:canary-aaaa-0001"), 4));
  EXPECT_EQ(settings.plan->keys[0].fingerprint.size(), 8U);
}

TEST(Keys, H13_NameTheVariableThatIsMissingOrEmpty) {
  EXPECT_THAT(key_mistakes("[ { env: MISSING_KEY } ]"),
              ElementsAre("f:4:18: providers.p.keys[0].env: environment variable 'MISSING_KEY' is not set; set it "
                          "before drover starts"));
  EXPECT_THAT(
      key_mistakes("[ { env: SOME_KEY } ]", with_variable(" , ")),
      ElementsAre("f:4:18: providers.p.keys[0].env: environment variable 'SOME_KEY' is empty; put the key there"));
}

TEST(Keys, WrittenWhereTheirVariableShouldBeAreNotShown) {
  EXPECT_THAT(
      key_mistakes("[ { env: sk-canary-123 } ]"),
      ElementsAre("f:4:18: providers.p.keys[0].env: this is not the name of an environment variable (not shown: "
                  "it may be the key itself); write a name such as EXAMPLE_KEY and set that variable to the "
                  "key"));
  EXPECT_THAT(key_mistakes("[ { env: hs_canary_0123456789abcdef } ]"),
              ElementsAre("f:4:18: providers.p.keys[0].env: environment variable named here (not shown: it may be a "
                          "key) is not set; set it before drover starts"));
}

TEST(Keys, WrittenInAnyOtherWrongPlaceAreNotShown) {
  for (const char* keys :
       {"canary-1", "[ canary-1 ]", "[ { canary-1: x } ]", "[ { name: [ canary-1 ] } ]", "{ canary-1: { env: KEY_A } }",
        "[ { env: [ canary-1 ] } ]", "[ { file: canary-1 } ]", "[ { env: canary-1 } ]", "[ { value: \"canary-1 x\" } ]",
        "[ { weight: canary-1, env: KEY_A } ]"}) {
    const auto found = key_mistakes(keys);
    EXPECT_THAT(found, Not(IsEmpty())) << keys;
    EXPECT_THAT(found, Each(Not(HasSubstr("canary-1")))) << keys;
  }
}

TEST(Keys, RefusePlaceholders) {
  for (const char* text : {"sk-your-key-here", "YOUR_API_KEY", "YOUR_HOLYSHEEP_API_KEY", "changeme", "CHANGE-ME",
                           "<your key>", "<key>", "xxx", "sk-xxxxxxxxxxxx", "sk-", "sk-...", "${HOLYSHEEP_API_KEY}",
                           "{{ key }}", "********", "0000", "api_key", "insert-key-here", "placeholder", "todo"}) {
    EXPECT_TRUE(is_placeholder(text)) << text;
  }
  EXPECT_THAT(key_mistakes("[ { env: SOME_KEY } ]", with_variable("sk-your-key-here")),
              ElementsAre("f:4:18: providers.p.keys[0].env: environment variable 'SOME_KEY' is a placeholder, not a "
                          "key; put the real key there"));
}

TEST(Keys, DoNotLookLikePlaceholdersByAccident) {
  for (const char* text :
       {"sk-proj-Ab12Cd34", "hs-7f3a9c", "mock-key-1", "canary-aaaa-0001", "eyJhbGciOi.eyJzdWIi.sig"}) {
    EXPECT_FALSE(is_placeholder(text)) << text;
  }
}

TEST(Keys, RefuseSpacesControlCharactersAndForeignLetters) {
  const std::string expected =
      "f:4:18: providers.p.keys[0].env: environment variable 'SOME_KEY' holds spaces, control characters or letters "
      "outside ASCII, which no key has; check how it was copied";
  for (const char* text : {"a1 b2", "a1\tb2", "a1\nb2", "a1\r\nX-Evil: 1", "a1\x7f", "a1\xe2\x80\x8b"}) {
    EXPECT_THAT(key_mistakes("[ { env: SOME_KEY } ]", with_variable(text)), ElementsAre(expected));
  }
}

TEST(Keys, RefuseTextTooLongToBeAKey) {
  std::string text;
  while (text.size() <= 8192) text += "abcdefgh12345678";
  EXPECT_THAT(key_mistakes("[ { env: SOME_KEY } ]", with_variable(text)),
              ElementsAre(HasSubstr("is longer than 8192 bytes")));
}

TEST(Keys, H13_NameTheFileThatCannotBeRead) {
  FakeWorld in = world();
  in.files["/big"] = {.text = std::string(10'000, 'k')};
  in.files["/open"] = {.text = "canary-file-0001", .mode = 0666};
  in.files["/two"] = {.text = "canary-1\ncanary-2\n"};
  const std::string at = "f:4:19: providers.p.keys[0].file: ";
  EXPECT_THAT(key_mistakes("[ { file: /none } ]", in), ElementsAre(at + "file '/none' does not exist"));
  EXPECT_THAT(key_mistakes("[ { file: /big } ]", in), ElementsAre(at + "file '/big' is larger than 8194 bytes"));
  EXPECT_THAT(key_mistakes("[ { file: /open } ]", in),
              ElementsAre(at + "file '/open' can be changed by everybody; chmod 600 it"));
  EXPECT_THAT(key_mistakes("[ { file: /two } ]", in), ElementsAre(HasSubstr("file '/two' holds spaces, control")));
}

TEST(Keys, H13_WarnWhenTheirFileCanBeReadByEverybody) {
  FakeWorld in = world();
  in.files["/k"] = {.text = "canary-file-0001", .mode = 0644};
  EXPECT_THAT(loaded(provider("[ { file: /k } ]"), in).warnings,
              ElementsAre("f:4:19: providers.p.keys[0].file: file '/k' can be read by everybody; chmod 600 it"));
}

TEST(Keys, GivenByValueWarn) {
  EXPECT_THAT(loaded(provider("[ { value: canary-value-1 } ]")).warnings,
              ElementsAre(AllOf(HasSubstr("f:4:20: providers.p.keys[0].value: a key written into the configuration"),
                                Not(HasSubstr("canary")))));
}

TEST(Keys, NeedExactlyOneSource) {
  EXPECT_THAT(
      key_mistakes("[ { name: a } ]"),
      ElementsAre("f:4:11: providers.p.keys[0]: this key has no env, file or value; write { env: EXAMPLE_KEY }"));
  EXPECT_THAT(key_mistakes("[ { env: KEY_A, value: b } ]"),
              ElementsAre("f:4:11: providers.p.keys[0]: this key has more than one of env, file and value; keep one"));
}

TEST(Keys, GivenTwiceInOneProviderAreToldWithoutTheirValue) {
  FakeWorld in = world();
  in.variables["AGAIN"] = "canary-aaaa-0001";
  EXPECT_THAT(key_mistakes("[ { env: KEY_A, name: first }, { env: AGAIN } ]", in),
              ElementsAre("f:4:40: providers.p.keys[1]: this is the same key as 'first': one key under two names would "
                          "be counted twice; remove one"));
}

TEST(Keys, HaveNamesOfTheirOwn) {
  EXPECT_THAT(
      key_mistakes("[ { env: KEY_A, name: a }, { env: KEY_B, name: a } ]"),
      ElementsAre("f:4:36: providers.p.keys[1]: another key of this provider is called 'a' too; give it another "
                  "name"));
}

TEST(Keys, WithWeightZeroWarnAndGetNoTraffic) {
  const Settings settings = loaded(provider("[ { env: KEY_A, weight: 0 }, { env: KEY_B } ]"));
  EXPECT_THAT(settings.warnings, ElementsAre("f:4:11: providers.p.keys[0]: weight 0, so this key gets no traffic"));
  ASSERT_EQ(settings.plan->targets.size(), 1U);
  EXPECT_EQ(settings.plan->targets[0].key, core::KeyId{1});
}

TEST(Keys, ShareAQuota) {
  const Settings settings =
      loaded(provider("[ { env: KEY_A, quota: team } ]") +
             "quotas: { team: { gpt-4o: { requests_per_minute: 5, concurrent: 2 }, \"*\": { requests_per_day: 9 } } }");
  ASSERT_EQ(settings.plan->quotas.size(), 1U);
  EXPECT_EQ(settings.plan->keys[0].quota, core::QuotaId{0});
  EXPECT_EQ(settings.plan->targets[0].quota, core::QuotaId{0});
  const core::ModelLimits& limits = settings.plan->quotas[0].models.at("gpt-4o");
  EXPECT_EQ(limits.requests_per_minute, 5);
  EXPECT_EQ(limits.concurrent, 2);
  EXPECT_EQ(limits.requests_per_day, std::nullopt);
  EXPECT_EQ(settings.plan->quotas[0].models.at("*").requests_per_day, 9);
}

TEST(Keys, AndModelsHaveLimitsOfTheirOwn) {
  const Settings settings = loaded(provider("[ { env: LIST, limits: { requests_per_minute: 7 } } ]") +
                                   "models: { m: { targets: [ p ], limits: { concurrent: 2 } } }");
  ASSERT_EQ(settings.plan->keys.size(), 2U);
  EXPECT_EQ(settings.plan->keys[0].limits.requests_per_minute, 7);
  EXPECT_EQ(settings.plan->keys[1].limits.requests_per_minute, 7);
  EXPECT_EQ(settings.plan->routes[0].limits.concurrent, 2);
}

TEST(Quotas, NumberTheModelsThatHaveLimits) {
  const Settings settings = loaded(provider("[ { env: KEY_A, quota: q } ]") +
                                   "quotas: { q: { b: { concurrent: 1 }, a: { concurrent: 1 }, \"*\": {} } }");
  EXPECT_EQ(settings.plan->limited_model("a"), 0U);
  EXPECT_EQ(settings.plan->limited_model("b"), 1U);
  EXPECT_EQ(settings.plan->limited_model("*"), core::kUnlimitedModel);
  EXPECT_EQ(settings.plan->limited_model("c"), core::kUnlimitedModel);
}

TEST(Keys, NameTheQuotaThatDoesNotExist) {
  EXPECT_THAT(mistakes(provider("[ { env: KEY_A, quota: tem } ]") + "quotas: { team: {} }"),
              ElementsAre("f:4:32: providers.p.keys[0].quota: there is no quota called 'tem'; did you mean 'team'?"));
  EXPECT_THAT(key_mistakes("[ { env: KEY_A, quota: team } ]"),
              ElementsAre("f:4:32: providers.p.keys[0].quota: there is no quota called 'team'; describe it under "
                          "quotas"));
}

TEST(Quotas, RefuseUnknownAndImpossibleLimits) {
  EXPECT_THAT(mistakes(one_provider("quotas: { q: { m: { rpm: 5, concurrent: 0, requests_per_day: 1.5 } } }")),
              ElementsAre("f:2:21: quotas.q.m: unknown key 'rpm'; did you mean 'requests_per_minute'?",
                          "f:2:41: quotas.q.m.concurrent: expected a whole number from 1 to 1000000000000, not '0'",
                          "f:2:62: quotas.q.m.requests_per_day: expected a whole number from 1 to 1000000000000, not "
                          "'1.5'"));
}

TEST(Keys, BeyondTheLimitAreRefused) {
  FakeWorld in = world();
  std::string list;
  for (int at = 0; at < 20'001; ++at) list += "k-" + std::to_string(at) + "abc,";
  in.variables["SOME_KEY"] = list;
  EXPECT_THAT(key_mistakes("[ { env: SOME_KEY } ]", in), Contains(HasSubstr("more than 20000 keys")));
}

}  // namespace
}  // namespace drover::config
