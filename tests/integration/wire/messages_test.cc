// Anthropic's dialect through the whole gateway: where requests go and in which shape, what crosses, byte for byte.
#include <random>

#include "integration/messages_kit.h"

namespace drover::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string talk(std::mt19937_64& random) {
  static constexpr const char* kWords[] = {"tea ", "กาแฟ", "é", "\\n", "𝄞", "\\u00e9", "event: message_stop", "data: "};
  std::string text;
  const std::size_t count = random() % 40;
  for (std::size_t word = 0; word < count; ++word) text += kWords[random() % 8];
  return text;
}

/// A stream with the oddities that the standard allows: pings, comments, mixed line ends, padding, unknown events.
std::string odd_stream(std::mt19937_64& random) {
  std::string body = message_start() + "event: ping\ndata: {\"type\": \"ping\"}\n\n";
  const std::size_t events = 1 + random() % 12;
  for (std::size_t event = 0; event < events; ++event) {
    std::string text = text_delta(talk(random));
    if (random() % 4 == 0) text.replace(text.size() - 2, 2, "\r\n\r\n");
    if (random() % 5 == 0) text += ": thinking\n\n";
    if (random() % 5 == 0) text += message_event("ping");
    if (random() % 6 == 0) text += message_event("something_new", ",\"x\":[1.10]   ");
    body += text;
  }
  return body + message_end();
}

std::string target_of(const HeardRequest& heard) {
  const std::size_t begin = heard.head.find(' ') + 1;
  return heard.head.substr(begin, heard.head.find(' ', begin) - begin);
}

std::string chunked(std::string_view body, std::mt19937_64& random) {
  std::string bytes;
  for (std::size_t at = 0; at < body.size();) {
    const std::size_t size = std::min<std::size_t>(1 + random() % 300, body.size() - at);
    bytes += chunk(body.substr(at, size));
    at += size;
  }
  return bytes + "0\r\n\r\n";
}

TEST(Messages, OfTwoHundredAnswersHaveTheUpstreamsBytesWhereverItCutItsWrites) {
  std::mt19937_64 random(20260202);
  RawUpstream upstream;
  Gateway gateway(anthropic_provider({url_of(upstream)}, {kKeyOne}));
  HttpClient client = gateway.client();
  for (int at = 0; at < 200; ++at) {
    const bool streamed = at % 2 == 1;
    const std::string body = streamed ? odd_stream(random)
                                      : R"({"content" : [{"type":"text","text":")" + talk(random) +
                                            R"("}],"usage":{"output_tokens":1},"x":1.10})"
                                            "\n";
    Say say;
    say.bytes_cut_at_random(streamed ? kStreamHead + chunked(body, random) : sized(body), random(), 60);
    upstream.next(std::move(say));
    const Answer answer = client.post(kMessages, streamed ? streamed_message() : plain_message(), kVersioned);
    ASSERT_EQ(answer.status, 200) << at << answer.body;
    ASSERT_TRUE(answer.whole()) << at;
    ASSERT_EQ(answer.body, body) << at;
    ASSERT_EQ(attempts(answer), 1) << at;
  }
}

TEST(Messages, GoUpWithTheirBytesButForTheModelsName) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(kPlainMessage)));
  Gateway gateway(std::string(kBase) + "providers:\n  a: { dialect: anthropic, usage: ask, base_url: \"" +
                  root_of(url_of(upstream)) + "\", keys: [ { value: " + kKeyOne +
                  " } ] }\nmodels:\n  alias: { targets: [ { provider: a, model: claude-x } ] }\n");
  EXPECT_EQ(
      gateway.post(kMessages, "{ \"stream\":false,\"model\" : \"alias\",\"max_tokens\":1.0,\"x\":[1e5]}\n").status,
      200);
  EXPECT_EQ(upstream.heard().at(0).body,
            "{ \"stream\":false,\"model\" : \"claude-x\",\"max_tokens\":1.0,\"x\":[1e5]}\n");
  EXPECT_EQ(target_of(upstream.heard().at(0)), "/v1/messages");
}

TEST(Messages, AskForNoUsageOfTheirOwn) {
  RawUpstream upstream;
  const std::string body = message_start() + text_delta("hi") + message_end();
  upstream.always(Say{}.bytes(kStreamHead + chunk(body) + "0\r\n\r\n"));
  std::string yaml = anthropic_provider({url_of(upstream)}, {kKeyOne});
  yaml.insert(yaml.find("    dialect:"), "    usage: ask\n");
  Gateway gateway(yaml);
  EXPECT_EQ(gateway.post(kMessages, streamed_message()).body, body);
  EXPECT_EQ(upstream.heard().at(0).body, streamed_message());
}

TEST(Messages, CarryTheProvidersKeyTheVersionAndTheBetasAndNothingOfTheClients) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(kPlainMessage,
                                    "Content-Type: application/json\r\nrequest-id: req_up\r\n"
                                    "anthropic-organization-id: org-secret\r\n")));
  Gateway gateway(anthropic_provider({url_of(upstream)}, {kKeyOne}));
  const Answer answer = gateway.post(kMessages, plain_message(),
                                     {{"x-api-key", "sk-client"},
                                      {"Authorization", "Bearer sk-client"},
                                      {"anthropic-version", "2099-01-01"},
                                      {"anthropic-beta", "one"},
                                      {"anthropic-beta", "two"},
                                      {"anthropic-workspace-id", "ws"},
                                      {"anthropic-future", "yes"}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.field("request-id"), "req_up");
  EXPECT_EQ(answer.field("anthropic-organization-id"), std::nullopt);
  const HeardRequest heard = upstream.heard().at(0);
  EXPECT_EQ(heard.field("x-api-key"), kKeyOne);
  EXPECT_EQ(heard.field("Authorization"), "");
  EXPECT_EQ(heard.field("anthropic-version"), "2099-01-01");
  EXPECT_EQ(heard.field("anthropic-workspace-id"), "");
  EXPECT_EQ(heard.field("anthropic-future"), "yes") << "G11";
  EXPECT_THAT(heard.head, HasSubstr("anthropic-beta: one\r\nanthropic-beta: two\r\n"));
  EXPECT_THAT(heard.head, Not(HasSubstr("sk-client")));
}

TEST(Messages, NameAVersionWhereTheClientDidNot) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(kPlainMessage)));
  Gateway gateway(anthropic_provider({url_of(upstream)}, {kKeyOne}));
  EXPECT_EQ(gateway.post(kMessages, plain_message()).status, 200);
  EXPECT_EQ(upstream.heard().at(0).field("anthropic-version"), "2023-06-01");
}

TEST(Messages, KeepThePathBehindABaseUrlWithoutAVersion) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized("{\"input_tokens\":3}")));
  std::string yaml = anthropic_provider({url_of(upstream)}, {kKeyOne});
  yaml.replace(yaml.find(" ]\n    keys"), 2, "/anthropic ]");
  Gateway gateway(yaml);
  EXPECT_EQ(gateway.post("/v1/messages/count_tokens?beta=true", plain_message()).body, "{\"input_tokens\":3}");
  EXPECT_EQ(target_of(upstream.heard().at(0)), "/anthropic/v1/messages/count_tokens?beta=true");
}

TEST(Messages, MeetTheClientsKeyInEitherField) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(kPlainMessage)));
  Gateway gateway(anthropic_provider({url_of(upstream)}, {kKeyOne},
                                     "clients: [ { name: web, key: { value: sk-web-0123456789abcdef } } ]\n"));
  const auto status = [&](const Fields& fields) { return gateway.post(kMessages, plain_message(), fields).status; };
  EXPECT_EQ(status({{"x-api-key", "sk-web-0123456789abcdef"}}), 200);
  EXPECT_EQ(status({{"Authorization", "Bearer sk-web-0123456789abcdef"}}), 200);
  EXPECT_EQ(status({{"Authorization", "Bearer sk-other"}, {"x-api-key", "sk-web-0123456789abcdef"}}), 200);
  EXPECT_EQ(status({{"x-api-key", "sk-other"}}), 401);
  const Answer refused = gateway.post(kMessages, plain_message());
  EXPECT_EQ(refused.status, 401);
  EXPECT_THAT(refused.body, HasSubstr(R"("type":"authentication_error")"));
  EXPECT_THAT(refused.body, HasSubstr("x-api-key"));
}

TEST(Messages, EndInErrorsOfTheirOwnShape) {
  RawUpstream upstream;
  Gateway gateway(both_dialects(url_of(upstream), url_of(upstream)));
  const Answer unknown = gateway.post(kMessages, message_body("claude-9"));
  EXPECT_EQ(unknown.status, 404);
  EXPECT_TRUE(unknown.body.starts_with(R"({"type":"error","error":{"type":"not_found_error","message":")"))
      << unknown.body;
  EXPECT_THAT(unknown.body, HasSubstr("Known here: claude."));
  EXPECT_EQ(unknown.field("request-id"), unknown.field("x-request-id"));
  EXPECT_THAT(gateway.post(kMessages, "{").body, HasSubstr("\"invalid_request_error\""));
  EXPECT_THAT(gateway.post(kMessages, R"({"messages":[]})").body, HasSubstr("\"error_code\":\"missing_model\""));
  EXPECT_THAT(gateway.client().get("/nothing", kVersioned).body, HasSubstr(R"({"type":"error")"));
  EXPECT_THAT(gateway.client().get("/nothing").body, HasSubstr(R"({"error":{"message")"));
}

TEST(Messages, NeverReachAProviderOfTheOtherDialect) {
  RawUpstream upstream;
  Gateway gateway(both_dialects(url_of(upstream), url_of(upstream)));
  const Answer chat = gateway.post(kChat, chat_body("claude"));
  EXPECT_EQ(chat.status, 404);
  EXPECT_THAT(chat.body, HasSubstr("serves this model in the Anthropic dialect (/v1/messages)"));
  EXPECT_THAT(chat.body, HasSubstr("\"code\":\"model_in_other_dialect\""));
  EXPECT_THAT(chat.body, HasSubstr("Known here: gpt-4o."));
  const Answer message = gateway.post(kMessages, message_body("gpt-4o"));
  EXPECT_EQ(message.status, 404);
  EXPECT_THAT(message.body, HasSubstr("serves this model in the OpenAI dialect (/v1/chat/completions)"));
  EXPECT_THAT(message.body, HasSubstr("\"error_code\":\"model_in_other_dialect\""));
  EXPECT_TRUE(upstream.heard().empty());
}

TEST(Messages, AndChatsGoToTheirOwnProviders) {
  RawUpstream o;
  RawUpstream a;
  o.always(Say{}.bytes(sized(kPlainAnswer)));
  a.always(Say{}.bytes(sized(kPlainMessage)));
  Gateway gateway(both_dialects(url_of(o), url_of(a)));
  EXPECT_EQ(gateway.post(kChat, plain_chat()).body, kPlainAnswer);
  EXPECT_EQ(gateway.post(kMessages, plain_message()).body, kPlainMessage);
  // Paths without a model go to the pin of the dialect that is asked.
  EXPECT_EQ(gateway.client().get("/v1/files").status, 200);
  EXPECT_EQ(gateway.client().get("/v1/files", kVersioned).status, 200);
  EXPECT_EQ(gateway.client().get("/v1/messages/batches").status, 200);
  ASSERT_EQ(o.heard().size(), 2U);
  ASSERT_EQ(a.heard().size(), 3U);
  EXPECT_EQ(target_of(o.heard()[1]), "/v1/files");
  EXPECT_EQ(target_of(a.heard()[1]), "/v1/files");
  EXPECT_EQ(target_of(a.heard()[2]), "/v1/messages/batches");
  EXPECT_EQ(a.heard()[2].field("x-api-key"), kKeyTwo);
}

TEST(Messages, HaveModelsOfTheirOwn) {
  RawUpstream upstream;
  Gateway gateway(both_dialects(url_of(upstream), url_of(upstream)));
  const Answer versioned = gateway.client().get("/v1/models", kVersioned);
  EXPECT_THAT(versioned.body, HasSubstr(R"("type":"model","id":"claude")"));
  EXPECT_THAT(versioned.body, HasSubstr(R"("has_more":false)"));
  EXPECT_THAT(versioned.body, Not(HasSubstr("gpt-4o")));
  const Answer plain = gateway.client().get("/v1/models");
  EXPECT_THAT(plain.body, HasSubstr(R"("id":"gpt-4o","object":"model")"));
  EXPECT_THAT(plain.body, Not(HasSubstr("claude")));
  EXPECT_EQ(gateway.client().get("/v1/models/claude", kVersioned).status, 200);
  EXPECT_THAT(gateway.client().get("/v1/models/gpt-4o", kVersioned).body, HasSubstr("not_found_error"));
}

TEST(Messages, ListTheModelsOfAProviderThatTakesAnyName) {
  mock::Settings settings = mock_settings();
  settings.models = {"claude-a", "claude-b"};
  MockProvider mock(settings);
  Gateway gateway(anthropic_provider({mock.url()}, {kKeyOne}));
  const Answer models = gateway.client().get("/v1/models", kVersioned);
  EXPECT_THAT(models.body, HasSubstr(R"("first_id":"claude-a","last_id":"claude-b")"));
  EXPECT_EQ(mock.last().path, "/v1/models?limit=1000");
  EXPECT_EQ(gateway.client().get("/v1/models").body, R"({"object":"list","data":[]})");
}

TEST(Messages, LetPingsPassAsTheyCome) {
  RawUpstream upstream;
  const std::string ping = message_event("ping");
  upstream.always(Say{}
                      .bytes(kStreamHead + chunk(message_start() + text_delta("a")))
                      .wait_for_go_on()
                      .bytes(chunk(ping))
                      .wait_for_go_on()
                      .bytes(chunk(text_delta("b") + message_end()) + "0\r\n\r\n"));
  Gateway gateway(anthropic_provider({url_of(upstream)}, {kKeyOne}));
  HttpClient client = gateway.client();
  client.send_request("POST", kMessages, streamed_message());
  ASSERT_EQ(client.read_head().status, 200);
  const auto next = [&client] { return client.next_event().value_or(Event{}).name(); };
  EXPECT_EQ(next(), "message_start");
  EXPECT_EQ(next(), "content_block_start");
  EXPECT_EQ(next(), "content_block_delta");
  upstream.go_on();
  EXPECT_EQ(next(), "ping") << "while nothing else comes";
  upstream.go_on();
  EXPECT_EQ(next(), "content_block_delta");
}

}  // namespace
}  // namespace drover::test
