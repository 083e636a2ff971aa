// Programs that speak Gemini: byte for byte before providers that speak it too, and by translation before others.
#include "integration/gemini_kit.h"

namespace drover::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kClientKey = "AIza-client-web-1a2b3c4d5e6f7a8b9c0d";
constexpr std::string_view kGenerate = "/v1beta/models/g:generateContent";
constexpr std::string_view kStream = "/v1beta/models/g:streamGenerateContent?alt=sse";
constexpr std::string_view kList = "/v1beta/models/g:streamGenerateContent";

std::string two_keys() {
  return std::string("{ value: ") + kGoogleKey + " }, { value: " + kSpareGoogleKey + " }";
}

/// "google" speaks Gemini with two keys; the model "g" is called so there, "other" is "real" there.
struct Google {
  explicit Google(const std::string& more = {})
      : gateway(
            with_admin(load(std::string(kBase) + "providers:\n" + gemini_line("google", url_of(upstream), two_keys()) +
                            "models:\n  g: { targets: [ google ] }\n  other: { targets: [ { provider: google, "
                            "model: real } ] }\n" +
                            more))) {
    upstream.always(Say{}.bytes(sized(kPlainGenerated)));
  }
  RawUpstream upstream;
  Gateway gateway;
};

/// "o" speaks OpenAI's dialect and "a" Anthropic's, behind the models "gpt" and "claude".
struct Others {
  Others()
      : gateway(load(
            std::string(kBase) + "providers:\n  o: { base_url: " + url_of(o) + ", keys: [ { value: " + kKeyOne +
            " } ] }\n  a: { dialect: anthropic, base_url: " + root_of(url_of(a)) + ", keys: [ { value: " + kKeyTwo +
            " } ] }\nmodels:\n  gpt: { targets: [ o ] }\n  claude: { targets: [ a ] }\n")) {
    o.always(Say{}.bytes(sized(kPlainAnswer)));
    a.always(Say{}.bytes(sized(kPlainMessage)));
  }
  RawUpstream o;
  RawUpstream a;
  Gateway gateway;
};

TEST(Gemini, ABodyGoesUpAndItsAnswerComesDownByteForByte) {
  Google the;
  const std::string body = generate_body(R"( , "x" : [1.50] )");
  const Answer answer = the.gateway.post(std::string(kGenerate) + "?$prettyPrint=true&key=client-key", body,
                                         {{"x-goog-api-client", "google-genai-sdk/3.6.1"}, {"x-goog-api-key", "mine"}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, kPlainGenerated);
  const HeardRequest heard = the.upstream.heard().back();
  EXPECT_THAT(heard.head, StartsWith("POST /v1beta/models/g:generateContent?$prettyPrint=true HTTP/1.1\r\n"));
  EXPECT_THAT(heard.head, Not(HasSubstr("client-key")));
  EXPECT_EQ(heard.body, body);
  EXPECT_EQ(heard.field("x-goog-api-client"), "google-genai-sdk/3.6.1");
  EXPECT_THAT(heard.field("x-goog-api-key"), StartsWith("AIza-test-"));
}

TEST(Gemini, AStreamOfEventsComesDownByteForByte) {
  Google the;
  the.upstream.always(Say{}.bytes(generated_stream("bonjour")));
  const Answer answer = the.gateway.post(kStream, generate_body());
  ASSERT_TRUE(answer.whole());
  EXPECT_EQ(answer.body, generated("bonjour") + kGeneratedEnd);
  EXPECT_THAT(the.upstream.heard().back().head, HasSubstr(":streamGenerateContent?alt=sse HTTP/1.1\r\n"));
}

TEST(Gemini, AStreamThatIsAListComesDownByteForByte) {
  Google the;
  const std::string list = "[" + std::string(kPlainGenerated) + "\n,\r\n" + kPlainGenerated + "\n]\n";
  the.upstream.always(
      Say{}.bytes("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" +
                  chunk(list.substr(0, 40)) + chunk(list.substr(40)) + "0\r\n\r\n"));
  const Answer answer = the.gateway.post(kList, generate_body());
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, list);
}

TEST(Gemini, AStreamWithoutItsEndNeverLooksWhole) {
  Google the;
  the.upstream.always(Say{}.bytes(kStreamHead + chunk(generated("half")) + "0\r\n\r\n"));
  const Answer answer = the.gateway.post(kStream, generate_body());
  EXPECT_THAT(answer.body, AllOf(HasSubstr("half"), HasSubstr("\"error\":"), Not(HasSubstr("finishReason"))));
}

TEST(Gemini, AKeyThatIsLimitedGivesWayToTheNext) {
  Google the;
  the.upstream.next(Say{}.bytes(sized(google_error(429, "RESOURCE_EXHAUSTED", "exhausted"),
                                      "Content-Type: application/json\r\n", "429 Too Many Requests")));
  const Answer answer = the.gateway.post(kGenerate, generate_body());
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(attempts(answer), 2);
  const auto heard = the.upstream.heard();
  EXPECT_NE(heard[0].field("x-goog-api-key"), heard[1].field("x-goog-api-key"));
}

TEST(Gemini, ATargetsNameForTheModelStandsInThePathAndInTheBodiesThatRepeatIt) {
  Google the;
  (void)the.gateway.post("/v1beta/models/other:generateContent", generate_body());
  EXPECT_THAT(the.upstream.heard().back().head, StartsWith("POST /v1beta/models/real:generateContent HTTP/1.1\r\n"));
  EXPECT_EQ(the.upstream.heard().back().body, generate_body());
  the.upstream.always(Say{}.bytes(sized(R"({"embeddings":[{"values":[1]}]})")));
  const Answer embedded =
      the.gateway.post("/v1beta/models/other:batchEmbedContents",
                       R"({"requests":[{"model":"models/other","content":{"parts":[{"text":"a"}]}}]})");
  EXPECT_EQ(embedded.status, 200) << embedded.body;
  EXPECT_THAT(the.upstream.heard().back().head, StartsWith("POST /v1beta/models/real:batchEmbedContents HTTP/1.1\r\n"));
  EXPECT_EQ(the.upstream.heard().back().body,
            R"({"requests":[{"model":"models/real","content":{"parts":[{"text":"a"}]}}]})");
}

TEST(Gemini, TokensAreCountedByTheProvider) {
  Google the;
  the.upstream.always(Say{}.bytes(sized(R"({"totalTokens":7})")));
  EXPECT_EQ(the.gateway.post("/v1beta/models/g:countTokens", generate_body()).body, R"({"totalTokens":7})");
}

TEST(Gemini, PathsThatNameNoModelGoToThePinnedKey) {
  Google the;
  for (const std::string_view path : {"/v1beta2/interactions", "/v1beta/cachedContents", "/upload/v1beta/files"}) {
    EXPECT_EQ(the.gateway.post(std::string(path) + "?key=client-key&x=1", R"({"model":"g","input":"hi"})").status, 200);
    EXPECT_THAT(the.upstream.heard().back().head, StartsWith("POST " + std::string(path) + "?x=1 HTTP/1.1\r\n"));
    EXPECT_EQ(the.upstream.heard().back().field("x-goog-api-key"), kGoogleKey);
  }
}

TEST(Gemini, ModelsAreListedInGooglesForm) {
  Google the;
  const Answer list = the.gateway.client().get("/v1beta/models?pageSize=50");
  EXPECT_THAT(list.body, AllOf(HasSubstr(R"("models":[)"), HasSubstr(R"("name":"models/g")")));
  EXPECT_THAT(the.gateway.client().get("/v1beta/models/g").body, HasSubstr(R"("name":"models/g")"));
  EXPECT_THAT(the.gateway.client().get("/v1/models", {{"x-goog-api-key", "k"}}).body, HasSubstr(R"("models":[)"));
  EXPECT_THAT(the.gateway.client().get("/v1/models").body, HasSubstr(R"("object":"list")"));
  const Answer missing = the.gateway.client().get("/v1beta/models/nowhere");
  EXPECT_EQ(missing.status, 404);
  EXPECT_THAT(missing.body, HasSubstr(R"("status":"NOT_FOUND")"));
}

TEST(Gemini, ErrorsOfTheGatewayAreInGooglesForm) {
  Google the;
  const Answer unknown = the.gateway.post("/v1beta/models/nowhere:generateContent", generate_body());
  EXPECT_EQ(unknown.status, 404);
  EXPECT_THAT(unknown.body, AllOf(HasSubstr(R"("code":404)"), HasSubstr("NOT_FOUND"), HasSubstr("model_not_found")));
  EXPECT_EQ(the.gateway.post(kGenerate, "{").status, 400);
  EXPECT_EQ(the.gateway.client().get(kGenerate).status, 405);
}

TEST(Gemini, AClientsKeyIsTakenFromTheFieldOrTheQueryAndStaysHere) {
  Google the(std::string("clients: [ { name: web, key: { value: ") + kClientKey + " } } ]\n");
  EXPECT_EQ(the.gateway.post(kGenerate, generate_body()).status, 401);
  EXPECT_EQ(the.gateway.post(kGenerate, generate_body(), {{"x-goog-api-key", "wrong"}}).status, 401);
  EXPECT_EQ(the.gateway.post(kGenerate, generate_body(), {{"x-goog-api-key", kClientKey}}).status, 200);
  const Answer answer = the.gateway.post(std::string(kGenerate) + "?key=" + kClientKey, generate_body());
  EXPECT_EQ(answer.status, 200);
  for (const HeardRequest& heard : the.upstream.heard()) {
    EXPECT_THAT(heard.head, Not(HasSubstr(kClientKey)));
  }
  EXPECT_THAT(the.gateway.explained(*answer.field("x-request-id")), Not(HasSubstr(kClientKey)));
  // In the query it is a key of Google's programs alone.
  EXPECT_EQ(the.gateway.post("/v1/chat/completions?key=" + std::string(kClientKey), chat_body("g")).status, 401);
}

TEST(Gemini, AClientOfOneModelCannotNameAnotherAnywhere) {
  Google the(std::string("clients: [ { name: web, models: [ g ], key: { value: ") + kClientKey + " } } ]\n");
  const Fields key = {{"x-goog-api-key", kClientKey}};
  EXPECT_EQ(the.gateway.post(kGenerate, generate_body(), key).status, 200);
  EXPECT_EQ(the.gateway.post("/v1beta/models/other:generateContent", generate_body(), key).status, 403);
  EXPECT_EQ(the.gateway.post(kGenerate, generate_body(R"(,"model":"models/g")"), key).status, 200);
  EXPECT_EQ(the.gateway.post(kGenerate, generate_body(R"(,"model":"models/other")"), key).status, 403);
  EXPECT_EQ(the.gateway.post(kGenerate, generate_body(R"(,"m\u006fdel":"models/other")"), key).status, 403);
  EXPECT_EQ(
      the.gateway.post("/v1beta/models/g:batchEmbedContents", R"({"requests":[{"model":"models/other"}]})", key).status,
      403);
  EXPECT_EQ(the.gateway.post("/v1beta2/interactions", R"({"model":"other"})", key).status, 403);
  EXPECT_EQ(the.gateway.post("/v1beta/models/g:generateContent?model=other", generate_body(), key).status, 403);
}

TEST(Gemini, AnOpenAiServerAnswersGooglesPrograms) {
  Others the;
  const Answer plain = the.gateway.post("/v1beta/models/gpt:generateContent", generate_body());
  EXPECT_EQ(plain.status, 200) << plain.body;
  EXPECT_THAT(plain.body, AllOf(HasSubstr(R"("candidates":[)"), HasSubstr(R"("text":"hi")"),
                                HasSubstr(R"("finishReason":"STOP")"), HasSubstr(R"("modelVersion":"gpt")")));
  EXPECT_THAT(the.o.heard().back().head, StartsWith("POST /v1/chat/completions HTTP/1.1\r\n"));
  EXPECT_THAT(the.o.heard().back().body, AllOf(HasSubstr(R"("model":"gpt")"), Not(HasSubstr("\"stream\":true"))));
  the.o.always(Say{}.bytes(kStreamHead + chunk(delta("bonjour")) + chunk(kFinish) + chunk(kDone) + "0\r\n\r\n"));
  const Answer streamed = the.gateway.post("/v1beta/models/gpt:streamGenerateContent?alt=sse", generate_body());
  ASSERT_TRUE(streamed.whole()) << streamed.body;
  EXPECT_THAT(streamed.body, AllOf(HasSubstr("bonjour"), HasSubstr("finishReason"), Not(HasSubstr("[DONE]"))));
  EXPECT_THAT(the.o.heard().back().body, HasSubstr("\"stream\":true"));
}

TEST(Gemini, ClaudeAnswersGooglesPrograms) {
  Others the;
  const Answer plain = the.gateway.post("/v1beta/models/claude:generateContent", generate_body());
  EXPECT_EQ(plain.status, 200) << plain.body;
  EXPECT_THAT(plain.body, HasSubstr(R"("text":"hi")"));
  EXPECT_THAT(the.a.heard().back().head, StartsWith("POST /v1/messages HTTP/1.1\r\n"));
  EXPECT_EQ(the.a.heard().back().field("anthropic-version"), "2023-06-01");
  const Answer list = the.gateway.post("/v1beta/models/claude:streamGenerateContent", generate_body());
  EXPECT_THAT(list.body, AllOf(StartsWith("[{"), HasSubstr(R"("text":"hi")")));
  EXPECT_EQ(list.body.back(), ']');
}

TEST(Gemini, AStreamFromAnotherDialectThatIsCutNeverLooksWhole) {
  Others the;
  the.o.always(Say{}.bytes(kStreamHead + chunk(delta("half"))).close());
  const Answer answer = the.gateway.post("/v1beta/models/gpt:streamGenerateContent?alt=sse", generate_body());
  EXPECT_THAT(answer.body, AllOf(HasSubstr("half"), HasSubstr("\"error\":"), Not(HasSubstr("finishReason"))));
}

TEST(Gemini, AFailureOfAnotherDialectIsToldInGooglesForm) {
  Others the;
  the.o.always(Say{}.bytes(sized(R"({"error":{"message":"too odd","type":"invalid_request_error","code":null}})",
                                 "Content-Type: application/json\r\n", "400 Bad Request")));
  const Answer answer = the.gateway.post("/v1beta/models/gpt:generateContent", generate_body());
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, AllOf(HasSubstr("too odd"), HasSubstr("INVALID_ARGUMENT"), HasSubstr(R"("code":400)")));
}

TEST(Gemini, TokensAreEstimatedWhereNobodyCountsThem) {
  Others the;
  const Answer answer = the.gateway.post("/v1beta/models/gpt:countTokens", generate_body());
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_THAT(answer.body, StartsWith("{\"totalTokens\":"));
  EXPECT_EQ(answer.field("x-drover-dropped"), "count_tokens=estimated");
  EXPECT_THAT(the.o.heard(), IsEmpty());
}

}  // namespace
}  // namespace drover::test
