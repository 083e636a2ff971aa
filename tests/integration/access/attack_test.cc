// Attacks on HTTP/1 and on bodies that are not refused but borne: slowness, trailers, upgrades, loops, size.
#include <deque>

#include "integration/gateway_fixture.h"

namespace drover::test {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string chat_head(std::size_t length, const std::string& lines = {}) {
  return "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + lines +
         "Content-Length: " + std::to_string(length) + "\r\n\r\n";
}

TEST(Slow, E1_HeadsAndBodiesThatDribbleHoldNobodyElseUp) {
  Front front;
  std::deque<HttpClient> slow;
  const std::string whole = chat_head(plain_chat().size()) + plain_chat();
  for (std::size_t at = 0; at < 300; ++at) {
    slow.push_back(front.gateway.client());
    // Cut in the request line, in the head, at its end, in the body.
    ASSERT_TRUE(slow.back().send_raw(std::string_view(whole).substr(0, 5 + at % (whole.size() - 6))));
  }
  HttpClient quick = front.gateway.client();
  for (int request = 0; request < 50; ++request) {
    for (int at = 0; at < 6; ++at) slow[static_cast<std::size_t>(request * 6 + at)].send_raw(" ");
    ASSERT_EQ(quick.post(kChat, plain_chat()).status, 200);
  }
  for (const HeardRequest& heard : front.upstream.heard()) EXPECT_EQ(heard.body, plain_chat());
}

TEST(Trailers, E10_EndAtTheGateway) {
  Front front;
  HttpClient client = front.gateway.client();
  for (int request = 0; request < 2; ++request) {
    client.send_request(
        "POST", kChat,
        chunk(plain_chat()) + "0\r\nContent-Length: 3\r\nAuthorization: Bearer sk-evil\r\nHost: evil\r\n\r\n",
        {{"Transfer-Encoding", "chunked"}});
    EXPECT_EQ(client.read_answer().status, 200);
  }
  for (const HeardRequest& heard : front.upstream.heard()) {
    EXPECT_EQ(heard.field("Content-Length"), std::to_string(plain_chat().size()));
    EXPECT_EQ(heard.field("Authorization"), "Bearer " + std::string(kKeyOne));
    EXPECT_THAT(heard.head, Not(HasSubstr("evil")));
    EXPECT_EQ(heard.body, plain_chat());
  }
}

TEST(Upgrades, E19_ToHttp2AreIgnoredAndNothingBehindThemIsForwarded) {
  Front front;
  HttpClient client = front.gateway.client();
  client.send_raw(chat_head(plain_chat().size(),
                            "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n") +
                  plain_chat() + "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  EXPECT_EQ(client.read_answer().status, 200);
  EXPECT_THAT(client.read_answer().status, AnyOf(400, 505));
  EXPECT_TRUE(client.closed_by_server());
  ASSERT_EQ(front.upstream.heard().size(), 1U);
  EXPECT_THAT(front.upstream.heard()[0].head, Not(HasSubstr("pgrade")));
  EXPECT_THAT(front.upstream.heard()[0].head, Not(HasSubstr("HTTP2")));
}

TEST(Upgrades, E19_ToAWebSocketAreRefusedAndWhatFollowsIsARequestOfItsOwn) {
  Front front;
  HttpClient client = front.gateway.client();
  client.send_raw(
      "GET /v1/realtime HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Key: AAAA\r\n\r\nGET /internal HTTP/1.1\r\nHost: evil\r\n\r\n");
  EXPECT_EQ(client.read_answer("GET").status, 426);
  EXPECT_NE(client.read_answer("GET").status, 200);
  EXPECT_EQ(front.upstream.heard().size(), 0U);
}

class SplitValue : public ::testing::TestWithParam<std::string> {};

TEST_P(SplitValue, E23_CannotMakeAFieldOfTheUpstreamsRequest) {
  Front front;
  HttpClient client = front.gateway.client();
  client.send_raw(chat_head(plain_chat().size(), "OpenAI-Beta: a" + GetParam() + "X-Evil: 1\r\n") + plain_chat());
  EXPECT_EQ(client.read_answer().status, 400);
  EXPECT_TRUE(client.closed_by_server());
  EXPECT_EQ(front.upstream.heard().size(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Bytes, SplitValue,
                         ::testing::Values(std::string("\0", 1), "\r", "\n", "\r\r\n", std::string("\r\n\0", 3)));

TEST(Values, E23_AnEncodedLineEndStaysText) {
  Front front;
  EXPECT_EQ(front.gateway.post(kChat, plain_chat(), {{"OpenAI-Beta", "a%0d%0aX-Evil: 1"}}).status, 200);
  EXPECT_EQ(front.upstream.heard().at(0).field("X-Evil"), "");
}

TEST(Fields, E24_RangesAndConditionsDoNotGoUp) {
  Front front;
  const Fields fields = {{"Range", "bytes=0-5"}, {"If-None-Match", "*"}, {"If-Range", "x"}, {"Via", "1.1 proxy"}};
  EXPECT_EQ(front.gateway.post(kChat, plain_chat(), fields).status, 200);
  for (const char* name : {"Range", "If-None-Match", "If-Range", "Via"}) {
    EXPECT_EQ(front.upstream.heard().at(0).field(name), "") << name;
  }
}

/// The answer once the reload has reached the thread that serves it.
Answer answer_of_the_loop(const Gateway& gateway) {
  const auto until = Clock::now() + kPatience;
  Answer answer = gateway.post(kChat, plain_chat());
  while (answer.status == 200 && Clock::now() < until) answer = gateway.post(kChat, plain_chat());
  return answer;
}

std::string itself(const Gateway& gateway) {
  return "http://127.0.0.1:" + std::to_string(gateway.port()) + "/v1";
}

TEST(Loops, E24_AGatewayThatIsItsOwnUpstreamSaysSoInsteadOfMultiplying) {
  Front front;
  ASSERT_TRUE(front.gateway.reload(load(one_provider({itself(front.gateway)}, {kKeyOne}))));
  const Answer answer = answer_of_the_loop(front.gateway);
  EXPECT_EQ(answer.status, 508) << answer.body;
  EXPECT_THAT(answer.body, HasSubstr("loop_detected"));
}

TEST(Loops, E24_ARingOfTwoGatewaysIsFound) {
  Front first;
  Gateway second(one_provider({itself(first.gateway)}, {kKeyTwo}));
  EXPECT_EQ(second.post(kChat, plain_chat()).status, 200) << "two in a row are no loop";
  ASSERT_TRUE(first.gateway.reload(load(one_provider({itself(second)}, {kKeyOne}))));
  EXPECT_GE(answer_of_the_loop(first.gateway).status, 500);
}

TEST(Body, G8_AQuarterOfAMillionKeysPassInLinearTime) {
  Front front;
  std::string body = "{\"model\":\"gpt-4o\",\"messages\":[]";
  for (int key = 0; key < 250'000; ++key) body += ",\"k" + std::to_string(key) + "\":0";
  body += "}";
  const auto begin = Clock::now();
  EXPECT_EQ(front.gateway.post(kChat, body).status, 200);
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
  std::cout << body.size() << " bytes of keys took " << took.count() << " ms\n";
  EXPECT_TRUE(front.upstream.heard().at(0).body == body);
}

TEST(Body, G11_UnknownFieldsAndHeadersAreForwarded) {
  Front front;
  const std::string body = chat_body("gpt-4o", ",\"brand_new\":{\"x\":[1,null]},\"\\u0061nother\":1e5");
  const Fields fields = {{"anthropic-beta", "tools-2099"}, {"OpenAI-Beta", "future=v9"}, {"x-brand-new", "1"}};
  EXPECT_EQ(front.gateway.post(kChat, body, fields).status, 200);
  const HeardRequest heard = front.upstream.heard().at(0);
  EXPECT_EQ(heard.body, body);
  for (const auto& [name, value] : fields) EXPECT_EQ(heard.field(name), value);
}

}  // namespace
}  // namespace drover::test
