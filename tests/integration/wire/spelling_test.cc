// Paths, methods and names as people and programs type them, and what no spelling may get round.
#include "integration/gateway_fixture.h"

namespace drover::test {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kAzureChat = "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21";
const std::string kNoModel = R"({"messages":[{"role":"user","content":"hello"}]})";

Answer call(const Gateway& gateway, std::string_view method, std::string_view target, std::string_view body = {},
            const Fields& fields = {}) {
  HttpClient client = gateway.client();
  client.send_request(method, target, body, fields);
  return client.read_answer(method);
}

TEST(Spelling, K11_EachFormOfAPathIsRoutedAndGoesUpInOne) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  const Gateway gateway(std::string(kBase) + "providers:\n  one: { base_url: \"" + url_of(upstream) +
                        "\", keys: [ { value: " + kKeyOne + " } ] }\n" +
                        "models: { mine: { targets: [ { provider: one, model: theirs } ] } }\n");
  for (const char* path : {"/v1/chat/completions/", "//v1/chat/completions", "/v1//chat/completions",
                           "/chat/completions", "/v1/v1/chat/completions", "/openai/v1/chat/completions"}) {
    EXPECT_EQ(gateway.post(path, chat_body("mine")).status, 200) << path;
    const HeardRequest heard = upstream.heard().back();
    EXPECT_THAT(heard.head, StartsWith("POST /v1/chat/completions HTTP/1.1\r\n")) << path;
    EXPECT_THAT(heard.body, HasSubstr("\"theirs\"")) << path;
  }
  const Answer lost = gateway.post("/nothing", "{}");
  EXPECT_EQ(lost.status, 404);
  EXPECT_THAT(lost.body, HasSubstr("/v1"));
}

TEST(Spelling, K11_AMethodThatAPathDoesNotHaveIsA405AndNeverGoesUp) {
  Front front;
  const std::vector<std::pair<const char*, const char*>> wrong = {{"GET", "/v1/responses"},
                                                                  {"PUT", "/v1/chat/completions"},
                                                                  {"DELETE", "/v1/embeddings"},
                                                                  {"PATCH", "/v1/files"},
                                                                  {"DELETE", "/v1/files/"},
                                                                  {"POST", "/v1/models"},
                                                                  {"DELETE", "/v1/models/"},
                                                                  {"POST", "/v1"},
                                                                  {"PUT", "/"},
                                                                  {"PROPFIND", "/v1/files/x"},
                                                                  {"QUERY", "/v1/anything"},
                                                                  {"GET", "/messages"}};
  for (const auto& [method, path] : wrong) {
    const Answer answer = call(front.gateway, method, path);
    EXPECT_EQ(answer.status, 405) << method << path;
    EXPECT_THAT(answer.field("Allow").value_or(""), AllOf(HasSubstr("OPTIONS"), Not(HasSubstr(method)))) << path;
  }
  EXPECT_EQ(front.upstream.heard().size(), 0U);
  EXPECT_EQ(call(front.gateway, "DELETE", "/v1/files/file_1").status, 200);
}

TEST(Spelling, K11_AWebSocketIsStillRefusedBeforeItsMethodIs) {
  Front front;
  for (const char* path : {"/v1/responses", "/responses", "/v1/realtime"}) {
    const Answer answer = front.gateway.client().get(path, {{"Connection", "Upgrade"}, {"Upgrade", "websocket"}});
    EXPECT_EQ(answer.status, 426) << path;
  }
}

TEST(Spelling, K11_TheRootSaysWhatThisIsAndAsksForNoKey) {
  RawUpstream upstream;
  const Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne},
                                     "clients: [ { name: web, key: { value: client-key-0123456789 } } ]\n"));
  for (const char* path : {"/", "/v1", "/v1/"}) {
    const Answer told = call(gateway, "GET", path);
    EXPECT_EQ(told.status, 200) << path;
    EXPECT_THAT(told.body, HasSubstr("drover")) << path;
    const Answer head = call(gateway, "HEAD", path);
    EXPECT_EQ(head.status, 200) << path;
    EXPECT_EQ(head.body, "");
  }
  EXPECT_EQ(upstream.heard().size(), 0U);
}

TEST(Spelling, F5_AModelIsFoundByItsEscapedName) {
  RawUpstream upstream;
  const Gateway gateway(std::string(kBase) + "providers:\n  one: { base_url: \"" + url_of(upstream) +
                        "\", keys: [ { value: " + kKeyOne + " } ] }\n" +
                        "models: { meta-llama/Llama-3: { targets: [ one ] } }\n");
  for (const char* path : {"/v1/models/meta-llama%2FLlama-3", "/models/meta-llama%2fLlama%2D3",
                           "/v1/models/meta-llama/Llama-3/", "/openai/models/meta-llama%2FLlama-3?api-version=1"}) {
    const Answer answer = gateway.client().get(path);
    EXPECT_EQ(answer.status, 200) << path;
    EXPECT_THAT(answer.body, HasSubstr("\"meta-llama/Llama-3\"")) << path;
  }
  EXPECT_EQ(call(gateway, "HEAD", "/v1/models/meta-llama%2FLlama-3").status, 200);
  for (const char* path : {"/v1/models/meta-llama%252FLlama-3", "/v1/models/%2f..", "/v1/models/%00", "/v1/models/../x",
                           "/v1/models/x%2f..%2f..", "/v1/models/%ff"}) {
    EXPECT_THAT(gateway.client().get(path).status, AnyOf(400, 404)) << path;
  }
  EXPECT_EQ(upstream.heard().size(), 0U);
}

TEST(Spelling, F5_WhereAnyNamePassesAnyModelIsThere) {
  Front front;
  EXPECT_EQ(front.gateway.client().get("/v1/models/gpt-5").status, 200);
  EXPECT_EQ(front.gateway.client().get("/v1/models/*").status, 404);
  EXPECT_EQ(front.gateway.client().get("/v1/models/a%252Fb").status, 404);
}

TEST(Spelling, K11_AzuresClientsAreServedByAnyTarget) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  const Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne},
                                     "clients: [ { name: web, key: { value: client-key-0123456789 } } ]\n"));
  const Fields key = {{"api-key", "client-key-0123456789"}};
  EXPECT_EQ(gateway.post(kAzureChat, kNoModel).status, 401);
  EXPECT_EQ(gateway.post(kAzureChat, kNoModel, {{"api-key", "another-key"}}).status, 401);
  ASSERT_EQ(gateway.post(kAzureChat, kNoModel, key).status, 200);
  const HeardRequest heard = upstream.heard().at(0);
  EXPECT_THAT(heard.head, StartsWith("POST /v1/chat/completions HTTP/1.1\r\n"));
  EXPECT_THAT(heard.head, Not(HasSubstr("client-key")));
  EXPECT_EQ(heard.body, R"({"model":"gpt-4o","messages":[{"role":"user","content":"hello"}]})");
  // What the body names counts, as in the SDKs, whose deployment may have a name of its own.
  ASSERT_EQ(gateway.post(kAzureChat, chat_body("gpt-5"), key).status, 200);
  EXPECT_EQ(upstream.heard().at(1).body, chat_body("gpt-5"));
  Fields form = key;
  form.emplace_back("Content-Type", "multipart/form-data; boundary=B");
  const std::string parts = "--B\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\nx\r\n--B--\r\n";
  ASSERT_EQ(gateway.post("/openai/deployments/whisper/audio/translations?api-version=1", parts, form).status, 200);
  EXPECT_THAT(upstream.heard().at(2).body,
              AllOf(HasSubstr("name=\"model\"\r\n\r\nwhisper\r\n--B\r\n"), testing::EndsWith(parts)));
}

TEST(Spelling, X3_NoDeploymentWalksRoundTheFence) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  const Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne},
                                     "clients:\n  - { name: a, key: { value: client-key-m }, models: [ m ] }\n"
                                     "  - { name: b, key: { value: client-key-p }, providers: [ one ] }\n"));
  const Fields limited = {{"api-key", "client-key-m"}};
  const auto post = [&](std::string_view path, std::string_view body, const Fields& key) {
    return gateway.post(path, body, key).status;
  };
  const std::string chat = "/openai/deployments/other-m/chat/completions";
  EXPECT_EQ(post(chat, kNoModel, limited), 403);
  EXPECT_EQ(post(chat, chat_body("m"), limited), 403);
  EXPECT_EQ(post(chat, chat_body("m"), {{"api-key", "client-key-p"}}), 403);
  EXPECT_EQ(post("/openai/deployments/m/chat/completions", chat_body("other-m"), limited), 403);
  EXPECT_EQ(post("/openai/deployments/m/chat/completions?model=other-m", kNoModel, limited), 403);
  EXPECT_EQ(post("/openai/deployments/other-m/embeddings", R"({"model":null,"input":"x"})", limited), 403);
  EXPECT_EQ(post("/chat/completions/", chat_body("other-m"), limited), 403);
  EXPECT_EQ(post("/v1/v1//chat/completions", chat_body("other-m"), limited), 403);
  EXPECT_EQ(post("/v1/moderations", R"({"input":"x"})", limited), 400);  // its default is not this client's
  EXPECT_EQ(upstream.heard().size(), 0U);
  EXPECT_EQ(gateway.client().get("/v1/models/other-m", limited).status, 404);
  EXPECT_EQ(post("/openai/deployments/m/chat/completions", kNoModel, limited), 200);
  EXPECT_EQ(post("/openai/deployments/m/chat/completions", chat_body("m"), limited), 200);
}

TEST(Spelling, K11_AProvidersQueryGoesUpInPlaceOfTheClients) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  const Gateway gateway(std::string(kBase) +
                        "providers:\n  azure: { base_url: \"http://127.0.0.1:" + std::to_string(upstream.port()) +
                        "/openai/deployments/d\", auth: { header: api-key }, keys: [ { value: " + kKeyOne +
                        " } ], query: { api-version: 2024-10-21 } }\n");
  ASSERT_EQ(gateway.post(std::string(kChat) + "?api-version=1999&x=1", plain_chat()).status, 200);
  const HeardRequest heard = upstream.heard().at(0);
  EXPECT_THAT(heard.head,
              StartsWith("POST /openai/deployments/d/chat/completions?x=1&api-version=2024-10-21 HTTP/1.1\r\n"));
  EXPECT_EQ(heard.field("api-key"), kKeyOne);
}

struct Optional {
  explicit Optional(const std::string& models) : models_(models) {
    upstream.always(Say{}.bytes(sized(R"({"id":"x","results":[],"data":[]})")));
  }
  std::string models_;
  RawUpstream upstream;
  Gateway gateway{std::string(kBase) + "providers:\n  one: { base_url: \"" + url_of(upstream) +
                  "\", keys: [ { value: " + kKeyOne + " } ] }\nmodels: { " + models_ + " }\n"};
};
const std::string kInput = R"({"input":"x"})";

TEST(Spelling, F4_AModelThatIsLeftOutIsTheDefaultOfTheApi) {
  Optional named(
      "gpt-4o: { targets: [ one ] }, omni-moderation-latest: { targets: [ { provider: one, model: there } ] }");
  ASSERT_EQ(named.gateway.post("/v1/moderations", kInput).status, 200);
  EXPECT_EQ(named.upstream.heard().at(0).body, R"({"model":"there","input":"x"})");
  Optional any("\"*\": { targets: [ one ] }");
  ASSERT_EQ(any.gateway.post("/v1/moderations", kInput).status, 200);
  EXPECT_EQ(any.upstream.heard().at(0).body, kInput);  // the provider chooses as it would without a gateway
}

TEST(Spelling, F4_ElseTheOnlyModelElseA400ThatNamesThem) {
  Optional one("flux: { targets: [ one ] }");
  ASSERT_EQ(one.gateway.post("/v1/images/generations", R"({"prompt":"x"})").status, 200);
  EXPECT_EQ(one.upstream.heard().at(0).body, R"({"model":"flux","prompt":"x"})");
  Optional two("flux: { targets: [ one ] }, sdxl: { targets: [ one ] }");
  const Answer refused = two.gateway.post("/v1/images/generations", R"({"prompt":"x"})");
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(refused.body, AllOf(HasSubstr("missing_model"), HasSubstr("flux, sdxl")));
  EXPECT_EQ(two.gateway.post(kChat, kNoModel).status, 400);
  EXPECT_EQ(two.upstream.heard().size(), 0U);
}

}  // namespace
}  // namespace drover::test
