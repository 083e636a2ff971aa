// Targets that do not speak the client's dialect: requests go up and answers come down translated, with failover
// between dialects, and what could not be carried is told.
#include "integration/messages_kit.h"

namespace drover::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kDown = "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n";

std::string message_stream(std::string_view text) {
  std::string bytes(kStreamHead);
  for (const std::string& event : {message_start(), text_delta(text), message_end()}) bytes += chunk(event);
  return bytes + "0\r\n\r\n";
}

std::string chat_stream(std::string_view text) {
  return kStreamHead + chunk(delta(text)) + chunk(kFinish) + chunk(kDone) + "0\r\n\r\n";
}

std::string responses_body(std::string_view more = {}) {
  return R"({"model":"m","store":false,"input":"hello")" + std::string(more) + "}";
}

/// "o" speaks OpenAI's dialect and "a" Anthropic's; the model "m" has these targets.
struct Mixed {
  explicit Mixed(const std::string& targets, const std::string& model = {}, const std::string& more = {},
                 const std::string& of_o = {})
      : gateway(with_admin(load(
            std::string(kBase) + "providers:\n  o: { base_url: " + url_of(o) + of_o + ", keys: [ { value: " + kKeyOne +
            " } ] }\n  a: { dialect: anthropic, base_url: " + root_of(url_of(a)) + ", keys: [ { value: " + kKeyTwo +
            " } ] }\nmodels:\n  m: { targets: [ " + targets + " ]" + model + " }\n" + more))) {
    o.always(Say{}.bytes(sized(kPlainAnswer)));
    a.always(Say{}.bytes(sized(kPlainMessage)));
  }
  [[nodiscard]] std::string metric(const std::string& line) const {
    const auto patience = Clock::now() + kPatience;
    for (;;) {
      const std::string text = gateway.admin("/metrics").body;
      const std::size_t at = text.find("\n" + line + " ");
      if (at != std::string::npos) return text.substr(at + line.size() + 2, 1);
      if (Clock::now() > patience) return "";
    }
  }

  RawUpstream o;
  RawUpstream a;
  Gateway gateway;
};

constexpr const char* kGptThenClaude =
    "{ provider: o, model: gpt-4o }, { provider: a, model: claude-sonnet-4-5, priority: 1 }";
constexpr const char* kClaudeOnly = "{ provider: a, model: claude-sonnet-4-5 }";
constexpr const char* kGptOnly = "{ provider: o, model: gpt-4o }";

TEST(Translation, AnOpenAiProgramIsAnsweredByClaudeWhenItsKeysAreDown) {
  Mixed the(kGptThenClaude);
  the.o.always(Say{}.bytes(kDown).close());
  const Answer answer = the.gateway.post(kChat, chat_body("m", R"(,"seed":7)"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(attempts(answer), 2);
  EXPECT_EQ(answer.field("x-drover-target"), "a/1:claude-sonnet-4-5");
  EXPECT_EQ(answer.field("x-drover-dropped"), "seed");
  EXPECT_EQ(answer.field("content-type"), "application/json");
  EXPECT_THAT(answer.body, AllOf(HasSubstr(R"("object":"chat.completion")"), HasSubstr(R"("content":"hi")"),
                                 HasSubstr(R"("model":"m")"), HasSubstr(R"("finish_reason":"stop")")));
  const HeardRequest heard = the.a.heard().back();
  EXPECT_THAT(heard.head, StartsWith("POST /v1/messages "));
  EXPECT_EQ(heard.field("x-api-key"), kKeyTwo);
  EXPECT_EQ(heard.field("anthropic-version"), "2023-06-01");
  EXPECT_EQ(heard.field("content-type"), "application/json");
  EXPECT_THAT(heard.body,
              AllOf(HasSubstr(R"("model":"claude-sonnet-4-5")"), HasSubstr("max_tokens"), Not(HasSubstr("seed"))));
  EXPECT_EQ(the.metric(R"(drover_translation_dropped_total{field="seed",from="chat",to="messages"})"), "1");
  EXPECT_EQ(the.metric(R"(drover_translated_requests_total{from="chat",to="messages"})"), "1");
}

TEST(Translation, AStreamIsTranslatedEventByEvent) {
  Mixed the(kClaudeOnly);
  the.a.always(Say{}.bytes(message_stream("bonjour")));
  const Answer answer =
      the.gateway.post(kChat, chat_body("m", R"(,"stream":true,"stream_options":{"include_usage":true})"));
  EXPECT_EQ(answer.status, 200);
  ASSERT_TRUE(answer.whole());
  const std::vector<Event> events = spoken(answer.body);
  EXPECT_THAT(answer.body,
              AllOf(HasSubstr("bonjour"), HasSubstr(R"("prompt_tokens":3)"), Not(HasSubstr("message_stop"))));
  EXPECT_EQ(events.back().data(), "[DONE]");
}

TEST(Translation, AClaudeProgramIsAnsweredByAnOpenAiServer) {
  Mixed the(kGptOnly);
  const Answer plain = the.gateway.post("/v1/messages?beta=true", message_body("m"), {{"anthropic-beta", "x-1"}});
  EXPECT_EQ(plain.status, 200);
  EXPECT_THAT(plain.body, AllOf(HasSubstr(R"("type":"message")"), HasSubstr(R"("text":"hi")"),
                                HasSubstr(R"("stop_reason":"end_turn")")));
  const HeardRequest heard = the.o.heard().back();
  EXPECT_THAT(heard.head, StartsWith("POST /v1/chat/completions "));
  EXPECT_EQ(heard.field("authorization"), std::string("Bearer ") + kKeyOne);
  EXPECT_EQ(heard.field("anthropic-version"), "");
  EXPECT_EQ(heard.field("anthropic-beta"), "");
  the.o.always(Say{}.bytes(chat_stream("bonjour")));
  const Answer streamed = the.gateway.post(kMessages, message_body("m", ",\"stream\":true"));
  ASSERT_TRUE(streamed.whole());
  const std::vector<Event> events = spoken(streamed.body);
  EXPECT_EQ(events.front().name(), "message_start");
  EXPECT_EQ(events.back().name(), "message_stop");
  EXPECT_THAT(streamed.body, HasSubstr("bonjour"));
}

TEST(Translation, TokensAreEstimatedWhereNobodyCountsThem) {
  Mixed the(kGptOnly);
  const Answer answer = the.gateway.post("/v1/messages/count_tokens", message_body("m"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr("\"input_tokens\":"));
  EXPECT_EQ(answer.field("x-drover-dropped"), "count_tokens=estimated");
  EXPECT_THAT(the.o.heard(), IsEmpty());
}

TEST(Translation, ResponsesAreAnsweredByWhoeverHasOnlyChat) {
  Mixed the(kGptOnly, {}, {}, ", apis: [ chat ]");
  const Answer plain = the.gateway.post(kResponses, responses_body());
  EXPECT_EQ(plain.status, 200) << plain.body;
  EXPECT_THAT(plain.body, AllOf(HasSubstr(R"("object":"response")"), HasSubstr(R"("text":"hi")")));
  EXPECT_THAT(the.o.heard().back().head, StartsWith("POST /v1/chat/completions "));
  the.o.always(Say{}.bytes(chat_stream("bonjour")));
  const Answer streamed = the.gateway.post(kResponses, responses_body(",\"stream\":true"));
  const std::vector<Event> events = spoken(streamed.body);
  EXPECT_EQ(events.front().name(), "response.created");
  EXPECT_EQ(events.back().name(), "response.completed");
}

TEST(Translation, AServerThatTurnsOutToLackResponsesIsAskedByChatAtOnce) {
  Mixed the(kGptOnly);
  the.o.next(Say{}.bytes(
      sized(R"({"error":{"message":"Not Found"}})", "Content-Type: application/json\r\n", "404 Not Found")));
  const Answer first = the.gateway.post(kResponses, responses_body());
  EXPECT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(attempts(first), 2);
  EXPECT_THAT(first.body, HasSubstr(R"("object":"response")"));
  const Answer second = the.gateway.post(kResponses, responses_body());
  EXPECT_EQ(attempts(second), 1);
  EXPECT_THAT(the.o.heard().back().head, StartsWith("POST /v1/chat/completions "));
}

TEST(Translation, WhatOneProviderCannotBeGivenGoesToAnother) {
  Mixed the("{ provider: a, model: claude-sonnet-4-5 }, { provider: o, model: gpt-4o, priority: 1 }");
  const Answer two_answers = the.gateway.post(kChat, chat_body("m", ",\"n\":2"));
  EXPECT_EQ(two_answers.field("x-drover-target"), "o/1:gpt-4o");
  EXPECT_THAT(the.a.heard(), IsEmpty()) << "no byte of it";
  for (int request = 0; request < 30; ++request) (void)the.gateway.post(kChat, chat_body("m", ",\"n\":2"));
  const Answer other = the.gateway.post(kChat, chat_body("m"));
  EXPECT_EQ(other.field("x-drover-target"), "a/1:claude-sonnet-4-5") << "the target is not charged with it";
}

TEST(Translation, WhatNobodyCanBeGivenIsRefusedWithTheReason) {
  Mixed the(kClaudeOnly);
  const Answer answer = the.gateway.post(kChat, chat_body("m", ",\"n\":2"));
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, AllOf(HasSubstr("unsupported_by_target"), HasSubstr("invalid_request_error")));
  EXPECT_THAT(the.a.heard(), IsEmpty());
}

TEST(Translation, StrictRefusesEveryLossAndOffTranslatesNothing) {
  Mixed strict(kClaudeOnly, ", translate: strict");
  EXPECT_EQ(strict.gateway.post(kChat, chat_body("m", ",\"seed\":7")).status, 400);
  EXPECT_EQ(strict.gateway.post(kChat, chat_body("m")).status, 200);
  Mixed off(kClaudeOnly, ", translate: off");
  const Answer answer = off.gateway.post(kChat, chat_body("m"));
  EXPECT_EQ(answer.status, 404);
  EXPECT_THAT(answer.body, HasSubstr("model_in_other_dialect"));
  (void)off.gateway.post("/v1/messages/count_tokens", message_body("m"));
  EXPECT_FALSE(off.a.heard().empty()) << "what speaks it counts itself";
}

TEST(Translation, AFailureIsToldInTheClientsFormWithItsClass) {
  Mixed the(kClaudeOnly, {}, "retry: { same_target: 0 }\n");
  the.a.always(Say{}.bytes(sized(
      R"({"type":"error","error":{"type":"invalid_request_error","message":"messages: too odd"},"request_id":"r"})",
      "Content-Type: application/json\r\nrequest-id: req_up\r\n", "400 Bad Request")));
  const Answer bad = the.gateway.post(kChat, chat_body("m"));
  EXPECT_EQ(bad.status, 400);
  EXPECT_THAT(bad.body, AllOf(HasSubstr("too odd"), HasSubstr(R"({"error":)"), Not(HasSubstr(R"("type":"error")"))));
  EXPECT_EQ(bad.field("x-drover-upstream-request-id"), "req_up");
  EXPECT_EQ(bad.field("request-id"), std::nullopt);
  the.a.always(Say{}.bytes(sized(R"({"type":"error","error":{"type":"overloaded_error","message":"busy"}})",
                                 "Content-Type: application/json\r\n", "529 ")));
  EXPECT_GE(the.gateway.post(kChat, chat_body("m")).status, 500);
}

TEST(Translation, ACutStreamEndsInTheClientsErrorFormAndNeverLooksWhole) {
  Mixed the(kClaudeOnly);
  the.a.always(Say{}.bytes(std::string(kStreamHead) + chunk(message_start()) + chunk(text_delta("half"))).close());
  const Answer chat = the.gateway.post(kChat, chat_body("m", ",\"stream\":true"));
  EXPECT_THAT(chat.body, AllOf(HasSubstr("half"), HasSubstr("\"error\""), Not(HasSubstr("[DONE]"))));
  const Answer responses = the.gateway.post(kResponses, responses_body(",\"stream\":true"));
  EXPECT_THAT(responses.body, AllOf(HasSubstr("half"), HasSubstr("error"), Not(HasSubstr("response.completed"))));
  Mixed other(kGptOnly);
  other.o.always(Say{}.bytes(std::string(kStreamHead) + chunk(delta("half"))).close());
  const Answer messages = other.gateway.post(kMessages, message_body("m", ",\"stream\":true"));
  EXPECT_THAT(messages.body, AllOf(HasSubstr("half"), HasSubstr("event: error"), Not(HasSubstr("message_stop"))));
}

TEST(Translation, AnErrorEventInTheMiddleIsToldInTheClientsForm) {
  Mixed the(kClaudeOnly);
  the.a.always(Say{}.bytes(std::string(kStreamHead) + chunk(message_start()) + chunk(text_delta("half")) +
                           chunk(message_event("error", R"(,"error":{"type":"overloaded_error","message":"busy"})")) +
                           "0\r\n\r\n"));
  const Answer chat = the.gateway.post(kChat, chat_body("m", ",\"stream\":true"));
  EXPECT_THAT(chat.body,
              AllOf(HasSubstr("half"), HasSubstr("busy"), Not(HasSubstr("[DONE]")), Not(HasSubstr("event: error"))));
}

TEST(Translation, AFailedStreamHasOneLastEvent) {
  Mixed the(kClaudeOnly);
  the.a.always(Say{}.bytes(std::string(kStreamHead) + chunk(message_start()) + chunk(text_delta("half")) +
                           chunk(message_event("error", R"(,"error":{"type":"overloaded_error","message":"busy"})")) +
                           "0\r\n\r\n"));
  const Answer answer = the.gateway.post(kResponses, responses_body(",\"stream\":true"));
  const std::vector<Event> events = spoken(answer.body);
  EXPECT_EQ(std::ranges::count(events, "response.failed", &Event::name), 1) << answer.body;
  EXPECT_EQ(events.back().name(), "response.failed");
  EXPECT_THAT(events.back().data(), HasSubstr("busy"));
}

TEST(Translation, AStreamThatFailsBeforeItsContentGoesToAnotherDialect) {
  Mixed the("{ provider: a, model: claude-sonnet-4-5 }, { provider: o, model: gpt-4o, priority: 1 }");
  the.a.always(Say{}.bytes(std::string(kStreamHead) + chunk(message_start())).close());
  the.o.always(Say{}.bytes(chat_stream("bonjour")));
  const Answer answer = the.gateway.post(kChat, chat_body("m", ",\"stream\":true"));
  EXPECT_EQ(attempts(answer), 2);
  ASSERT_TRUE(answer.whole());
  EXPECT_EQ(answer.body.substr(0, delta("bonjour").size()), delta("bonjour")) << "byte for byte the upstream's own";
}

TEST(Translation, OneDialectStaysByteExactBesideTheOther) {
  Mixed the(kGptThenClaude);
  const Answer answer = the.gateway.post(kChat, "{ \"messages\" : [],  \"model\":\"m\" }");
  EXPECT_EQ(answer.body, kPlainAnswer);
  EXPECT_EQ(the.o.heard().back().body, "{ \"messages\" : [],  \"model\":\"gpt-4o\" }");
  EXPECT_EQ(answer.field("x-drover-dropped"), std::nullopt);
}

TEST(Translation, WhatAnAccountStoresIsForItsOwnApiAlone) {
  Mixed the("{ provider: a, model: claude-sonnet-4-5 }, { provider: o, model: gpt-4o, priority: 1 }");
  the.o.always(Say{}.bytes(sized(
      R"({"id":"resp_1","object":"response","status":"completed","output":[{"type":"message","role":"assistant","content":[{"type":"output_text","text":"hi"}]}]})")));
  const Answer answer = the.gateway.post(kResponses, responses_body(R"(,"previous_response_id":"resp_0")"));
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_THAT(the.a.heard(), IsEmpty());
}

TEST(Translation, WhatAnAccountSealedIsLeftOutWhereAnotherVendorAnswers) {
  Mixed the("{ provider: o, model: gpt-4o }, { provider: a, model: claude-sonnet-4-5, priority: 1 }", {},
            "retry: { same_target: 0 }\n");
  the.o.always(Say{}.bytes(sized(
      R"({"id":"resp_1","object":"response","status":"completed","output":[{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"gAAAsealed"},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"hi"}]}]})")));
  EXPECT_EQ(the.gateway.post(kResponses, responses_body()).status, 200);
  the.o.always(Say{}.bytes(kDown).close());
  const std::string again =
      R"({"model":"m","store":false,"input":[{"role":"user","content":"a"},{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"gAAAsealed"},{"role":"user","content":"b"}]})";
  const Answer answer = the.gateway.post(kResponses, again);
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.field("x-drover-target"), "a/1:claude-sonnet-4-5");
  EXPECT_THAT(the.a.heard().back().body, Not(HasSubstr("gAAAsealed")));
}

TEST(Translation, ToolsGoRoundWithTheirIdsAndArguments) {
  Mixed the(kClaudeOnly);
  the.a.always(Say{}.bytes(sized(
      R"({"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"tool_use","id":"toolu_1","name":"f","input":{"x": 1}}],"stop_reason":"tool_use","usage":{"input_tokens":3,"output_tokens":1}})")));
  const std::string tools =
      R"(,"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"x":{"type":"integer"}}}}}])";
  const Answer called = the.gateway.post(kChat, chat_body("m", tools));
  EXPECT_THAT(called.body, AllOf(HasSubstr(R"("id":"toolu_1")"), HasSubstr(R"({\"x\": 1})"), HasSubstr("tool_calls")));
  the.a.always(Say{}.bytes(sized(kPlainMessage)));
  const std::string told =
      R"({"model":"m","messages":[{"role":"user","content":"go"},{"role":"assistant","tool_calls":[{"id":"toolu_1","type":"function","function":{"name":"f","arguments":"{\"x\": 1}"}}]},{"role":"tool","tool_call_id":"toolu_1","content":"2"}])" +
      tools + "}";
  EXPECT_EQ(the.gateway.post(kChat, told).status, 200);
  EXPECT_THAT(the.a.heard().back().body,
              AllOf(HasSubstr(R"("tool_use_id":"toolu_1")"), HasSubstr(R"("input":{"x": 1})")));
}

TEST(Translation, ThoughtsAreKeptForClientsThatSendNoneBack) {
  Mixed the(kClaudeOnly);
  the.a.always(Say{}.bytes(sized(
      R"({"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"thinking","thinking":"hm","signature":"c2lnbmVk"},{"type":"tool_use","id":"toolu_0123456789","name":"f","input":{}}],"stop_reason":"tool_use","usage":{"input_tokens":3,"output_tokens":1}})")));
  const std::string tools = R"(,"reasoning_effort":"high","tools":[{"type":"function","function":{"name":"f"}}])";
  EXPECT_EQ(the.gateway.post(kChat, chat_body("m", tools)).status, 200);
  the.a.always(Say{}.bytes(sized(kPlainMessage)));
  const std::string told =
      R"({"model":"m","messages":[{"role":"user","content":"go"},{"role":"assistant","tool_calls":[{"id":"toolu_0123456789","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"toolu_0123456789","content":"2"}])" +
      tools + "}";
  EXPECT_EQ(the.gateway.post(kChat, told).status, 200);
  EXPECT_THAT(the.a.heard().back().body, HasSubstr(R"("signature":"c2lnbmVk")"));
}

TEST(Translation, ThoughtsOfAnotherMakerStayBehindWhenAConversationComesHome) {
  Mixed the("{ provider: o, model: gpt-4o }, { provider: a, model: claude-sonnet-4-5, priority: 1 }");
  the.o.always(Say{}.bytes(sized(
      R"({"id":"c1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","reasoning_content":"hm","content":"hi"},"finish_reason":"stop"}]})")));
  const Answer first = the.gateway.post(kMessages, message_body("m"));
  ASSERT_THAT(first.body, HasSubstr(R"("type":"thinking")"));
  the.o.always(Say{}.bytes(kDown).close());
  const std::size_t begin = first.body.find("\"content\":");
  const std::string content = first.body.substr(begin, first.body.find("],", begin) + 1 - begin);
  const std::string asked = R"({"max_tokens":64, "messages":[{"role":"user","content":"a"},{"role":"assistant",)" +
                            content + R"(},{"role":"user","content":"b"}],"model":"m"})";
  EXPECT_EQ(the.gateway.post(kMessages, asked).field("x-drover-target"), "a/1:claude-sonnet-4-5");
  const std::string heard = the.a.heard().back().body;
  EXPECT_THAT(heard, AllOf(Not(HasSubstr("thinking")), HasSubstr(R"({"type":"text","text":"hi"})"),
                           HasSubstr(R"("model":"claude-sonnet-4-5")"), StartsWith(R"({"max_tokens":64, "messages")")));
}

TEST(Translation, AKeyThatTheProviderSaysBackReachesNobody) {
  Mixed the(kClaudeOnly);
  the.a.always(Say{}.bytes(message_stream(std::string("your key is ") + kKeyTwo)));
  const Answer streamed = the.gateway.post(kChat, chat_body("m", ",\"stream\":true"));
  EXPECT_THAT(streamed.body, AllOf(HasSubstr("your key is"), Not(HasSubstr(kKeyTwo))));
  the.a.always(Say{}.bytes(sized(
      std::string(R"({"type":"error","error":{"type":"invalid_request_error","message":"key )") + kKeyTwo + "\"}}",
      "Content-Type: application/json\r\n", "400 Bad Request")));
  EXPECT_THAT(the.gateway.post(kChat, chat_body("m")).body, Not(HasSubstr(kKeyTwo)));
}

TEST(Translation, ModelsAreListedInBothDialects) {
  Mixed the(kClaudeOnly);
  EXPECT_THAT(the.gateway.client().get("/v1/models").body, HasSubstr("\"m\""));
  EXPECT_THAT(the.gateway.client().get("/v1/models", kVersioned).body, HasSubstr("\"m\""));
}

TEST(Translation, ExplainSaysWhatAnAttemptWasTranslatedTo) {
  Mixed the(kClaudeOnly);
  (void)the.gateway.post(kChat, chat_body("m", ",\"seed\":7"), {{"x-request-id", "told"}});
  EXPECT_THAT(the.gateway.explained("told"),
              AllOf(HasSubstr(R"("translated_to":"messages")"), HasSubstr(R"("dropped":"seed")")));
}

}  // namespace
}  // namespace drover::test
