// Clients of OpenAI's and Anthropic's dialects before providers that speak Gemini's.
#include "integration/gemini_kit.h"

namespace drover::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

/// "g" speaks Gemini's dialect with two keys, and "o" OpenAI's behind it; the model "m" has both.
struct Back {
  explicit Back(const std::string& of_g = {}, const std::string& model = "gemini-2.5-pro")
      : gateway(load(std::string(kBase) + "providers:\n" +
                     gemini_line("g", url_of(g), std::string("{ value: ") + kGoogleKey + " }", of_g) +
                     "  o: { base_url: " + url_of(o) + ", keys: [ { value: " + kKeyOne +
                     " } ] }\nmodels:\n  m: { targets: [ { provider: g, model: " + model +
                     " }, { provider: o, model: gpt-4o, priority: 1 } ] }\n")) {
    g.always(Say{}.bytes(sized(kPlainGenerated)));
    o.always(Say{}.bytes(sized(kPlainAnswer)));
  }
  RawUpstream g;
  RawUpstream o;
  Gateway gateway;
};

/// "g" alone behind "m", with these keys.
Gateway alone(const RawUpstream& g, const std::string& keys = std::string("{ value: ") + kGoogleKey + " }") {
  return Gateway(load(std::string(kBase) + "providers:\n" + gemini_line("g", url_of(g), keys) +
                      "models:\n  m: { targets: [ { provider: g, model: gemini-2.5-pro } ] }\n"));
}

std::string response_of(std::string_view more = {}) {
  return R"({"model":"m","store":false,"input":"hello")" + std::string(more) + "}";
}

TEST(GeminiBack, AnOpenAiProgramIsAnsweredByGemini) {
  Back the;
  const Answer answer = the.gateway.post(kChat, chat_body("m"));
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_THAT(answer.body, AllOf(HasSubstr(R"("object":"chat.completion")"), HasSubstr(R"("content":"hi")"),
                                 HasSubstr(R"("model":"m")"), HasSubstr(R"("prompt_tokens":3)")));
  const HeardRequest heard = the.g.heard().back();
  EXPECT_THAT(heard.head, StartsWith("POST /v1beta/models/gemini-2.5-pro:generateContent HTTP/1.1\r\n"));
  EXPECT_EQ(heard.field("x-goog-api-key"), kGoogleKey);
  EXPECT_EQ(heard.field("authorization"), "");
  EXPECT_THAT(heard.body, AllOf(HasSubstr(R"("contents":)"), Not(HasSubstr("\"model\":\"m\""))));
}

TEST(GeminiBack, AStreamIsAskedForInThePathAndTranslatedEventByEvent) {
  Back the;
  the.g.always(Say{}.bytes(generated_stream("bonjour")));
  const Answer chat =
      the.gateway.post(kChat, chat_body("m", R"(,"stream":true,"stream_options":{"include_usage":true})"));
  ASSERT_TRUE(chat.whole()) << chat.body;
  EXPECT_THAT(chat.body, AllOf(HasSubstr("bonjour"), HasSubstr(R"("completion_tokens":2)")));
  EXPECT_EQ(spoken(chat.body).back().data(), "[DONE]");
  EXPECT_THAT(the.g.heard().back().head,
              StartsWith("POST /v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse HTTP/1.1\r\n"));
  const Answer response = the.gateway.post(kResponses, response_of(",\"stream\":true"));
  EXPECT_EQ(spoken(response.body).back().name(), "response.completed");
  const Answer message = the.gateway.post(kMessages, message_body("m", ",\"stream\":true"));
  EXPECT_EQ(spoken(message.body).back().name(), "message_stop");
  EXPECT_THAT(message.body, HasSubstr("bonjour"));
}

TEST(GeminiBack, ABaseUrlMayEndInItsVersionOrInAProjectBehindIt) {
  for (const std::string_view end : {"", "/v1beta", "/v1/publishers/google"}) {
    RawUpstream g;
    g.always(Say{}.bytes(sized(kPlainGenerated)));
    const Gateway gateway(load(std::string(kBase) + "providers:\n  g: { dialect: gemini, base_url: " +
                               root_of(url_of(g)) + std::string(end) + ", keys: [ { value: " + kGoogleKey +
                               " } ] }\nmodels:\n  m: { targets: [ { provider: g, model: gemini-2.5-pro } ] }\n"));
    EXPECT_EQ(gateway.post(kChat, chat_body("m")).status, 200);
    const std::string version(end.empty() ? "/v1beta" : end);
    EXPECT_THAT(g.heard().back().head, StartsWith("POST " + version + "/models/gemini-2.5-pro:generateContent "));
  }
}

TEST(GeminiBack, AGeminiKeyThatIsLimitedGivesWayToAnotherVendor) {
  Back the;
  the.g.always(Say{}.bytes(sized(google_error(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted"),
                                 "Content-Type: application/json\r\n", "429 Too Many Requests")));
  const Answer answer = the.gateway.post(kChat, chat_body("m"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(attempts(answer), 2);
  EXPECT_EQ(answer.field("x-drover-target"), "o/1:gpt-4o");
}

TEST(GeminiBack, GeminiTakesOverFromAnotherVendor) {
  RawUpstream o;
  RawUpstream g;
  o.always(Say{}.bytes("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n").close());
  g.always(Say{}.bytes(sized(kPlainGenerated)));
  const Gateway gateway(
      load(std::string(kBase) + "providers:\n  o: { base_url: " + url_of(o) + ", keys: [ { value: " + kKeyOne +
           " } ] }\n" + gemini_line("g", url_of(g), std::string("{ value: ") + kGoogleKey + " }") +
           "models:\n  m: { targets: [ { provider: o, model: gpt-4o }, { provider: g, model: gemini-2.5-pro, "
           "priority: 1 } ] }\nretry: { same_target: 0 }\n"));
  EXPECT_EQ(gateway.post(kChat, chat_body("m")).field("x-drover-target"), "g/1:gemini-2.5-pro");
}

TEST(GeminiBack, AKeyThatGoogleRejectsIsNotTheClientsFault) {
  RawUpstream g;
  g.next(Say{}.bytes(sized(
      google_error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.",
                   R"(,"details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}])"),
      "Content-Type: application/json\r\n", "400 Bad Request")));
  g.always(Say{}.bytes(sized(kPlainGenerated)));
  const Gateway gateway = alone(g, std::string("{ value: ") + kGoogleKey + " }, { value: " + kSpareGoogleKey + " }");
  const Answer answer = gateway.post(kChat, chat_body("m"));
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(attempts(answer), 2);
  const auto heard = g.heard();
  EXPECT_NE(heard[0].field("x-goog-api-key"), heard[1].field("x-goog-api-key"));
}

TEST(GeminiBack, AFailureIsToldInTheClientsFormWithoutTheKey) {
  RawUpstream g;
  const Gateway gateway = alone(g);
  g.always(
      Say{}.bytes(sized("[" + google_error(400, "INVALID_ARGUMENT", std::string("too odd: ?key=") + kGoogleKey) + "]",
                        "Content-Type: application/json\r\n", "400 Bad Request")));
  const Answer chat = gateway.post(kChat, chat_body("m"));
  EXPECT_EQ(chat.status, 400) << chat.body;
  EXPECT_THAT(chat.body, AllOf(HasSubstr("too odd"), HasSubstr("invalid_request_error"), Not(HasSubstr("AIza"))));
  const Answer message = gateway.post(kMessages, message_body("m"));
  EXPECT_THAT(message.body, AllOf(HasSubstr(R"("type":"error")"), Not(HasSubstr("AIza"))));
}

TEST(GeminiBack, ACutOrFailedStreamNeverLooksWhole) {
  const std::string error = "data: " + google_error(503, "UNAVAILABLE", "The model is overloaded") + "\r\n\r\n";
  const std::string ends[] = {"0\r\n\r\n", "", chunk(error) + "0\r\n\r\n", chunk("data: [DONE]\n\n") + "0\r\n\r\n"};
  for (const std::string& end : ends) {
    RawUpstream g;
    g.always(Say{}.bytes(std::string(kStreamHead) + chunk(generated("half")) + end).close());
    const auto asked = [&](std::string_view path, const std::string& body) { return alone(g).post(path, body).body; };
    EXPECT_THAT(asked(kChat, chat_body("m", ",\"stream\":true")),
                AllOf(HasSubstr("half"), HasSubstr("\"error\""), Not(HasSubstr("[DONE]"))))
        << end;
    const std::string message = asked(kMessages, message_body("m", ",\"stream\":true"));
    EXPECT_EQ(spoken(message).back().name(), "error") << end;
    EXPECT_THAT(asked(kResponses, response_of(",\"stream\":true")), Not(HasSubstr("response.completed"))) << end;
  }
}

TEST(GeminiBack, AnAnswerWithoutAWordGoesToTheNextTargetWhereTheOperatorWantsThat) {
  Back the(", errors: [ { empty: true, class: empty_answer } ]");
  the.g.always(Say{}.bytes(
      sized(R"({"candidates":[{"content":{"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{}})")));
  const Answer answer = the.gateway.post(kChat, chat_body("m"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.field("x-drover-target"), "o/1:gpt-4o");
}

TEST(GeminiBack, AProviderWithoutTheApiIsNotAskedByIt) {
  Back the(", apis: [ embeddings ]");
  EXPECT_EQ(the.gateway.post(kChat, chat_body("m")).field("x-drover-target"), "o/1:gpt-4o");
  EXPECT_THAT(the.g.heard(), IsEmpty());
  Back with(", apis: [ generate ]");
  EXPECT_EQ(with.gateway.post(kChat, chat_body("m")).field("x-drover-target"), "g/1:gemini-2.5-pro");
}

TEST(GeminiBack, TokensAreEstimatedForClientsOfAnotherDialect) {
  RawUpstream g;
  const Gateway gateway = alone(g);
  const Answer answer = gateway.post("/v1/messages/count_tokens", message_body("m"));
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_THAT(answer.body, HasSubstr("\"input_tokens\":"));
  EXPECT_THAT(g.heard(), IsEmpty());
}

TEST(GeminiBack, EmbeddingsOfAnOpenAiProgramAreGooglesBatch) {
  Back the({}, "gemini-embedding-001");
  the.g.always(Say{}.bytes(sized(R"({"embeddings":[{"values":[0.5,-1]},{"values":[2,3]}]})")));
  const Answer answer = the.gateway.post("/v1/embeddings", R"({"model":"m","input":["a","b"],"user":"u"})");
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_THAT(answer.body, AllOf(HasSubstr(R"("embedding":[0.5,-1])"), HasSubstr(R"("index":1)"),
                                 HasSubstr(R"("model":"m")"), HasSubstr("\"prompt_tokens\":")));
  EXPECT_EQ(answer.field("x-drover-dropped"), "user");
  EXPECT_THAT(the.g.heard().back().head,
              StartsWith("POST /v1beta/models/gemini-embedding-001:batchEmbedContents HTTP/1.1\r\n"));
  EXPECT_THAT(the.g.heard().back().body, HasSubstr(R"("model":"models/gemini-embedding-001")"));
}

TEST(GeminiBack, EmbeddingsGoToAnotherProviderWhereGoogleFailsOrCannotBeAsked) {
  Back the({}, "gemini-embedding-001");
  const std::string openais =
      R"({"object":"list","data":[{"object":"embedding","index":0,"embedding":[1]}],"model":"x"})";
  the.o.always(Say{}.bytes(sized(openais)));
  const Answer tokens = the.gateway.post("/v1/embeddings", R"({"model":"m","input":[1,2,3]})");
  EXPECT_EQ(tokens.body, openais) << "byte for byte";
  EXPECT_THAT(the.g.heard(), IsEmpty());
  the.g.always(Say{}.bytes(sized(R"({"embeddings":[]})")));
  EXPECT_EQ(the.gateway.post("/v1/embeddings", R"({"model":"m","input":"a"})").body, openais);
  the.g.always(Say{}.bytes(sized(google_error(400, "INVALID_ARGUMENT", "too odd"), "Content-Type: application/json\r\n",
                                 "400 Bad Request")));
  const Answer bad = the.gateway.post("/v1/embeddings", R"({"model":"m","input":"a"})");
  EXPECT_THAT(bad.body, AllOf(HasSubstr("too odd"), HasSubstr("invalid_request_error")));
}

TEST(GeminiBack, ASignatureComesBackForAClientThatDoesNotKnowIt) {
  mock::Settings settings = mock_settings();
  settings.speech = mock::Speech::Echo;
  MockProvider mock(settings);
  const Gateway gateway(load(std::string(kBase) + "providers:\n" +
                             gemini_line("g", mock.url(), std::string("{ value: ") + kGoogleKey + " }") +
                             "models:\n  m: { targets: [ { provider: g, model: gemini-3-pro } ] }\n"));
  const std::string tools = R"(,"tools":[{"type":"function","function":{"name":"get_time","parameters":{}}}])";
  const std::string prompt = R"({"role":"user","content":"use get_time"})";
  const Answer first = gateway.post(kChat, R"({"model":"m","messages":[)" + prompt + "]" + tools + "}");
  ASSERT_EQ(first.status, 200) << first.body;
  const std::size_t at = first.body.find("\"id\":\"call_");
  ASSERT_NE(at, std::string::npos) << first.body;
  const std::string id = first.body.substr(at + 6, first.body.find('"', at + 6) - at - 6);
  const Answer second = gateway.post(
      kChat,
      R"({"model":"m","messages":[)" + prompt + R"(,{"role":"assistant","content":null,"tool_calls":[{"id":")" + id +
          R"(","type":"function","function":{"name":"get_time","arguments":"{}"}}]},{"role":"tool","tool_call_id":")" +
          id + R"(","content":"noon"}])" + tools + "}");
  EXPECT_EQ(second.status, 200) << second.body;
  EXPECT_THAT(second.body, HasSubstr("The tool answered: noon"));
  EXPECT_EQ(mock.last().thoughts, 1U);
}

}  // namespace
}  // namespace drover::test
