// What is refused before it costs anything: bodies that are too large, more than the process may hold, and what this
// client may not ask for. What runs goes on.
#include "integration/body_kit.h"
#include "integration/gateway_fixture.h"

namespace drover::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(BodyLimit, G1_AnAnnouncedLengthIsRefusedBeforeAByteIsRead) {
  Front front("limits: { body: 4KiB }\n");
  HttpClient client = front.gateway.client();
  client.send_request("POST", kChat, "", {{"Content-Length", "5000000"}, {"Expect", "100-continue"}});
  const Answer answer = client.read_answer();
  EXPECT_EQ(answer.status, 413);
  EXPECT_THAT(answer.body, HasSubstr("body_too_large"));
  EXPECT_TRUE(client.closed_by_server());
  EXPECT_EQ(front.upstream.heard().size(), 0U);
}

TEST(BodyLimit, G1_NoContinueIsSentForABodyThatIsTooLong) {
  Front front("limits: { body: 4KiB }\n");
  HttpClient client = front.gateway.client();
  client.send_request("POST", kChat, "", {{"Content-Length", "5000"}, {"Expect", "100-continue"}});
  EXPECT_EQ(client.read_head().status, 413);
}

TEST(BodyLimit, G2_AChunkedBodyIsRefusedWhenItPassesTheLimit) {
  Front front("limits: { body: 4KiB }\n");
  HttpClient client = front.gateway.client();
  const std::string piece = chunk(std::string(1000, ' '));
  client.send_request("POST", kChat, piece + piece + piece + piece + piece, {{"Transfer-Encoding", "chunked"}});
  EXPECT_EQ(client.read_answer().status, 413);
  EXPECT_TRUE(client.closed_by_server());
  EXPECT_EQ(front.upstream.heard().size(), 0U);
}

TEST(BodyLimit, ABodyOfExactlyTheLimitPasses) {
  Front front("limits: { body: 4KiB }\n");
  const std::string frame = chat_body("gpt-4o", ",\"user\":\"\"");
  const std::string body = chat_body("gpt-4o", ",\"user\":\"" + std::string(4096 - frame.size(), 'u') + "\"");
  EXPECT_EQ(front.gateway.post(kChat, body).status, 200);
  EXPECT_EQ(front.gateway.post(kChat, body + " ").status, 413);
}

TEST(InFlightLimit, ShedsWithATimeToComeBackAndTakesAgainWhatFits) {
  RawUpstream upstream;
  upstream.next(Say{}
                    .bytes(kStreamHead + chunk(delta("first")))
                    .wait_for_go_on()
                    .bytes(chunk(std::string(kFinish) + kDone) + "0\r\n\r\n"));
  upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne}, "limits: { in_flight: 1 }\n"));
  HttpClient streaming = gateway.client();
  ASSERT_TRUE(streaming.send_request("POST", kChat, streamed_chat()));
  ASSERT_EQ(streaming.read_head().status, 200);

  const Answer shed = gateway.post(kChat, plain_chat());
  EXPECT_EQ(shed.status, 503);
  EXPECT_EQ(shed.field("Retry-After"), "1");
  EXPECT_THAT(shed.body, HasSubstr("too_many_requests_in_flight"));

  upstream.go_on();
  while (streaming.next_event()) {
  }
  EXPECT_EQ(streaming.body_end(), BodyEnd::Whole);
  EXPECT_EQ(streaming.post(kChat, plain_chat()).status, 200);
}

TEST(InFlightLimit, IsFreeForWhoAsksAgainOnAnotherConnectionAsSoonAsItHasTheEnd) {
  RawUpstream upstream;
  Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne}, "limits: { in_flight: 1 }\n"));
  HttpClient clients[] = {gateway.client(), gateway.client()};
  const std::string stream = kStreamHead + chunk(delta("hi") + kFinish + kDone) + "0\r\n\r\n";
  for (int request = 0; request < 200; ++request) {
    const bool streamed = request % 3 == 0;
    const bool refused = request % 3 == 1;
    upstream.always(Say{}.bytes(streamed ? stream : sized(kPlainAnswer)));
    const Answer answer = clients[request % 2].post(kChat, refused ? "{}" : streamed ? streamed_chat() : plain_chat());
    ASSERT_EQ(answer.status, refused ? 400 : 200) << request << answer.body;
  }
}

/// A stream that has begun and goes on when it is told to.
HttpClient begun_stream(const Gateway& gateway) {
  HttpClient client = gateway.client();
  EXPECT_TRUE(client.send_request("POST", kChat, streamed_chat()));
  EXPECT_EQ(client.read_head().status, 200);
  EXPECT_THAT(client.next_event()->data(), HasSubstr("first"));
  return client;
}

void expect_finished(HttpClient& client) {
  std::string last;
  while (const auto event = client.next_event()) last = event->data();
  EXPECT_EQ(last, "[DONE]");
  EXPECT_EQ(client.body_end(), BodyEnd::Whole);
}

TEST(InFlightLimit, IsChangedByAReload) {
  RawUpstream upstream;
  upstream.next(Say{}.bytes(kStreamHead + chunk(delta("first"))).wait_for_go_on().close());
  upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  const auto limited = [&](const std::string& to) {
    return one_provider({url_of(upstream)}, {kKeyOne}, "limits: { in_flight: " + to + " }\n");
  };
  Gateway gateway(limited("1"));
  HttpClient streaming = gateway.client();
  ASSERT_TRUE(streaming.send_request("POST", kChat, streamed_chat()));
  ASSERT_EQ(streaming.read_head().status, 200);
  EXPECT_EQ(gateway.post(kChat, plain_chat()).status, 503);
  ASSERT_TRUE(gateway.reload(load(limited("2"))).has_value());
  EXPECT_EQ(gateway.post(kChat, plain_chat()).status, 200);
  upstream.go_on();
}

TEST(ReplayMemory, X1_AThousandBodiesOfTwentyMegabytesStopNeitherStreamsNorPrompts) {
  constexpr std::size_t kStreams = 3;
  constexpr std::size_t kRequests = 1000;
  constexpr std::size_t kSize = 20'000'000;
  RawUpstream upstream;
  const Say stream = Say{}
                         .bytes(kStreamHead + chunk(delta("first")))
                         .wait_for_go_on()
                         .bytes(chunk(std::string(kFinish) + kDone) + "0\r\n\r\n");
  for (std::size_t at = 0; at < kStreams; ++at) upstream.next(stream);
  upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne}, "limits: { body: 32MiB, replay_memory: 64MiB }\n"));
  std::vector<HttpClient> streams;
  for (std::size_t at = 0; at < kStreams; ++at) streams.push_back(begun_stream(gateway));

  std::vector<HttpClient> begun;
  const std::string part(64 * 1024, ' ');
  for (std::size_t at = 0; at < kRequests; ++at) {
    HttpClient client = gateway.client();
    client.send_request("POST", kChat, "", {{"Content-Length", std::to_string(kSize)}, {"Expect", "100-continue"}});
    ASSERT_EQ(client.read_head().status, 100) << at;
    (void)client.send_raw(part);
    begun.push_back(std::move(client));
  }
  EXPECT_EQ(gateway.post(kChat, plain_chat()).status, 200);

  for (std::size_t at = 0; at < kStreams; ++at) upstream.go_on();
  for (HttpClient& client : streams) expect_finished(client);
}

TEST(ReplayMemory, AShedClientThatSendsAnywayReadsItsAnswer) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  Gateway gateway(
      with_admin(load(one_provider({url_of(upstream)}, {kKeyOne}, "limits: { body: 64KiB, replay_memory: 64KiB }\n"))));
  HttpClient holding = gateway.client();
  holding.send_request("POST", kChat, "", {{"Content-Length", "60000"}, {"Expect", "100-continue"}});
  ASSERT_EQ(holding.read_head().status, 100);
  ASSERT_TRUE(holding.send_raw(std::string(59'000, ' ')));
  ASSERT_TRUE(holds(gateway, 59'000));
  HttpClient client = gateway.client();
  client.send_request("POST", kChat, chat_body("gpt-4o", ",\"user\":\"" + std::string(50'000, 'u') + "\""));
  const Answer answer = client.read_answer();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.field("Retry-After"), "1");
  EXPECT_THAT(answer.body, HasSubstr("replay_memory_full"));
}

TEST(ReplayMemory, IsGivenBackWhenAClientLeaves) {
  Front front("limits: { body: 64KiB, replay_memory: 64KiB }\n");
  HttpClient holding = front.gateway.client();
  holding.send_request("POST", kChat, "", {{"Content-Length", "60000"}, {"Expect", "100-continue"}});
  ASSERT_EQ(holding.read_head().status, 100);
  ASSERT_TRUE(holding.send_raw(std::string(59'000, ' ')));
  holding.socket().close();
  const std::string body = chat_body("gpt-4o", ",\"user\":\"" + std::string(50'000, 'u') + "\"");
  int status = 503;
  for (const auto limit = Clock::now() + kPatience; status == 503 && Clock::now() < limit;)
    status = front.gateway.post(kChat, body).status;
  EXPECT_EQ(status, 200);
}

TEST(Media, AJsonPathWithoutAJsonTypeIsA415) {
  Front front;
  for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""}) {
    EXPECT_EQ(front.gateway.post(kChat, plain_chat(), {{"Content-Type", type}}).status, 415) << type;
  }
  EXPECT_EQ(front.gateway.post(kChat, plain_chat(), {{"Content-Type", "Application/JSON; charset=utf-8"}}).status, 200);
  EXPECT_EQ(front.upstream.heard().size(), 1U);
}

TEST(Media, G9_ABodyInACodingThatIsNotReadIsA415) {
  Front front;
  EXPECT_EQ(front.gateway.post(kChat, plain_chat(), {{"Content-Encoding", "br"}}).status, 415);
  EXPECT_EQ(front.upstream.heard().size(), 0U);
}

TEST(Models, AnUnknownOneIsA404WithTheNamesThatAreKnown) {
  RawUpstream upstream;
  Gateway gateway(providers({url_of(upstream)}, "p2c"));
  const Answer answer = gateway.post(kChat, chat_body("gpt-5"));
  EXPECT_EQ(answer.status, 404);
  EXPECT_THAT(answer.body, AllOf(HasSubstr("model_not_found"), HasSubstr("gpt-4o")));
  EXPECT_EQ(gateway.post(kChat, R"({"messages":[]})").status, 400);
}

constexpr const char* kClients =
    "clients:\n"
    "  - { name: web, key: { value: client-key-web-1 }, models: [ gpt-4o ] }\n"
    "  - { name: fenced, key: { value: client-key-fenced-2 }, providers: [ p1 ] }\n";

Fields bearer(const std::string& key) {
  return {{"Authorization", "Bearer " + key}};
}

TEST(ToldLimits, AKeyThatSaysThatNothingIsLeftIsNotAskedAgain) {
  RawUpstream spent;
  RawUpstream fresh;
  spent.always(Say{}.bytes(sized(kPlainAnswer,
                                 "Content-Type: application/json\r\nx-ratelimit-limit-requests: 1\r\n"
                                 "x-ratelimit-remaining-requests: 0\r\nx-ratelimit-reset-requests: 24h0m0s\r\n")));
  fresh.always(Say{}.bytes(sized(kPlainAnswer)));
  Gateway gateway(providers({url_of(spent), url_of(fresh)}, "in_order"));
  for (int request = 0; request < 5; ++request) EXPECT_EQ(gateway.post(kChat, plain_chat()).status, 200);
  EXPECT_EQ(spent.heard().size(), 1U);
  EXPECT_EQ(fresh.heard().size(), 4U);
}

TEST(ToldLimits, ALieIsIgnored) {
  RawUpstream liar;
  liar.always(Say{}.bytes(sized(kPlainAnswer,
                                "Content-Type: application/json\r\nx-ratelimit-limit-requests: 500\r\n"
                                "x-ratelimit-remaining-requests: -1\r\nx-ratelimit-reset-requests: 24h0m0s\r\n")));
  Gateway gateway(providers({url_of(liar)}, "in_order"));
  for (int request = 0; request < 3; ++request) EXPECT_EQ(gateway.post(kChat, plain_chat()).status, 200);
  EXPECT_EQ(liar.heard().size(), 3U);
}

TEST(ClientLimits, ALimitedClientIsToldWhenToComeBackAndTheOthersGoOn) {
  MockProvider mock;
  Gateway gateway(
      one_provider({mock.url()}, {kKeyOne},
                   "timeouts: { queue: 0s }\n"
                   "clients:\n"
                   "  - { name: web, key: { value: client-key-web-1 }, limits: { requests_per_minute: 2 } }\n"
                   "  - { name: app, key: { value: client-key-app-2 } }\n"));
  EXPECT_EQ(gateway.post(kChat, plain_chat(), bearer("client-key-web-1")).status, 200);
  EXPECT_EQ(gateway.post(kChat, plain_chat(), bearer("client-key-web-1")).status, 200);

  const Answer refused = gateway.post(kChat, plain_chat(), bearer("client-key-web-1"));
  EXPECT_EQ(refused.status, 429);
  EXPECT_THAT(refused.body, HasSubstr("limit_reached"));
  EXPECT_GE(std::stoi(refused.field("Retry-After").value_or("0")), 50);
  EXPECT_LE(std::stoi(refused.field("Retry-After").value_or("0")), 60);
  EXPECT_EQ(refused.field("x-should-retry"), std::nullopt);
  EXPECT_EQ(gateway.post(kChat, plain_chat(), bearer("client-key-app-2")).status, 200);
  EXPECT_EQ(mock.requests(), 3U);
}

TEST(BatchClients, J11_LeaveHalfOfThePlacesToTheOthers) {
  RawUpstream upstream;
  const Say held = Say{}
                       .bytes(kStreamHead + chunk(delta("first")))
                       .wait_for_go_on()
                       .bytes(chunk(std::string(kFinish) + kDone) + "0\r\n\r\n");
  upstream.next(held);
  upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  Gateway gateway(one_provider({url_of(upstream)}, {kKeyOne},
                               "limits: { in_flight: 2 }\nclients:\n"
                               "  - { name: nightly, key: { value: client-key-nightly-1 }, class: batch }\n"
                               "  - { name: web, key: { value: client-key-web-1 } }\n"));
  HttpClient streaming = gateway.client();
  ASSERT_TRUE(streaming.send_request("POST", kChat, streamed_chat(), bearer("client-key-nightly-1")));
  ASSERT_EQ(streaming.read_head().status, 200);

  EXPECT_EQ(gateway.post(kChat, plain_chat(), bearer("client-key-nightly-1")).status, 503);
  EXPECT_EQ(gateway.post(kChat, plain_chat(), bearer("client-key-web-1")).status, 200);
  upstream.go_on();
  while (streaming.next_event()) {
  }
}

TEST(ClientKeys, AreAskedForAndNamesOutsideTheirListAreRefused) {
  MockProvider mock;
  Gateway gateway(providers({mock.url()}, "p2c", "  mini: { targets: [ p1 ] }\n" + std::string(kClients)));
  EXPECT_EQ(gateway.post(kChat, plain_chat()).status, 401);
  EXPECT_EQ(gateway.post(kChat, plain_chat(), bearer("client-key-web-2")).status, 401);
  EXPECT_EQ(gateway.post(kChat, plain_chat(), bearer("client-key-web-1")).status, 200);
  EXPECT_EQ(gateway.post(kChat, plain_chat(), {{"x-api-key", "client-key-web-1"}}).status, 200);
  const Answer refused = gateway.post(kChat, chat_body("mini"), bearer("client-key-web-1"));
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(refused.body, AllOf(HasSubstr("model_not_allowed"), HasSubstr("gpt-4o"), Not(HasSubstr("mini"))));
  EXPECT_EQ(gateway.post(kChat, chat_body("mini"), bearer("client-key-fenced-2")).status, 200);
  EXPECT_EQ(mock.requests(), 3U);
}

TEST(ClientKeys, AListOfModelsHoldsThoseOfTheClientsProvidersOnly) {
  RawUpstream first;
  RawUpstream second;
  first.always(Say{}.bytes(sized(R"({"object":"list","data":[{"id":"of-the-first"}]})")));
  second.always(Say{}.bytes(sized(R"({"object":"list","data":[{"id":"of-the-second"}]})")));
  Gateway gateway(providers({url_of(first), url_of(second)}, "p2c",
                            "  \"*\": { targets: [ p1, p2 ] }\n" + std::string(kClients) +
                                "  - { name: all, key: { value: client-key-all-3 } }\n"));
  const std::string fenced = gateway.client().get("/v1/models", bearer("client-key-fenced-2")).body;
  EXPECT_THAT(fenced, AllOf(HasSubstr("of-the-first"), Not(HasSubstr("of-the-second"))));
  const std::string all = gateway.client().get("/v1/models", bearer("client-key-all-3")).body;
  EXPECT_THAT(all, AllOf(HasSubstr("of-the-first"), HasSubstr("of-the-second")));
}

TEST(ClientKeys, D7_AreCheckedBeforeTheBodyIsAskedFor) {
  RawUpstream upstream;
  Gateway gateway(providers({url_of(upstream)}, "p2c", kClients));
  HttpClient client = gateway.client();
  client.send_request("POST", kChat, "", {{"Content-Length", "10"}, {"Expect", "100-continue"}});
  const AnswerHead head = client.read_head();
  EXPECT_EQ(head.status, 401);
  EXPECT_EQ(head.field("WWW-Authenticate"), "Bearer");
  // Claude Code repeats a 401 with the same key for minutes unless it is told not to.
  EXPECT_EQ(head.field("x-should-retry"), "false");
}

TEST(ClientKeys, AProvidersFenceIsNotCrossedByFailover) {
  MockProvider mock(mock_settings(2));
  mock.fault("port=0:500");
  Gateway gateway(
      providers({mock.url(0), mock.url(1)}, "in_order", "retry: { same_target: 0 }\n" + std::string(kClients)));
  EXPECT_EQ(gateway.post(kChat, plain_chat(), bearer("client-key-web-1")).status, 200);
  EXPECT_EQ(gateway.post(kChat, plain_chat(), bearer("client-key-fenced-2")).status, 500);
  const mock::Journal journal = mock->journal();
  for (const mock::Record& record : journal.records()) {
    EXPECT_EQ(record.port, record.key_tail == mock::key_tail(kKeyOne) ? 0U : 1U);
  }
  // The first client was helped by the second provider; the fenced one was not.
  EXPECT_EQ(journal.counts().at(mock::key_tail(kKeyTwo)).requests, 1U);
}

TEST(WebPages, MayNotSpendTheKeys) {
  Front front;
  const std::vector<Fields> foreign = {
      {{"Origin", "https://evil.example"}},    {{"Origin", "null"}},
      {{"Origin", "http://127.evil.example"}}, {{"Origin", "http://localhost.evil.example"}},
      {{"Sec-Fetch-Site", "cross-site"}},      {{"Host", "evil.example"}},
      {{"Host", "127.0.0.1.evil.example"}},    {{"Host", "drover.internal:8080"}}};
  for (const Fields& fields : foreign) {
    EXPECT_EQ(front.gateway.post(kChat, plain_chat(), fields).status, 403) << fields.front().second;
  }
  EXPECT_EQ(front.upstream.heard().size(), 0U);
  const std::vector<Fields> own = {{{"Origin", "http://localhost:3000"}},
                                   {{"Origin", "http://127.0.0.1:5173"}},
                                   {{"Sec-Fetch-Site", "same-origin"}},
                                   {{"Host", "localhost:8080"}},
                                   {{"Host", "[::1]:8080"}}};
  for (const Fields& fields : own) {
    EXPECT_EQ(front.gateway.post(kChat, plain_chat(), fields).status, 200) << fields.front().second;
  }
}

}  // namespace
}  // namespace drover::test
