// How a gateway ends, and how it changes while it runs: drain, the port it holds, reload.
#include <atomic>
#include <future>
#include <stdexcept>

#include "integration/gateway_fixture.h"

namespace drover::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Say told_to_finish() {
  return Say{}
      .bytes(kStreamHead + chunk(delta("first")))
      .wait_for_go_on()
      .bytes(chunk(std::string(kFinish) + kDone) + "0\r\n\r\n");
}

HttpClient begun_stream(const Gateway& gateway) {
  HttpClient client = gateway.client();
  EXPECT_TRUE(client.send_request("POST", kChat, streamed_chat()));
  EXPECT_EQ(client.read_head().status, 200);
  EXPECT_THAT(client.next_event()->data(), HasSubstr("first"));
  return client;
}

std::string rest_of(HttpClient& client) {
  std::string rest;
  while (client.read_more_body(rest)) {
  }
  return rest;
}

bool refuses_soon(std::uint16_t port) {
  for (const auto limit = Clock::now() + kPatience; Clock::now() < limit;) {
    if (!Socket::connect("127.0.0.1", port).open()) return true;
  }
  return false;
}

TEST(Drain, I1_StopsAcceptingAndLetsARunningStreamFinish) {
  RawUpstream upstream;
  upstream.always(told_to_finish());
  Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne}));
  HttpClient client = begun_stream(gateway);
  const std::uint16_t port = gateway.port();
  const auto drained = std::async(std::launch::async, [&] { gateway.drain(kPatience); });
  EXPECT_TRUE(refuses_soon(port));
  upstream.go_on();
  EXPECT_THAT(rest_of(client), HasSubstr("[DONE]"));
  EXPECT_EQ(client.body_end(), BodyEnd::Whole);
  EXPECT_TRUE(client.closed_by_server());
  EXPECT_EQ(drained.wait_for(kPatience), std::future_status::ready);
}

TEST(Drain, I1_PastItsTimeAStreamEndsWithAnErrorEvent) {
  RawUpstream upstream;
  upstream.always(told_to_finish());
  Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne}));
  HttpClient client = begun_stream(gateway);
  gateway.drain(50ms);
  const std::string rest = rest_of(client);
  EXPECT_THAT(rest, HasSubstr("\"error\""));
  EXPECT_THAT(rest, Not(HasSubstr("[DONE]")));
  EXPECT_EQ(client.body_end(), BodyEnd::Whole);
}

TEST(Drain, I1_PastItsTimeAWaitingRequestIsAnsweredWithAnError) {
  RawUpstream upstream;
  upstream.always(Say{}.wait_for_end());
  Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne}));
  HttpClient client = gateway.client();
  ASSERT_TRUE(client.send_request("POST", kChat, plain_chat()));
  ASSERT_TRUE(upstream.wait_for_requests(1));
  gateway.drain(50ms);
  const Answer answer = client.read_answer();
  EXPECT_GE(answer.status, 500);
  EXPECT_TRUE(answer.whole());
}

TEST(Drain, I1_ClosesIdleConnectionsAtOnce) {
  MockProvider mock;
  Gateway gateway(one_provider({mock.url()}, {kKeyOne}));
  HttpClient used = gateway.client();
  ASSERT_EQ(used.post(kChat, plain_chat()).status, 200);
  HttpClient silent = gateway.client();
  ASSERT_TRUE(silent.connected());
  const auto before = Clock::now();
  gateway.drain(kPatience);
  EXPECT_LT(Clock::now() - before, kPatience / 2);
  EXPECT_TRUE(used.closed_by_server());
}

TEST(Drain, I1_IsOverAtOnceWhereNobodyIsConnected) {
  MockProvider mock;
  Gateway gateway(one_provider({mock.url()}, {kKeyOne}));
  const auto before = Clock::now();
  gateway.drain(kPatience);
  EXPECT_LT(Clock::now() - before, kPatience / 2);
}

TEST(Start, I5_ASecondGatewayOnTheSamePortSaysSo) {
  MockProvider mock;
  Gateway first(one_provider({mock.url()}, {kKeyOne}));
  config::Settings settings = load(one_provider({mock.url()}, {kKeyOne}));
  settings.listen.at(0).port = first.port();
  try {
    Gateway second(std::move(settings));
    ADD_FAILURE() << "two gateways share a port";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("in use"));
    EXPECT_THAT(error.what(), HasSubstr(std::to_string(first.port())));
  }
  EXPECT_EQ(first.post(kChat, plain_chat()).status, 200);
}

TEST(Reload, I2_ServesNewRequestsByTheNewSettingsAndLetsOldOnesFinish) {
  RawUpstream before;
  RawUpstream after;
  before.always(told_to_finish());
  after.always(Say{}.bytes(sized(kPlainAnswer)));
  Gateway gateway(one_provider({url_of(before)}, {kKeyOne}));
  HttpClient running = begun_stream(gateway);
  ASSERT_TRUE(gateway.reload(load(one_provider({url_of(after)}, {kKeyTwo}))).has_value());
  while (after.heard().empty()) EXPECT_EQ(gateway.post(kChat, plain_chat()).status, 200);
  EXPECT_EQ(after.heard().at(0).field("Authorization"), "Bearer " + std::string(kKeyTwo));
  before.go_on();
  EXPECT_THAT(rest_of(running), HasSubstr("[DONE]"));
}

TEST(Reload, I2_AHundredTimesUnderLoadLosesNothing) {
  MockProvider mock;
  const std::string yaml = one_provider({mock.url()}, {kKeyOne, kKeyTwo});
  Gateway gateway(yaml);
  std::atomic<bool> over{false};
  auto asking = std::async(std::launch::async, [&] {
    int failed = 0;
    HttpClient client = gateway.client();
    do failed += client.post(kChat, streamed_chat()).body.ends_with(kDone) ? 0 : 1;
    while (!over);
    return failed;
  });
  for (int reload = 0; reload < 100; ++reload) ASSERT_TRUE(gateway.reload(load(yaml)).has_value());
  over = true;
  EXPECT_EQ(asking.get(), 0);
}

TEST(Reload, I2_KeepsTheCooldownsOfWhatStillExists) {
  MockProvider mock;
  mock.fault("key=" + std::string(kKeyTwo) + ":429:retry-after=30");
  Gateway gateway(one_provider({mock.url()}, {kKeyOne, kKeyTwo}));
  for (int request = 0; request < 3; ++request) ASSERT_EQ(gateway.post(kChat, plain_chat()).status, 200);
  // Another order and one more key: the state follows the fingerprint, not the position.
  ASSERT_TRUE(gateway.reload(load(one_provider({mock.url()}, {kKeyThree, kKeyTwo, kKeyOne}))).has_value());
  for (int request = 0; request < 9; ++request) ASSERT_EQ(gateway.post(kChat, plain_chat()).status, 200);
  EXPECT_EQ(mock->journal().counts().at(mock::key_tail(kKeyTwo)).requests, 1U);
}

TEST(Reload, AChangedListenerIsRefusedAndNothingChanges) {
  MockProvider mock;
  Gateway gateway(one_provider({mock.url()}, {kKeyOne}));
  config::Settings settings = load(one_provider({refusing_url()}, {kKeyOne}));
  settings.listen.at(0).host = "127.0.0.2";
  const auto reloaded = gateway.reload(std::move(settings));
  ASSERT_FALSE(reloaded.has_value());
  EXPECT_THAT(reloaded.error().message, HasSubstr("listen"));
  EXPECT_EQ(gateway.post(kChat, plain_chat()).status, 200);
}

}  // namespace
}  // namespace drover::test
