// D1: a client that disconnects is noticed upstream at once, in every phase of its request, and nothing is tried again
// for it. The time is printed; the promise is 50 ms, the bound here twenty times that, for busy machines.
#include <cstdio>

#include "integration/gateway_fixture.h"

namespace drover::test {
namespace {

using ::testing::HasSubstr;

constexpr std::chrono::milliseconds kBound = 20 * 50ms;

/// How the client goes.
enum class Leave : std::uint8_t { Close, Reset, HalfClose };

void leave(HttpClient& client, Leave how) {
  if (how == Leave::Close) client.socket().close();
  if (how == Leave::Reset) client.socket().reset();
  if (how == Leave::HalfClose) client.socket().close_sending();
}

struct Case {
  const char* name;
  bool streamed;
  Leave how;
  std::size_t behind;  ///< bytes of a pipelined request behind it
};

class ClientGone : public ::testing::TestWithParam<Case> {};

TEST_P(ClientGone, IsNoticedUpstream) {
  const Case& the = GetParam();
  RawUpstream upstream;
  upstream.always(the.streamed ? Say{}.bytes(kStreamHead + chunk(delta("first"))).wait_for_end()
                               : Say{}.wait_for_end());
  Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne, kKeyTwo}));
  HttpClient client = gateway.client();
  ASSERT_TRUE(client.send_request("POST", kChat, the.streamed ? streamed_chat() : plain_chat()));
  if (the.behind > 0) {
    const std::string body = chat_body("gpt-4o", ",\"user\":\"" + std::string(the.behind, 'u') + "\"");
    // The gateway need not take all of it: it is enough that it lies in front of the end of the connection.
    (void)client.socket().send(
        "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
            std::to_string(body.size()) + "\r\n\r\n" + body,
        300ms);
  }
  ASSERT_TRUE(upstream.wait_for_requests(1));
  if (the.streamed) {
    ASSERT_EQ(client.read_head().status, 200);
    ASSERT_THAT(client.next_event()->data(), HasSubstr("first"));
  }
  const Clock::time_point left = Clock::now();
  leave(client, the.how);
  const auto noticed = upstream.ended_at(0) - left;
  std::printf("client gone (%s): noticed upstream after %.2f ms\n", the.name,
              std::chrono::duration<double, std::milli>(noticed).count());
  EXPECT_GE(noticed, 0ms);
  EXPECT_LT(noticed, kBound);
  gateway.stop();
  EXPECT_EQ(upstream.heard().size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(D1_D2, ClientGone,
                         ::testing::Values(Case{"WaitingForTheHead", false, Leave::Close, 0},
                                           Case{"InMidStream", true, Leave::Close, 0},
                                           Case{"WaitingWithARequestBehind", false, Leave::Close, 10},
                                           Case{"MidStreamWithARequestBehind", true, Leave::Close, 10},
                                           Case{"WaitingWithALongRequestBehind", false, Leave::Close, 100'000},
                                           Case{"MidStreamWithALongRequestBehind", true, Leave::Close, 100'000},
                                           Case{"WithReset", true, Leave::Reset, 0},
                                           Case{"WaitingWithReset", false, Leave::Reset, 0},
                                           Case{"HalfClosed", false, Leave::HalfClose, 0}),
                         [](const auto& of) { return std::string(of.param.name); });

TEST(ClientGone, D1_WhileItWaitsForItsTurnNothingIsStartedForIt) {
  MockProvider mock;
  mock.fault("429:retry-after=1:count=1");
  Gateway gateway(one_provider({mock.url()}, {kKeyOne}));
  HttpClient leaving = gateway.client();
  ASSERT_TRUE(leaving.send_request("POST", kChat, plain_chat()));
  ASSERT_TRUE(mock->wait_for([](const mock::Journal& journal) { return journal.total() == 1; }));
  leaving.socket().close();
  // The next one waits out the same cooldown, so the first would have been asked again by then.
  EXPECT_EQ(gateway.post(kChat, plain_chat()).status, 200);
  EXPECT_EQ(mock.requests(), 2U);
}

TEST(ClientGone, D6_AStormOfResetsLeavesTheGatewayWhole) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne}));
  for (int client_at = 0; client_at < 300; ++client_at) {
    HttpClient client = gateway.client();
    ASSERT_TRUE(client.send_request("POST", kChat, plain_chat()));
    client.socket().reset();
  }
  EXPECT_EQ(gateway.post(kChat, plain_chat()).status, 200);
}

}  // namespace
}  // namespace drover::test
