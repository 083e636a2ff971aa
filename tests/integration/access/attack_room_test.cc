// Attacks on what all clients share: memory for bodies and heads, connections, the admin pages, the retry budget.
#include <deque>

#include "integration/body_kit.h"
#include "integration/gateway_fixture.h"
#include "telemetry/log/log.h"

namespace drover::test {
namespace {

using ::testing::HasSubstr;

std::string announced(std::size_t length, const std::string& lines = {}) {
  return "POST /v1/files HTTP/1.1\r\nHost: 127.0.0.1\r\n" + lines + "Content-Length: " + std::to_string(length) +
         "\r\n\r\n";
}

std::uint64_t number_in(const std::string& page, const std::string& name) {
  const std::size_t at = page.find("\"" + name + "\":");
  return at == page.npos ? 0 : std::stoull(page.substr(at + name.size() + 3));
}

TEST(BodyMemory, X1_AnnouncedBodiesReserveNothing) {
  Front front;
  std::deque<HttpClient> silent;
  for (int at = 0; at < 16; ++at) {
    silent.push_back(front.gateway.client());
    ASSERT_TRUE(silent.back().send_raw(announced(64 << 20)));
  }
  for (int request = 0; request < 20; ++request) ASSERT_EQ(front.gateway.post(kChat, plain_chat()).status, 200);
}

TEST(BodyMemory, X1_ADribblingClientLeavesOthersAndItselfRoomForPrompts) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  const std::string yaml = one_provider({url_of(upstream)}, {kKeyOne},
                                        "limits: { body: 1MiB, replay_memory: 4MiB }\n"
                                        "clients:\n  - { name: a, key: { value: client-key-a } }\n"
                                        "  - { name: b, key: { value: client-key-b } }\n");
  Gateway gateway(with_admin(load(yaml)));
  const std::string key_a = "Authorization: Bearer client-key-a\r\n";
  std::deque<HttpClient> slow;
  std::size_t refused = 0;
  for (int at = 0; at < 8; ++at) {
    slow.push_back(gateway.client());
    (void)slow.back().send_raw(announced(1 << 20, key_a) + std::string(900 << 10, ' '));  // some are cut off
  }
  const auto until = Clock::now() + kPatience;
  while (refused < 1 && Clock::now() < until)
    refused = number_in(gateway.admin("/status").body, "replay_memory_refusals");
  EXPECT_GE(refused, 1U);
  EXPECT_LE(number_in(gateway.admin("/status").body, "replay_memory_bytes"), 2U << 20) << "half of the budget";
  const std::string large = chat_body("gpt-4o", ",\"user\":\"" + std::string(200 << 10, 'u') + "\"");
  EXPECT_EQ(gateway.post(kChat, large, {{"Authorization", "Bearer client-key-b"}}).status, 200);
  EXPECT_EQ(gateway.post(kChat, plain_chat(), {{"Authorization", "Bearer client-key-b"}}).status, 200);
  EXPECT_EQ(gateway.post(kChat, plain_chat(), {{"Authorization", "Bearer client-key-a"}}).status, 200);
}

TEST(BodyMemory, X1_BodiesThatRunningRequestsKeepCountAsTheirClients) {
  RawUpstream upstream;
  upstream.next(Say{}.wait_for_go_on().bytes(sized(kPlainAnswer)));
  upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne},
                               "limits: { body: 512KiB, replay_memory: 1MiB }\n"
                               "clients:\n  - { name: a, key: { value: client-key-a } }\n"
                               "  - { name: b, key: { value: client-key-b } }\n"));
  const Fields a = {{"Authorization", "Bearer client-key-a"}};
  const Fields b = {{"Authorization", "Bearer client-key-b"}};
  const std::string large = chat_body("gpt-4o", ",\"user\":\"" + std::string(300 << 10, 'u') + "\"");
  HttpClient running = gateway.client();
  ASSERT_TRUE(running.send_request("POST", kChat, large, a));
  ASSERT_TRUE(upstream.wait_for_requests(1));
  const std::string second = chat_body("gpt-4o", ",\"user\":\"" + std::string(240 << 10, 'u') + "\"");
  EXPECT_EQ(gateway.post(kChat, second, a).status, 503) << "both of them are more than its half";
  EXPECT_EQ(gateway.post(kChat, large, b).status, 200);
  EXPECT_EQ(gateway.post(kChat, plain_chat(), a).status, 200);
  upstream.go_on();
  EXPECT_EQ(running.read_answer().status, 200);
}

TEST(BodyMemory, X1_ItsRefusalsAreLoggedOnce) {
  ::testing::internal::CaptureStderr();
  telemetry::start_log();
  {
    RawUpstream upstream;
    upstream.always(Say{}.bytes(sized(kPlainAnswer)));
    Gateway gateway(with_admin(
        load(one_provider({url_of(upstream)}, {kKeyOne}, "limits: { body: 64KiB, replay_memory: 64KiB }\n"))));
    HttpClient holding = gateway.client();
    ASSERT_TRUE(holding.send_raw(announced(60'000) + std::string(59'000, ' ')));
    ASSERT_TRUE(holds(gateway, 59'000));
    const std::string body = chat_body("gpt-4o", ",\"user\":\"" + std::string(50'000, 'u') + "\"");
    int shed = 0;
    for (const auto until = Clock::now() + kPatience; shed < 3 && Clock::now() < until;)
      shed += gateway.post(kChat, body).status == 503 ? 1 : 0;
    EXPECT_EQ(shed, 3);
  }
  telemetry::stop_log();
  const std::string logged = ::testing::internal::GetCapturedStderr();
  const std::size_t first = logged.find("limits.replay_memory");
  ASSERT_NE(first, logged.npos);
  EXPECT_EQ(logged.find("limits.replay_memory", first + 1), logged.npos);
}

TEST(InFlight, X1_ARequestWhoseBodyDribblesTakesNobodysPlace) {
  Front front("limits: { in_flight: 1 }\n");
  HttpClient slow = front.gateway.client();
  ASSERT_TRUE(slow.send_raw(announced(100) + "half"));
  // On one connection, where each begins when the one before has given its place back.
  HttpClient quick = front.gateway.client();
  for (int request = 0; request < 5; ++request) {
    quick.send_request("POST", kChat, plain_chat(), {{"Content-Type", "application/json"}});
    ASSERT_EQ(quick.read_answer().status, 200);
  }
}

TEST(Connections, X2_TheOneThatIsIdleLongestGivesWayToANewcomer) {
  Front front("limits: { connections: 20 }\n");
  std::deque<HttpClient> silent;
  for (int at = 0; at < 60; ++at) silent.push_back(front.gateway.client());
  for (int newcomer = 0; newcomer < 20; ++newcomer)
    ASSERT_EQ(front.gateway.post(kChat, plain_chat()).status, 200) << newcomer;
  EXPECT_TRUE(silent.front().closed_by_server());
}

TEST(Connections, X2_TheOneThatIsAnsweringStays) {
  RawUpstream upstream;
  upstream.next(Say{}
                    .bytes(kStreamHead + chunk(delta("first")))
                    .wait_for_go_on()
                    .bytes(chunk(std::string(kFinish) + kDone) + "0\r\n\r\n"));
  upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne}, "limits: { connections: 4 }\n"));
  HttpClient streaming = gateway.client();
  ASSERT_TRUE(streaming.send_request("POST", kChat, streamed_chat()));
  ASSERT_EQ(streaming.read_head().status, 200);
  std::deque<HttpClient> silent;
  for (int at = 0; at < 30; ++at) silent.push_back(gateway.client());
  EXPECT_EQ(gateway.post(kChat, plain_chat()).status, 200);
  upstream.go_on();
  std::string last;
  while (const auto event = streaming.next_event()) last = event->data();
  EXPECT_EQ(last, "[DONE]");
}

TEST(Connections, X2_AnAddressWithFewIsLetInWhenAnotherHoldsAll) {
  RawUpstream upstream;
  for (int at = 0; at < 9; ++at)
    upstream.next(Say{}.bytes(kStreamHead + chunk(delta("first"))).wait_for_go_on().close());
  upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne}, "limits: { connections: 9 }\n"));
  std::deque<HttpClient> busy;
  for (int at = 0; at < 9; ++at) {
    busy.push_back(gateway.client());
    ASSERT_TRUE(busy.back().send_request("POST", kChat, streamed_chat()));
    ASSERT_EQ(busy.back().read_head().status, 200);
  }
  EXPECT_EQ(gateway.post(kChat, plain_chat()).status, 0);
  // However many it had before: what has ended counts no more.
  const auto until = Clock::now() + kPatience;
  for (int at = 0; at < 20; ++at) {
    int status = 0;
    while (status != 200 && Clock::now() < until)  // the one before may not have ended yet
      status = HttpClient("127.0.0.1", gateway.port(), "127.0.0.2").post(kChat, plain_chat()).status;
    EXPECT_EQ(status, 200) << at;
  }
  for (int at = 0; at < 9; ++at) upstream.go_on();
}

TEST(AdminConnections, X6_SilentOnesGiveWayToAProbe) {
  Front front;
  Gateway gateway(with_admin(load(one_provider({url_of(front.upstream)}, {kKeyOne}))));
  std::deque<HttpClient> silent;
  for (int at = 0; at < 100; ++at) silent.emplace_back("127.0.0.1", gateway.admin_port());
  for (int probe = 0; probe < 20; ++probe) ASSERT_EQ(gateway.admin("/healthz").status, 200) << probe;
  EXPECT_TRUE(silent.front().closed_by_server());
}

TEST(Explain, X8_RequestsWithoutAKeyMakeNobodyForget) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  Gateway gateway(with_admin(
      load(one_provider({url_of(upstream)}, {kKeyOne}, "clients: [ { name: a, key: { value: client-key-a } } ]\n"))));
  for (int at = 0; at < 20; ++at) {
    ASSERT_EQ(gateway
                  .post(kChat, plain_chat(),
                        {{"Authorization", "Bearer client-key-a"}, {"x-request-id", "good-" + std::to_string(at)}})
                  .status,
              200);
  }
  HttpClient stranger = gateway.client();
  for (int at = 0; at < 12'000; ++at) ASSERT_EQ(stranger.post(kChat, plain_chat()).status, 401);
  for (int at = 0; at < 20; ++at) {
    EXPECT_THAT(gateway.explained("good-" + std::to_string(at)), Not(HasSubstr("Nothing is kept"))) << at;
  }
}

TEST(RetryBudget, X8_AClientsOwnRetriesTakeNothingFromOthers) {
  MockProvider mock;
  Gateway gateway(one_provider({mock.url()}, {kKeyOne}));
  for (int at = 0; at < 400; ++at) {
    ASSERT_EQ(gateway.post(kChat, plain_chat(), {{"x-stainless-retry-count", "1"}}).status, 200);
  }
  mock.fault("500:count=1");
  EXPECT_EQ(gateway.post(kChat, plain_chat()).status, 200) << "repeated at the one key there is, paid from the budget";
}

}  // namespace
}  // namespace drover::test
