// Odd upstreams and odd clients of which the gateway makes nothing worse.
#include <thread>

#include "integration/gateway_fixture.h"

namespace drover::test {
namespace {

using ::testing::HasSubstr;

constexpr const char* kShort = "timeouts: { head: 150ms }\n";

TEST(UpstreamHead, B3_ThatStopsInItsMiddleFailsOver) {
  RawUpstream upstream;
  upstream.next(Say{}.bytes("HTTP/1.1 200 OK\r\nContent-Ty").wait_for_end());
  upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne, kKeyTwo}, kShort));
  const Answer answer = gateway.post(kChat, plain_chat());
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(attempts(answer), 2);
}

TEST(UpstreamHead, B2_ThatDribblesEndsAtTheDeadlineOfTheWholeHead) {
  MockProvider mock;
  mock.fault("drip:every=20ms");
  Gateway gateway(one_provider({mock.url()}, {kKeyOne}, std::string(kShort) + "retry: { same_target: 0 }\n"));
  const Answer answer = gateway.post(kChat, plain_chat());
  EXPECT_EQ(answer.status, 504);
  EXPECT_THAT(answer.body, HasSubstr("upstream_head_timeout"));
}

TEST(Answers, B26_OfManyAtOnceEachGoToWhoAsked) {
  mock::Settings settings = mock_settings(2);
  settings.cuts = mock::Cuts::Random;
  MockProvider mock(settings);
  mock.fault("close-after:p=0.1");
  mock.fault("reset:p=0.05");
  Gateway gateway(one_provider({mock.url(0), mock.url(1)}, {kKeyOne, kKeyTwo}));
  std::vector<std::jthread> clients;
  std::atomic<int> wrong = 0;
  std::atomic<int> right = 0;
  for (int at = 0; at < 6; ++at) {
    clients.emplace_back([&, at] {
      HttpClient client = gateway.client();
      for (int request = 0; request < 40; ++request) {
        const std::string mine = "model-" + std::to_string(at) + "-" + std::to_string(request) + "-";
        const Answer answer = client.post(kChat, chat_body(mine, request % 2 == 0 ? "" : ",\"stream\":true"));
        const bool good = answer.status != 200 || answer.body.find(mine) != std::string::npos;
        (good ? right : wrong)++;
      }
    });
  }
  clients.clear();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(right, 240);
}

TEST(Answers, C18_FragmentsOfToolCallsKeepTheirOrderAndBytes) {
  std::string body;
  for (int part = 0; part < 50; ++part) {
    body += R"(data: {"id":"c1","choices":[{"index":)" + std::to_string(part % 2) +
            R"(,"delta":{"tool_calls":[{"index":)" + std::to_string(part % 3) + R"(,"function":{"arguments":"\u007b )" +
            std::to_string(part) + "\"}}]}}]}\n\n";
  }
  body += std::string(kFinish) + kDone;
  RawUpstream upstream;
  upstream.always(Say{}.bytes(kStreamHead).bytes_cut_at_random(chunk(body) + "0\r\n\r\n", 18));
  Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne}));
  EXPECT_EQ(gateway.post(kChat, streamed_chat()).body, body);
}

TEST(HalfClosed, D2_AClientThatEndsItsSideHasLeft) {
  RawUpstream upstream;
  upstream.always(Say{}.wait_for_end());
  Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne}));
  HttpClient client = gateway.client();
  ASSERT_TRUE(client.send_request("POST", kChat, plain_chat()));
  ASSERT_TRUE(upstream.wait_for_requests(1));
  client.socket().close_sending();
  EXPECT_NE(upstream.ended_at(0), Clock::time_point{});
}

TEST(SlowBody, D9_IsNotSentUpBeforeItIsWhole) {
  Front front;
  const std::string body = plain_chat();
  HttpClient slow = front.gateway.client();
  ASSERT_TRUE(slow.send_request("POST", kChat, body.substr(0, 20), {{"Content-Length", std::to_string(body.size())}}));
  EXPECT_EQ(front.gateway.post(kChat, chat_body("gpt-4o", ",\"user\":\"quick\"")).status, 200);
  EXPECT_EQ(front.upstream.connections(), 1U);
  ASSERT_TRUE(slow.send_raw(body.substr(20)));
  EXPECT_EQ(slow.read_answer().status, 200);
  EXPECT_EQ(front.upstream.heard().at(1).body, body);
}

TEST(IdempotencyKey, D11_IsPassedOnAndBothRequestsRun) {
  RawUpstream upstream;
  upstream.next(Say{}.wait_for_go_on().bytes(sized(kPlainAnswer)));
  upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne}));
  const Fields fields = {{"Idempotency-Key", "same"}};
  HttpClient first = gateway.client();
  ASSERT_TRUE(first.send_request("POST", kChat, plain_chat(), fields));
  ASSERT_TRUE(upstream.wait_for_requests(1));
  EXPECT_EQ(gateway.post(kChat, plain_chat(), fields).status, 200);
  upstream.go_on();
  EXPECT_EQ(first.read_answer().status, 200);
  for (const HeardRequest& heard : upstream.heard()) EXPECT_EQ(heard.field("Idempotency-Key"), "same");
}

}  // namespace
}  // namespace drover::test
