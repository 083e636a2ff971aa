// Routes for many names ("*", "claude-*", "org/*") in front of providers of both dialects: who gets which request, by
// which name, and that GET /v1/models tells the same.
#include "integration/messages_kit.h"

namespace drover::test {
namespace {

using testing::HasSubstr;
using testing::Not;

/// Two providers, "o" in OpenAI's dialect and "a" in Anthropic's, and these models.
std::string providers(const RawUpstream& o, const RawUpstream& a, const std::string& more) {
  return std::string(kBase) + "providers:\n  o: { base_url: " + url_of(o) + ", keys: [ { value: " + kKeyOne +
         " } ] }\n  a: { dialect: anthropic, base_url: " + root_of(url_of(a)) + ", keys: [ { value: " + kKeyTwo +
         " } ] }\n" + more;
}

struct Both {
  explicit Both(const std::string& more) : gateway(providers(o, a, more)) {
    o.always(Say{}.bytes(sized(kPlainAnswer)));
    a.always(Say{}.bytes(sized(kPlainMessage)));
  }
  std::string chat(std::string_view model) {
    EXPECT_EQ(gateway.post(kChat, chat_body(model)).status, 200) << model;
    return o.heard().empty() ? std::string() : o.heard().back().body;
  }
  std::string message(std::string_view model) {
    EXPECT_EQ(gateway.post(kMessages, message_body(model)).status, 200) << model;
    return a.heard().empty() ? std::string() : a.heard().back().body;
  }
  int retrieve(const std::string& model, const Fields& fields = {}) {
    return gateway.client().get("/v1/models/" + model, fields).status;
  }

  RawUpstream o;
  RawUpstream a;
  Gateway gateway;
};

TEST(AnyModel, F2_OneStarServesEachRequestInItsOwnDialect) {
  Both both("models: { \"*\": { targets: [ o, a ] } }\n");
  EXPECT_THAT(both.chat("gpt-5"), HasSubstr("\"model\":\"gpt-5\""));
  EXPECT_THAT(both.message("claude-opus-4-8"), HasSubstr("\"model\":\"claude-opus-4-8\""));
  for (int round = 0; round < 20; ++round) {
    (void)both.chat("gpt-5");
    (void)both.message("claude-opus-4-8");
  }
  EXPECT_EQ(both.o.heard().size(), 21U);
  EXPECT_EQ(both.a.heard().size(), 21U);
}

TEST(AnyModel, F2_ProvidersOfTwoDialectsNeedNoModels) {
  Both both("");
  (void)both.chat("gpt-5");
  (void)both.message("claude-opus-4-8");
  EXPECT_EQ(both.o.heard().size(), 1U);
  EXPECT_EQ(both.a.heard().size(), 1U);
}

TEST(AnyModel, F2_ASickTargetOfTheOtherDialectIsNoWayOut) {
  Both both("models: { \"*\": { targets: [ o, a ] } }\nretry: { same_target: 0 }\n");
  both.o.always(Say{}.bytes(
      sized("{\"error\":{\"message\":\"no\"}}", "Content-Type: application/json\r\n", "500 Internal Server Error")));
  EXPECT_EQ(both.gateway.post(kChat, plain_chat()).status, 500);
  EXPECT_TRUE(both.a.heard().empty());
}

TEST(AnyModel, F3_TheExactNameIsBeforeTheLongestGlobAndThatBeforeTheStar) {
  Both both(
      "models:\n  \"*\": { targets: [ { provider: o, model: star } ] }\n"
      "  \"gpt-*\": { targets: [ { provider: o, model: family } ] }\n"
      "  \"gpt-4*\": { targets: [ { provider: o, model: longer } ] }\n"
      "  gpt-4o: { targets: [ { provider: o, model: exact } ] }\n");
  EXPECT_THAT(both.chat("gpt-4o"), HasSubstr("\"model\":\"exact\""));
  EXPECT_THAT(both.chat("gpt-4o-mini"), HasSubstr("\"model\":\"longer\""));
  EXPECT_THAT(both.chat("gpt-5"), HasSubstr("\"model\":\"family\""));
  EXPECT_THAT(both.chat("gp"), HasSubstr("\"model\":\"star\""));
}

TEST(AnyModel, F3_AGlobOfATargetRenames) {
  Both both(
      "models:\n  \"claude-*\": { targets: [ { provider: o, model: \"anthropic/*\" }, a ] }\n"
      "  \"openai/*\": { targets: [ { provider: o, model: \"*\" } ] }\n"
      "  \"bed-*\": { targets: [ { provider: o, model: \"us.bed.*\" } ] }\n");
  EXPECT_THAT(both.chat("claude-opus-4-8"), HasSubstr("\"model\":\"anthropic/claude-opus-4-8\""));
  EXPECT_THAT(both.message("claude-opus-4-8"), HasSubstr("\"model\":\"claude-opus-4-8\""));
  EXPECT_THAT(both.chat("openai/gpt-5"), HasSubstr("\"model\":\"gpt-5\""));
  EXPECT_THAT(both.chat("bed-rock"), HasSubstr("\"model\":\"us.bed.rock\""));
}

TEST(AnyModel, F3_AGlobIsNoNameThatAClientCouldMiss) {
  Both both("models: { \"claude-*\": { targets: [ a ] }, gpt-4o: { targets: [ o ] } }\n");
  (void)both.message("claude-sonnet-4-5-20250929");
  const Answer unknown = both.gateway.post(kMessages, message_body("nope"));
  EXPECT_EQ(unknown.status, 404);
  EXPECT_THAT(unknown.body, HasSubstr("model_not_found"));
}

TEST(AnyModel, F2_TheAnswerToTheOtherDialectSaysWhatTheStarIsFor) {
  Both both("models: { \"*\": { targets: [ o ], translate: off }, haiku: { targets: [ a ] } }\n");
  const Answer answer = both.gateway.post(kMessages, message_body("claude-nope"));
  EXPECT_EQ(answer.status, 404);
  EXPECT_THAT(answer.body, HasSubstr("This model is not listed here, and \\\"*\\\" is for the OpenAI dialect"));
  EXPECT_THAT(answer.body, HasSubstr("Known here: haiku."));
  EXPECT_THAT(answer.body, Not(HasSubstr("serves this model")));
}

TEST(AnyModel, F5_RetrieveSaysWhatAChatWouldDo) {
  Both both(
      "models: { \"claude-*\": { targets: [ a ] }, \"gpt-*\": { targets: [ o, a ] }, mini: { targets: [ o ] } }\n");
  EXPECT_EQ(both.retrieve("gpt-5"), 200);
  EXPECT_EQ(both.retrieve("gpt-5", kVersioned), 200);
  EXPECT_EQ(both.retrieve("claude-x", kVersioned), 200);
  EXPECT_EQ(both.retrieve("claude-x"), 200);
  EXPECT_EQ(both.retrieve("mini"), 200);
  EXPECT_EQ(both.retrieve("mini", kVersioned), 200);
  EXPECT_EQ(both.retrieve("nope"), 404);
}

TEST(AnyModel, F5_RetrieveSaysWhatAChatWouldDoWhereNothingIsTranslated) {
  Both both("models: { \"claude-*\": { targets: [ a ], translate: off }, mini: { targets: [ o ], translate: off } }\n");
  EXPECT_EQ(both.retrieve("claude-x", kVersioned), 200);
  EXPECT_EQ(both.retrieve("claude-x"), 404);
  EXPECT_EQ(both.retrieve("mini"), 200);
  EXPECT_EQ(both.retrieve("mini", kVersioned), 404);
}

TEST(AnyModel, AGlobTranslatesOnlyWhereNoneOfItsTargetsSpeaksTheDialect) {
  Both both(
      "models: { \"claude-*\": { targets: [ a ], fallback: [ gpt ] }, gpt: { targets: [ o ] }, "
      "\"*\": { targets: [ o, a ] }, \"both-*\": { targets: [ a, o ], balance: round_robin, translate: lenient } }\n");
  EXPECT_EQ(both.gateway.post(kChat, chat_body("claude-x")).field("x-drover-target"), "a/1") << "not its fallback";
  for (int request = 0; request < 10; ++request) (void)both.chat("any");
  EXPECT_EQ(both.o.heard().size(), 10U);
  for (int request = 0; request < 10; ++request) (void)both.gateway.post(kChat, chat_body("both-x"));
  EXPECT_EQ(both.o.heard().size(), 15U) << "where it is written, both take part";
}

TEST(AnyModel, F3_ListsWhatTheProvidersHaveByTheNamesThatClientsSend) {
  Both both(
      "models:\n  \"claude-*\": { targets: [ { provider: o, model: \"anthropic/*\" } ] }\n"
      "  \"openai/*\": { targets: [ { provider: o, model: \"*\" } ] }\n  \"openai/gpt-4*\": { targets: [ a ] }\n");
  both.o.always(Say{}.bytes(sized(
      R"({"object":"list","data":[{"id":"anthropic/claude-a"},{"id":"anthropic/other"},{"id":"gpt-4o"},{"id":"gpt-5"}]})")));
  const std::string list = both.gateway.client().get("/v1/models").body;
  EXPECT_THAT(list, HasSubstr("\"id\":\"claude-a\""));
  EXPECT_THAT(list, HasSubstr("\"id\":\"openai/gpt-5\""));
  EXPECT_THAT(list, Not(HasSubstr("openai/gpt-4o")));  // the longer glob has it, and speaks the other dialect
  EXPECT_THAT(list, Not(HasSubstr("\"id\":\"other\"")));
  EXPECT_THAT(list, Not(HasSubstr("*")));
}

TEST(AnyModel, F3_AClientIsHeldToTheGlobsOfItsList) {
  Both both("models: { \"*\": { targets: [ o, a ] } }\nclients: [ { name: c, key: { value: " + std::string(kKeyThree) +
            " }, models: [ \"claude-*\", gpt-4o ] } ]\n");
  Fields fields = {{"Authorization", "Bearer " + std::string(kKeyThree)}};
  const auto status = [&](std::string_view path, const std::string& body) {
    return both.gateway.client().post(path, body, fields).status;
  };
  EXPECT_EQ(status(kMessages, message_body("claude-x")), 200);
  EXPECT_EQ(status(kChat, chat_body("gpt-4o")), 200);
  EXPECT_EQ(status(kChat, chat_body("gpt-4o-mini")), 403);
  EXPECT_EQ(status(kMessages, message_body("claudia")), 403);
  EXPECT_EQ(both.retrieve("gpt-4o", fields), 200);
  EXPECT_EQ(both.retrieve("gpt-4o-mini", fields), 404);
}

TEST(AnyModel, F2_AClientOfOneProviderHasOnlyThatOne) {
  Both both("models: { \"*\": { targets: [ o, a ] } }\nclients: [ { name: c, key: { value: " + std::string(kKeyThree) +
            " }, providers: [ a ] } ]\n");
  const Fields fields = {{"Authorization", "Bearer " + std::string(kKeyThree)}};
  EXPECT_EQ(both.gateway.client().post(kMessages, message_body("claude-x"), fields).status, 200);
  EXPECT_EQ(both.gateway.client().post(kChat, chat_body("claude-x"), fields).field("x-drover-target"), "a/1");
  EXPECT_EQ(both.gateway.client().post("/v1/embeddings", R"({"model":"x","input":"a"})", fields).status, 404);
  EXPECT_TRUE(both.o.heard().empty());
  EXPECT_EQ(both.retrieve("claude-x", fields), 200);
}

TEST(AnyModel, TheLimitsOfAQuotaAreForTheNameThatIsSent) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  const Gateway gateway(std::string(kBase) + "timeouts: { queue: 0s }\nproviders: { one: { base_url: \"" +
                        url_of(upstream) + "\", keys: [ { value: " + kKeyOne + ", quota: team } ] } }\n" +
                        "quotas: { team: { \"anthropic/claude-x\": { requests_per_minute: 1 }, "
                        "claude-y: { requests_per_minute: 1 } } }\n"
                        "models:\n  \"claude-*\": { targets: [ { provider: one, model: \"anthropic/*\" } ] }\n"
                        "  \"house/*\": { targets: [ { provider: one, model: \"anthropic/*\" } ] }\n");
  EXPECT_EQ(gateway.post(kChat, chat_body("claude-x")).status, 200);
  EXPECT_EQ(gateway.post(kChat, chat_body("claude-x")).status, 429);
  EXPECT_EQ(gateway.post(kChat, chat_body("house/claude-x")).status, 429) << "another name for what is limited";
  for (int request = 0; request < 3; ++request) {
    EXPECT_EQ(gateway.post(kChat, chat_body("claude-y")).status, 200) << "nobody sends claude-y";
  }
}

}  // namespace
}  // namespace drover::test
