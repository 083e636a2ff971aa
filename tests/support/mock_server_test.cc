// The mock provider and the test client against each other, on loopback: they share no HTTP code.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "mock/server/server.h"
#include "net/loop/loop.h"
#include "support/http_client.h"

namespace drover::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kPlain = R"({"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]})";
constexpr std::string_view kStreamed =
    R"({"model":"gpt-4o","messages":[{"role":"user","content":"hi"}],"stream":true})";
constexpr std::string_view kChat = "/v1/chat/completions";

/// A mock on a loop of its own thread.
class RunningMock {
 public:
  explicit RunningMock(mock::Settings settings = {}) : server(loop_, std::move(settings)) {
    const Result<void> started = server.start();
    EXPECT_TRUE(started.has_value()) << (started ? "" : started.error().message);
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~RunningMock() {
    (void)loop_.post([this] {
      server.stop();
      loop_.stop();
    });
    thread_.join();
  }

 private:
  net::Loop loop_{1};

 public:
  mock::MockServer server;

  [[nodiscard]] HttpClient client(std::size_t index = 0) { return {"127.0.0.1", server.port(index)}; }
  void fault(std::string_view text) { server.add_fault(*mock::parse_fault(text)); }

 private:
  std::thread thread_;
};

mock::Settings recorded() {
  mock::Settings settings;
  settings.record.body_bytes = 1024 * 1024;
  return settings;
}

TEST(MockServer, AnswersManyRequestsOnOneConnection) {
  RunningMock mock;
  HttpClient client = mock.client();
  for (int request = 0; request < 3; ++request) {
    const Answer answer = client.post(kChat, kPlain);
    EXPECT_EQ(answer.status, 200);
    EXPECT_TRUE(answer.whole());
    EXPECT_THAT(answer.body, HasSubstr("chat.completion"));
  }
  EXPECT_EQ(mock.server.journal().records().back().connection, 1U);
}

TEST(MockServer, AnswersPipelinedRequestsInOrder) {
  RunningMock mock;
  HttpClient client = mock.client();
  ASSERT_TRUE(client.send_request("GET", "/v1/models"));
  ASSERT_TRUE(client.send_request("POST", kChat, kStreamed));
  EXPECT_THAT(client.read_answer("GET").body, HasSubstr("\"list\""));
  EXPECT_THAT(client.read_answer().body, HasSubstr("[DONE]"));
}

TEST(MockServer, RecordsExactlyTheBytesOfTheBodyHoweverTheyWereCut) {
  mock::Settings settings = recorded();
  settings.cuts = mock::Cuts::Random;
  RunningMock mock(settings);
  for (const std::string_view body : {kPlain, kStreamed}) {
    const Answer answer = mock.client().post(kChat, body);
    ASSERT_TRUE(answer.whole());
    ASSERT_TRUE(
        mock.server.wait_for([](const mock::Journal& journal) { return journal.records().back().ended.has_value(); }));
    const mock::Record record = mock.server.journal().records().back();
    EXPECT_EQ(record.body, answer.body);
    EXPECT_EQ(record.body_hash, mock::fnv1a(answer.body));
    EXPECT_EQ(record.request_body, body);
  }
}

TEST(MockServer, ARefusingPortIsClosedAndComesBack) {
  RunningMock mock;
  mock.fault("refuse");
  EXPECT_FALSE(mock.client().connected());
  mock.server.set_faults({});
  EXPECT_EQ(mock.client().post(kChat, kPlain).status, 200);
}

TEST(MockServer, OnlyTheNamedPortRefuses) {
  mock::Settings settings;
  settings.listen = {mock::ListenAt{}, mock::ListenAt{}};
  RunningMock mock(settings);
  mock.fault("port=1:refuse");
  EXPECT_EQ(mock.client(0).post(kChat, kPlain).status, 200);
  EXPECT_FALSE(mock.client(1).connected());
}

TEST(MockServer, ARefusalEndsWithItsWindow) {
  RunningMock mock;
  mock.fault("refuse:for=100ms");
  const auto limit = Clock::now() + kPatience;
  bool refused = false;
  while (Clock::now() < limit) {
    HttpClient client = mock.client();
    if (client.connected()) break;
    refused = true;
  }
  EXPECT_TRUE(refused);
  EXPECT_EQ(mock.client().post(kChat, kPlain).status, 200);
}

TEST(MockServer, ResetsBeforeAndAfterReading) {
  RunningMock mock;
  mock.fault("reset-on-accept:count=1");
  EXPECT_EQ(mock.client().post(kChat, kPlain).status, 0);
  mock.fault("reset:count=1");
  const Answer answer = mock.client().post(kChat, kPlain);
  EXPECT_EQ(answer.status, 0);
  EXPECT_EQ(answer.end, BodyEnd::Reset);
}

TEST(MockServer, CutsAStreamInsideAChunk) {
  RunningMock mock(recorded());
  mock.fault("cut:after=2");
  const Answer answer = mock.client().post(kChat, kStreamed);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.end, BodyEnd::Truncated);
  EXPECT_EQ(events_of(answer.body).size(), 3U);
}

TEST(MockServer, HangsUntilTheClientLeavesAndSaysWhen) {
  RunningMock mock;
  mock.fault("hang");
  HttpClient client = mock.client();
  ASSERT_TRUE(client.send_request("POST", kChat, kPlain));
  ASSERT_TRUE(mock.server.wait_for([](const mock::Journal& journal) { return journal.total() == 1; }));
  client.socket().close();
  EXPECT_TRUE(mock.server.wait_for([](const mock::Journal& journal) {
    const mock::Record& record = journal.records().back();
    return record.client_gone.has_value() && record.outcome == mock::Outcome::ClientGone;
  }));
}

TEST(MockServer, NoticesAClientThatLeavesInMidStream) {
  mock::Settings settings;
  settings.tokens_per_second = mock::Distribution::fixed(20.0);
  settings.answer_tokens = mock::Distribution::fixed(1000.0);
  RunningMock mock(settings);
  HttpClient client = mock.client();
  ASSERT_TRUE(client.send_request("POST", kChat, kStreamed));
  ASSERT_EQ(client.read_head().status, 200);
  ASSERT_TRUE(client.next_event().has_value());
  client.socket().close();
  EXPECT_TRUE(mock.server.wait_for(
      [](const mock::Journal& journal) { return journal.records().back().outcome == mock::Outcome::ClientGone; }));
}

TEST(MockServer, PacesTokensAsItIsTold) {
  mock::Settings settings;
  settings.first_token = mock::Distribution::fixed(Duration(40ms));
  settings.tokens_per_second = mock::Distribution::fixed(100.0);
  settings.answer_tokens = mock::Distribution::fixed(5.0);
  RunningMock mock(settings);
  HttpClient client = mock.client();
  const auto begun = Clock::now();
  const Answer answer = client.post(kChat, kStreamed);
  EXPECT_TRUE(answer.whole());
  EXPECT_GE(Clock::now() - begun, 80ms);
}

TEST(MockServer, IsControlledOverHttp) {
  RunningMock mock;
  HttpClient control = mock.client();
  EXPECT_EQ(control.post("/_mock/faults", R"({"kind": "503", "count": 1})").status, 200);
  EXPECT_EQ(mock.client().post(kChat, kPlain).status, 503);
  EXPECT_EQ(mock.client().post(kChat, kPlain).status, 200);
  EXPECT_THAT(control.get("/_mock/log").body, HasSubstr(R"("status":503)"));
  EXPECT_EQ(control.post("/_mock/reset", "").status, 200);
  EXPECT_THAT(control.get("/_mock/faults").body, Not(HasSubstr("503")));
}

TEST(MockServer, ClosesIdleConnections) {
  mock::Settings settings;
  settings.keep_alive = 20ms;
  RunningMock mock(settings);
  HttpClient client = mock.client();
  ASSERT_EQ(client.post(kChat, kPlain).status, 200);
  EXPECT_TRUE(client.closed_by_server());
}

TEST(MockServer, RefusesWhatIsNotHttp) {
  RunningMock mock;
  HttpClient client = mock.client();
  ASSERT_TRUE(client.send_raw("nonsense\r\n\r\n"));
  EXPECT_EQ(client.read_answer().status, 400);
  EXPECT_TRUE(client.closed_by_server());
}

TEST(MockServer, B20_AnswersEarlyWithoutReadingTheBody) {
  RunningMock mock;
  mock.fault("early-413");
  HttpClient client = mock.client();
  ASSERT_TRUE(client.send_request("POST", kChat, "{", {{"Content-Length", "1000000"}}));
  EXPECT_EQ(client.read_answer().status, 413);
}

TEST(MockServer, D7_TellsAWaitingClientToGoOn) {
  RunningMock mock;
  HttpClient client = mock.client();
  ASSERT_TRUE(client.send_request("POST", kChat, {},
                                  {{"Expect", "100-continue"}, {"Content-Length", std::to_string(kPlain.size())}}));
  EXPECT_EQ(client.read_head().status, 100);
  ASSERT_TRUE(client.send_raw(kPlain));
  EXPECT_EQ(client.read_answer().status, 200);
}

TEST(MockServer, SaysWhenItsPortIsTaken) {
  RunningMock first;
  mock::Settings settings;
  settings.listen = {mock::ListenAt{.host = "127.0.0.1", .port = first.server.port()}};
  net::Loop loop(1);
  mock::MockServer second(loop, settings);
  const Result<void> started = second.start();
  ASSERT_FALSE(started.has_value());
  EXPECT_THAT(started.error().message, HasSubstr("already in use"));
}

}  // namespace
}  // namespace drover::test
