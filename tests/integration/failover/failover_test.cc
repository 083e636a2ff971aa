// With three keys or servers and one that fails, no client sees a failure: the main promise, fault by fault.
#include "integration/fault_table.h"
#include "integration/gateway_fixture.h"

namespace drover::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

void expect_good(const Answer& answer, Form form) {
  ASSERT_EQ(answer.status, 200) << answer.body;
  ASSERT_TRUE(answer.whole());
  if (form == Form::Plain) {
    EXPECT_THAT(answer.body, HasSubstr("\"chat.completion\""));
  } else {
    EXPECT_TRUE(answer.body.ends_with(kDone)) << answer.body;
    EXPECT_THAT(answer.body, Not(HasSubstr("\"error\"")));
  }
}

/// Nine requests in turns, so that the bad one is met again and again; the number of extra attempts that it took.
int ask_nine_times(const Gateway& gateway, Form form) {
  int extra = 0;
  for (int request = 0; request < 9; ++request) {
    const Answer answer = gateway.post(kChat, form == Form::Plain ? plain_chat() : streamed_chat());
    expect_good(answer, form);
    extra += attempts(answer) - 1;
  }
  return extra;
}

class OneBadServer : public ::testing::TestWithParam<Case> {};

TEST_P(OneBadServer, IsSeenByNoClient) {
  MockProvider mock(mock_settings(3));
  mock.fault("port=1:" + std::string(GetParam().fault));
  Gateway gateway(providers({mock.url(0), mock.url(1), mock.url(2)}, "round_robin", kShort));
  EXPECT_GE(ask_nine_times(gateway, GetParam().form), 1);
}

INSTANTIATE_TEST_SUITE_P(Faults, OneBadServer, ::testing::ValuesIn(kOneBadServer), case_name);

class OneBadKey : public ::testing::TestWithParam<Case> {};

TEST_P(OneBadKey, IsSeenByNoClient) {
  MockProvider mock;
  mock.fault("key=" + std::string(kKeyTwo) + ":" + GetParam().fault);
  Gateway gateway(one_provider({mock.url()}, {kKeyOne, kKeyTwo, kKeyThree}, kShort));
  EXPECT_GE(ask_nine_times(gateway, GetParam().form), 1);
}

INSTANTIATE_TEST_SUITE_P(Faults, OneBadKey, ::testing::ValuesIn(kOneBadKey), case_name);

std::uint64_t heard_with(MockProvider& mock, std::string_view key) {
  const auto counts = mock->journal().counts();
  const auto found = counts.find(mock::key_tail(key));
  return found == counts.end() ? 0 : found->second.requests;
}

TEST(Failover, C5_ARejectedKeyIsRestedAfterItsFirst401) {
  MockProvider mock;
  mock.fault("key=" + std::string(kKeyTwo) + ":401");
  Gateway gateway(one_provider({mock.url()}, {kKeyOne, kKeyTwo, kKeyThree}));
  EXPECT_EQ(ask_nine_times(gateway, Form::Plain), 1);
  EXPECT_EQ(heard_with(mock, kKeyTwo), 1U);
}

TEST(Failover, C1_ARateLimitedKeyIsRestedForTheTimeItSaid) {
  MockProvider mock;
  mock.fault("key=" + std::string(kKeyTwo) + ":429:retry-after=30");
  Gateway gateway(one_provider({mock.url()}, {kKeyOne, kKeyTwo, kKeyThree}));
  EXPECT_EQ(ask_nine_times(gateway, Form::Plain), 1);
  EXPECT_EQ(heard_with(mock, kKeyTwo), 1U);
}

TEST(Failover, A1_AnAddressThatRefusesIsEjectedAfterThreeFailures) {
  MockProvider mock;
  const std::string yaml = providers({refusing_url(), mock.url()}, "round_robin");
  Gateway gateway(yaml);
  EXPECT_EQ(ask_nine_times(gateway, Form::Plain), 3);
}

TEST(Failover, J1_AllKeysRateLimitedIsA429WithTheShortestWait) {
  MockProvider mock;
  mock.fault("key=" + std::string(kKeyOne) + ":429:retry-after=40");
  mock.fault("key=" + std::string(kKeyTwo) + ":429:retry-after=20");
  Gateway gateway(one_provider({mock.url()}, {kKeyOne, kKeyTwo}));
  for (int request = 0; request < 2; ++request) {  // the first learns it, the second knows it
    const Answer answer = gateway.post(kChat, plain_chat());
    EXPECT_EQ(answer.status, 429);
    EXPECT_THAT(answer.body, HasSubstr("rate_limited"));
    const int seconds = std::stoi(answer.field("Retry-After").value_or("0"));
    EXPECT_GE(seconds, 15);
    EXPECT_LE(seconds, 25);
    EXPECT_GT(std::stoi(answer.field("retry-after-ms").value_or("0")), 1000 * (seconds - 1));
    EXPECT_NE(answer.field("x-should-retry"), "false");
  }
  EXPECT_EQ(mock.requests(), 2U);
}

TEST(Failover, J1_ALongCooldownIsToldAsAtMostAMinute) {
  MockProvider mock;
  mock.fault("429:retry-after=3000");
  Gateway gateway(one_provider({mock.url()}, {kKeyOne}));
  EXPECT_EQ(gateway.post(kChat, plain_chat()).field("Retry-After"), "60");
}

TEST(Failover, A1_AllRefusingIsA502ThatSaysItsRetriesAreSpent) {
  Gateway gateway(providers({refusing_url(), refusing_url()}, "round_robin", "retry: { same_target: 0 }\n"));
  const Answer answer = gateway.post(kChat, plain_chat());
  EXPECT_TRUE(answer.status == 502 || answer.status == 503) << answer.status;
  EXPECT_EQ(answer.field("x-should-retry"), "false");
  EXPECT_EQ(attempts(answer), 2);
  EXPECT_THAT(answer.body, HasSubstr("\"upstream_connect\""));
}

TEST(Failover, C5_OurOwnRejectedKeysAreNeverTheClients401) {
  MockProvider mock;
  mock.fault("401");
  Gateway gateway(one_provider({mock.url()}, {kKeyOne, kKeyTwo}));
  const Answer answer = gateway.post(kChat, plain_chat());
  EXPECT_EQ(answer.status, 503);
  EXPECT_THAT(answer.body, HasSubstr("upstream_auth"));
}

TEST(Failover, C6_TheClientsOwnMistakeIsPassedOnAndTriedOnce) {
  MockProvider mock;
  mock.fault("400");
  Gateway gateway(one_provider({mock.url()}, {kKeyOne, kKeyTwo, kKeyThree}));
  const Answer answer = gateway.post(kChat, plain_chat());
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.body, mock.last().body);
  EXPECT_EQ(mock.requests(), 1U);
}

TEST(Failover, C11_WhenEveryStreamBeginsWithAnErrorTheClientGetsAStatus) {
  MockProvider mock;
  mock.fault("error-first");
  Gateway gateway(one_provider({mock.url()}, {kKeyOne, kKeyTwo}, "retry: { same_target: 0 }\n"));
  const Answer answer = gateway.post(kChat, streamed_chat());
  EXPECT_GE(answer.status, 500);
  EXPECT_THAT(answer.field("Content-Type").value_or(""), HasSubstr("application/json"));
  EXPECT_EQ(mock.requests(), 2U);
}

class CutStream : public ::testing::TestWithParam<const char*> {};

TEST_P(CutStream, EndsWithAnErrorEventAndNoDone) {
  MockProvider mock;
  mock.fault(GetParam());
  Gateway gateway(one_provider({mock.url()}, {kKeyOne, kKeyTwo, kKeyThree}, "timeouts: { idle: 200ms }\n"));
  const Answer answer = gateway.post(kChat, streamed_chat());
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.whole());
  const std::vector<Event> events = spoken(answer.body);
  ASSERT_GE(events.size(), 3U);
  EXPECT_THAT(events[1].data(), HasSubstr("content"));
  EXPECT_THAT(events.back().data(), HasSubstr("\"error\""));
  EXPECT_THAT(answer.body, Not(HasSubstr("[DONE]")));
  EXPECT_EQ(mock.requests(), 1U);
}

INSTANTIATE_TEST_SUITE_P(B14_B19_C12_C13, CutStream, ::testing::ValuesIn(kCutStreams));

TEST(Failover, B13_ABodyCutAfterItsBeginningWasPassedOnIsVisiblyCut) {
  // Longer than what is held back to be judged, so that its beginning has gone down when the end does not come.
  const std::string begun = "{\"object\":\"list\",\"data\":\"" + std::string(5'000'000, 'x');
  RawUpstream upstream;
  upstream.always(
      Say{}
          .bytes("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9000000\r\n\r\n" + begun)
          .close());
  Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne, kKeyTwo}));
  const Answer answer = gateway.post(kChat, plain_chat());
  EXPECT_EQ(answer.status, 200);
  EXPECT_FALSE(answer.whole());
  EXPECT_TRUE(begun.starts_with(answer.body));
  EXPECT_EQ(upstream.heard().size(), 1U);
}

TEST(Failover, B14_AChunkedBodyCutAfterItsBeginningHasNoLastChunk) {
  const std::string begun = "{\"object\":\"list\",\"data\":\"" + std::string(5'000'000, 'x');
  RawUpstream upstream;
  upstream.always(Say{}
                      .bytes("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" +
                             chunk(begun))
                      .close());
  Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne, kKeyTwo}));
  const Answer answer = gateway.post(kChat, plain_chat());
  EXPECT_EQ(answer.status, 200);
  EXPECT_FALSE(answer.whole());
}

/// What may be executed twice and what may not.
std::size_t times_heard(std::string_view method, std::string_view path, const std::string& body, const char* what) {
  RawUpstream upstream;
  if (std::string_view(what) == "reset") upstream.always(Say{}.reset());
  if (std::string_view(what) == "500") upstream.always(Say{}.bytes(sized("{}", "", "500 Internal Server Error")));
  if (std::string_view(what) == "429")
    upstream.always(Say{}.bytes(sized("{}", "Retry-After: 20\r\n", "429 Too Many Requests")));
  Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne, kKeyTwo, kKeyThree}));
  HttpClient client = gateway.client();
  client.send_request(method, path, body);
  EXPECT_GE(client.read_answer(method).status, 429);
  return upstream.heard().size();
}

TEST(StageTable, S3_AFreshConnectionThatBreaksIsFollowedByOneFailover) {
  EXPECT_EQ(times_heard("POST", kChat, plain_chat(), "reset"), 2U);
}

TEST(StageTable, AStoredAnswerIsNotAskedForTwiceUnlessItWasSurelyNotExecuted) {
  const std::string body = R"({"model":"gpt-4o","input":"hi"})";
  EXPECT_EQ(times_heard("POST", kResponses, body, "reset"), 1U);
  EXPECT_EQ(times_heard("POST", kResponses, body, "500"), 1U);
  EXPECT_EQ(times_heard("POST", kResponses, body, "429"), 3U);
  EXPECT_EQ(times_heard("POST", kResponses, R"({"model":"gpt-4o","input":"hi","store":false})", "reset"), 2U);
  EXPECT_EQ(times_heard("POST", kChat, chat_body("gpt-4o", ",\"store\":true"), "reset"), 1U);
}

TEST(StageTable, WhatNamesNoModelGoesToThePinnedKeyOnce) {
  for (const char* what : {"reset", "500", "429"}) {
    EXPECT_EQ(times_heard("POST", "/v1/files", "anything", what), 1U) << what;
    EXPECT_EQ(times_heard("GET", "/v1/files/f-1", "", what), 1U) << what;
  }
}

TEST(StageTable, ThePinnedKeyIsTheOneConfigured) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized("{}")));
  const std::string yaml = std::string(kBase) + "providers:\n  one:\n    base_url: " + url_of(upstream) +
                           "\n    pin: spare\n    keys:\n      - { value: " + kKeyOne +
                           " }\n      - { name: spare, value: " + kKeyTwo + " }\n";
  Gateway gateway(yaml);
  for (int request = 0; request < 3; ++request) EXPECT_EQ(gateway.client().get("/v1/files").status, 200);
  for (const HeardRequest& heard : upstream.heard())
    EXPECT_EQ(heard.field("Authorization"), "Bearer " + std::string(kKeyTwo));
}

}  // namespace
}  // namespace drover::test
