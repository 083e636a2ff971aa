// What an upstream says back or promises wrongly, and what a client sends up that is not its to send: fields, keys,
// bodies where none belongs.
#include "integration/gateway_fixture.h"

namespace drover::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kJson = "Content-Type: application/json\r\n";

std::string all_of(const Answer& answer) {
  std::string all;
  for (const auto& [name, value] : answer.fields) all += name + ": " + value + "\n";
  return all + "\n" + answer.body;
}

/// One upstream that always says this, and a gateway before it that repeats nothing.
struct Saying {
  explicit Saying(const std::string& bytes) { upstream.always(Say{}.bytes(bytes)); }
  RawUpstream upstream;
  Gateway gateway{one_provider({url_of(upstream)}, {kKeyOne}, "retry: { same_target: 0 }\n")};
};

TEST(OwnFields, X4_AClientsFieldOfAProvidersOwnNameDoesNotGoUp) {
  RawUpstream named;
  RawUpstream other;
  for (RawUpstream* upstream : {&named, &other}) upstream->always(Say{}.bytes(sized(kPlainAnswer)));
  Gateway gateway(
      std::string(kBase) + "providers:\n  named: { base_url: \"" + url_of(named) +
      "\", auth: { header: x-provider-key }, headers: { X-Team: research, OpenAI-Beta: ours }, keys: [ { value: " +
      kKeyOne + " } ] }\n  other: { base_url: \"" + url_of(other) + "\", keys: [ { value: " + kKeyTwo +
      " } ] }\nmodels:\n  a: { targets: [ named ] }\n  b: { targets: [ other ] }\n");
  const Fields fields = {
      {"X-Provider-Key", "mine"}, {"x-team", "mine"}, {"openai-beta", "mine"}, {"X-Harmless", "stays"}};
  for (const char* model : {"a", "b"}) ASSERT_EQ(gateway.post(kChat, chat_body(model), fields).status, 200);
  const HeardRequest to_named = named.heard().at(0);
  EXPECT_EQ(to_named.field("x-provider-key"), kKeyOne);
  EXPECT_EQ(to_named.field("X-Team"), "research");
  EXPECT_EQ(to_named.field("OpenAI-Beta"), "ours");
  EXPECT_THAT(to_named.head, Not(HasSubstr("mine")));
  const HeardRequest to_other = other.heard().at(0);
  EXPECT_EQ(to_other.field("x-provider-key"), "");
  EXPECT_EQ(to_other.field("X-Team"), "");
  EXPECT_EQ(to_other.field("OpenAI-Beta"), "mine")
      << "a field of the API stays the client's where no provider has its own";
  EXPECT_EQ(to_other.field("X-Harmless"), "stays");
}

class EchoedField : public ::testing::TestWithParam<std::string> {};

TEST_P(EchoedField, X5_DoesNotReachTheClient) {
  for (const char* status : {"200 OK", "400 Bad", "401 No", "500 Oops"}) {
    const Saying saying(sized(kPlainAnswer, kJson + GetParam() + "\r\n", status));
    const Answer answer = saying.gateway.post(kChat, plain_chat());
    EXPECT_THAT(all_of(answer), Not(HasSubstr("0a1b2c3d"))) << status;
    EXPECT_THAT(all_of(answer), Not(HasSubstr("0A1B2C3D"))) << status;
  }
  const Saying stream("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n" + GetParam() +
                      "\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(delta("hi") + kFinish + kDone) + "0\r\n\r\n");
  EXPECT_THAT(all_of(stream.gateway.post(kChat, streamed_chat())), Not(HasSubstr("0a1b2c3d")));
}

INSTANTIATE_TEST_SUITE_P(Fields, EchoedField,
                         ::testing::Values("X-Echo: Bearer " + std::string(kKeyOne),
                                           "Authorization: Bearer " + std::string(kKeyOne),
                                           "WWW-Authenticate: Bearer error=\"" + std::string(kKeyOne) + "\"",
                                           "X-Echo: key=" + std::string(kKeyOne) + ";x",
                                           "X-Echo: SK-TEST-ONE-0A1B2C3D"));

class EchoedBody : public ::testing::TestWithParam<const char*> {};

TEST_P(EchoedBody, X5_DoesNotReachTheClientWhateverItsFormAndStatus) {
  const std::string text = GetParam();
  const std::string error = R"({"error":{"message":"bad key: )" + text + R"( .","code":")" + text + "\"}}";
  for (const char* status : {"400 Bad", "401 No", "429 Slow", "500 Oops"}) {
    const Saying saying(sized(error, kJson, status));
    const Answer answer = saying.gateway.post(kChat, plain_chat());
    EXPECT_THAT(all_of(answer), Not(HasSubstr(text))) << status;
  }
}

INSTANTIATE_TEST_SUITE_P(Forms, EchoedBody,
                         ::testing::Values(kKeyOne, "SK-TEST-ONE-0A1B2C3D", "sk-test-one-0a1b", "test-one-0a1b2c3d",
                                           "sk-test\\u002done\\u002d0a1b2c3d", "sk-te...2c3d", "sk-te\\u20262c3d",
                                           "sk-te\xE2\x80\xA6"
                                           "2c3d",
                                           "sk-texxxxxxxxx2c3d", "sk-te########2c3d", "0a1b2c3d"));

TEST(EchoedBody, X5_IsMaskedInGoodAnswersToo) {
  const std::string content = R"({"id":"c1","choices":[{"index":0,"message":{"role":"assistant","content":")" +
                              std::string(kKeyOne) + R"( sk-test\u002done-0a1b2c3d"},"finish_reason":"stop"}]})";
  const Saying plain(sized(content));
  const Answer answer = plain.gateway.post(kChat, plain_chat());
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body.size(), content.size());
  EXPECT_THAT(answer.body, Not(HasSubstr("0a1b2c3d")));

  const std::string events = ": " + std::string(kKeyOne) + "\n\nid: " + kKeyOne + "\n" + delta(kKeyOne) +
                             "event: odd\ndata: " + kKeyOne + "\n\n" + kFinish + kDone;
  for (std::size_t cut = 1; cut < events.size(); cut += 29) {
    const Saying stream(kStreamHead + chunk(events.substr(0, cut)) + chunk(events.substr(cut)) + "0\r\n\r\n");
    const Answer streamed = stream.gateway.post(kChat, streamed_chat());
    ASSERT_THAT(streamed.body, HasSubstr("[DONE]"));
    ASSERT_THAT(streamed.body, Not(HasSubstr("0a1b2c3d"))) << cut;
  }
}

TEST(EchoedBody, X5_IsMaskedInBytesThatAreNotLookedInto) {
  const std::string body = std::string(100'000, 'x') + kKeyOne + std::string(100'000, 'y');
  const Saying saying(sized(body, "Content-Type: application/octet-stream\r\n"));
  const Answer answer = saying.gateway.client().get("/v1/files/f/content");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body.size(), body.size());
  EXPECT_THAT(answer.body, Not(HasSubstr("0a1b2c3d")));
}

TEST(EchoedBody, X5_AnErrorEventOfAnyLengthIsToldWithoutOurKey) {
  for (const std::size_t size : {std::size_t{140'000}, std::size_t{5'000'000}}) {
    const bool in_our_words = size > 4U * 1024 * 1024;  // longer than what is held
    const std::string error =
        "data: {\"error\":{\"message\":\"" + std::string(kKeyOne) + std::string(size, 'e') + "\"}}\n\n";
    const Saying first(kStreamHead + chunk(error) + "0\r\n\r\n");
    const Answer failed = first.gateway.post(kChat, streamed_chat());
    EXPECT_EQ(failed.status, 502) << "it is no content: nothing was sent yet";
    const Saying middle(kStreamHead + chunk(delta("hi")) + chunk(error) + "0\r\n\r\n");
    const Answer cut = middle.gateway.post(kChat, streamed_chat());
    EXPECT_EQ(cut.status, 200);
    EXPECT_NE(cut.body.find("\"error\""), std::string::npos);
    EXPECT_EQ(cut.body.find("eeeeeeee") == std::string::npos, in_our_words);
    EXPECT_EQ(cut.body.find("0a1b2c3d"), std::string::npos);
    EXPECT_EQ(cut.body.find("[DONE]"), std::string::npos);
  }
}

TEST(LongError, X8_ABodyOverTheLimitIsToldInOurWordsAndIsJson) {
  const std::string error = R"({"error":{"code":"odd_thing","message":")" + std::string(65'500, 'e') + kKeyOne + "\"}}";
  const Saying saying(sized(error, kJson, "400 Bad"));
  const Answer answer = saying.gateway.post(kChat, plain_chat());
  EXPECT_GE(answer.status, 400);
  EXPECT_TRUE(answer.whole());
  EXPECT_THAT(answer.body, ::testing::EndsWith("}"));
  EXPECT_THAT(answer.body, Not(HasSubstr("sk-test")));
  EXPECT_LT(answer.body.size(), 2000U);
}

TEST(ModelNames, X5_OneThatIsOurKeyIsNotListed) {
  const Saying saying(sized(R"({"data":[{"id":"good"},{"id":")" + std::string(kKeyOne) + "\"}]}"));
  const Answer answer = saying.gateway.client().get("/v1/models");
  EXPECT_THAT(answer.body, HasSubstr("good"));
  EXPECT_THAT(answer.body, Not(HasSubstr("0a1b2c3d")));
}

class BodyOfAQuestion : public ::testing::TestWithParam<const char*> {};

TEST_P(BodyOfAQuestion, X7_IsRefused) {
  Front front;
  const std::string inner = "GET /v1/slow HTTP/1.1\r\nHost: x\r\n\r\n";
  for (const std::string& framing : {"Content-Length: " + std::to_string(inner.size()) + "\r\n\r\n" + inner,
                                     "Transfer-Encoding: chunked\r\n\r\n" + chunk(inner) + "0\r\n\r\n",
                                     std::string("Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")}) {
    HttpClient client = front.gateway.client();
    client.send_raw(std::string(GetParam()) + " /v1/files/a HTTP/1.1\r\nHost: localhost\r\n" + framing);
    EXPECT_EQ(client.read_answer(GetParam()).status, 400);
  }
  EXPECT_EQ(front.upstream.heard().size(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Methods, BodyOfAQuestion, ::testing::Values("GET", "HEAD", "OPTIONS"));

TEST(UnexpectedBody, X7_ItsConnectionIsNotUsedAgain) {
  Front front;
  HttpClient client = front.gateway.client();
  for (const auto& [method, path] : {std::pair{"DELETE", "/v1/files/a"}, std::pair{"POST", "/v1/no-such-path"}}) {
    ASSERT_TRUE(client.send_request(
        method, path, plain_chat(),
        {{"Content-Type", "application/json"}, {"Content-Length", std::to_string(plain_chat().size())}}));
    EXPECT_EQ(client.read_answer(method).status, 200);
    EXPECT_EQ(client.post(kChat, plain_chat()).status, 200);
  }
  const auto heard = front.upstream.heard();
  ASSERT_EQ(heard.size(), 4U);
  EXPECT_EQ(heard[0].field("Connection"), "close");
  EXPECT_NE(heard[0].connection, heard[1].connection);
  EXPECT_EQ(heard[1].connection, heard[2].connection);
  EXPECT_NE(heard[2].connection, heard[3].connection);
}

TEST(BadAnswer, X8_ItsConnectionIsNotUsedAgain) {
  RawUpstream upstream;
  upstream.next(Say{}.bytes("HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n"));
  upstream.next(Say{}.bytes(sized("<html>login</html>", "Content-Type: text/html\r\n")));
  upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne}, "retry: { same_target: 0 }\n"));
  HttpClient client = gateway.client();
  EXPECT_EQ(client.post(kChat, plain_chat()).status, 502);
  EXPECT_EQ(client.post(kChat, plain_chat()).status, 502);
  EXPECT_EQ(client.post(kChat, plain_chat()).status, 200);
  const auto heard = upstream.heard();
  ASSERT_EQ(heard.size(), 3U);
  EXPECT_NE(heard[0].connection, heard[1].connection);
  EXPECT_NE(heard[1].connection, heard[2].connection);
}

TEST(KeptConnection, X8_ThatIsJustBeingClosedCostsAGetNothing) {
  RawUpstream upstream;
  upstream.next(Say{}.bytes(sized("{}")));
  upstream.next(Say{}.close());  // the request came to a connection that was on its way out
  upstream.next(Say{}.bytes(sized("{}")));
  upstream.next(Say{}.close());
  upstream.always(Say{}.bytes(sized("{}")));
  Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne}));
  HttpClient client = gateway.client();
  EXPECT_EQ(client.get("/v1/files/a").status, 200);
  EXPECT_EQ(client.get("/v1/files/a").status, 200);
  EXPECT_EQ(client.post("/v1/files", "{}").status, 502) << "it may have been carried out";
}

TEST(Fields, X8_OrdersToProxiesAndBrowsersDoNotComeDown) {
  const std::string orders =
      "X-Accel-Redirect: /internal\r\nX-Sendfile: /etc/passwd\r\nX-Accel-Buffering: yes\r\nClear-Site-Data: \"*\"\r\n"
      "Refresh: 0\r\nService-Worker-Allowed: /\r\nSourceMap: /x\r\nLocation: http://evil/\r\n";
  const Saying saying(sized(kPlainAnswer, kJson + orders));
  const Answer answer = saying.gateway.post(kChat, plain_chat());
  EXPECT_EQ(answer.status, 200);
  for (const char* name : {"X-Accel-Redirect", "X-Sendfile", "X-Accel-Buffering", "Clear-Site-Data", "Refresh",
                           "Service-Worker-Allowed", "SourceMap", "Location"}) {
    EXPECT_EQ(answer.count(name), 0U) << name;
  }
}

TEST(Pages, X8_AnOriginIsReadWhole) {
  Front front;
  for (const char* origin : {"http://localhost:x@evil", "http://127.0.0.1:80.evil", "http://localhost@evil",
                             "http://localhost:99999", "http://localhost/", "http://[::1]evil"}) {
    EXPECT_EQ(front.gateway.post(kChat, plain_chat(), {{"Origin", origin}}).status, 403) << origin;
  }
  EXPECT_EQ(front.gateway.post(kChat, plain_chat(), {{"Origin", "http://localhost:3000"}}).status, 200);
  EXPECT_EQ(
      front.gateway.post(kChat, plain_chat(), {{"Origin", "http://localhost:3000"}, {"Origin", "http://evil"}}).status,
      403);
  EXPECT_EQ(
      front.gateway.post(kChat, plain_chat(), {{"Sec-Fetch-Site", "same-origin"}, {"Sec-Fetch-Site", "cross-site"}})
          .status,
      403);
}

TEST(Pages, X8_ExplainShowsNoCharactersThatAreObeyed) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  Gateway gateway(with_admin(load(one_provider({url_of(upstream)}, {kKeyOne}))));
  EXPECT_EQ(gateway.post(kChat, chat_body("m\xC2\x9B\xE2\x80\xAE"), {{"x-request-id", "odd-1"}}).status, 200);
  const std::string page = gateway.explained("odd-1");
  EXPECT_THAT(page, HasSubstr("m\\u009b\\u202e"));
  EXPECT_THAT(page, Not(HasSubstr("\xE2\x80\xAE")));
}

}  // namespace
}  // namespace drover::test
