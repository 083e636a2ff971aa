// Answers in a content coding that drover never asks for: read all the same, so that nothing hides in them.
#include "http/body/test/folded_test_kit.h"
#include "integration/gateway_fixture.h"

namespace drover::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const Fields kAcceptsGzip = {{"Accept-Encoding", "gzip, deflate, br"}};

std::string gzip(std::string_view text) {
  return http::testing::folded(text, http::testing::kGzip);
}

std::string coded(std::string_view body, std::string_view status = "200 OK", std::string_view coding = "gzip") {
  return sized(body, "Content-Type: application/json\r\nContent-Encoding: " + std::string(coding) + "\r\n", status);
}
std::string coded_stream(std::string_view events) {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\nTransfer-Encoding: "
         "chunked\r\n\r\n" +
         chunk(gzip(events)) + "0\r\n\r\n";
}
constexpr const char* kErrorIn200 = R"({"error":{"message":"overloaded","type":"server_error","code":"overloaded"}})";

/// An answer that is longer than what is held to be judged; hard to fold, so that its coded form is long too.
std::string long_answer() {
  std::string text;
  for (std::uint32_t at = 0, mixed = 1; at < 500'000; ++at) {
    mixed = mixed * 1664525U + 1013904223U;
    text += std::to_string(mixed);
  }
  return R"({"id":"c1","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":")" +
         text + R"("},"finish_reason":"stop"}]})";
}

/// Two keys at one upstream that gives `first` once and a good answer from then on.
struct Pair {
  explicit Pair(std::string first, std::string then = sized(kPlainAnswer)) {
    upstream.next(Say{}.bytes(std::move(first)));
    upstream.always(Say{}.bytes(std::move(then)));
  }
  RawUpstream upstream;
  Gateway gateway{one_provider({url_of(upstream)}, {kKeyOne, kKeyTwo})};
};

TEST(ContentCoding, B22_APlainAnswerPassesAsItIsToAClientThatAcceptsIt) {
  MockProvider mock;
  mock.fault("gzip");
  Gateway gateway(one_provider({mock.url()}, {kKeyOne}));
  const Answer answer = gateway.post(kChat, plain_chat(), kAcceptsGzip);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.field("Content-Encoding"), "gzip");
  EXPECT_EQ(answer.body, mock.last().body);
  EXPECT_EQ(mock.requests(), 1U);
}

TEST(ContentCoding, B22_APlainAnswerIsUnfoldedForAClientThatDoesNotAcceptIt) {
  for (const std::string& text : {std::string(kPlainAnswer), long_answer()}) {
    Pair pair(coded(gzip(text)));
    const Answer answer = pair.gateway.post(kChat, plain_chat());
    EXPECT_TRUE(answer.whole());
    EXPECT_EQ(answer.field("Content-Encoding"), std::nullopt);
    EXPECT_TRUE(answer.body == text);
    EXPECT_EQ(attempts(answer), 1);
  }
}

TEST(ContentCoding, B22_AStreamIsUnfoldedSoThatItsEventsCanBeSeen) {
  const std::string events = delta("a") + ": ping\n\n" + delta("b") + kFinish + kDone;
  for (const Fields& fields : {Fields{}, kAcceptsGzip}) {
    Pair pair(coded_stream(events));
    const Answer answer = pair.gateway.post(kChat, streamed_chat(), fields);
    EXPECT_TRUE(answer.whole());
    EXPECT_EQ(answer.field("Content-Encoding"), std::nullopt);
    EXPECT_EQ(answer.body, events);
  }
}

TEST(ContentCoding, B22_TheMocksCompressedStreamComesWhole) {
  MockProvider mock;
  mock.fault("gzip");
  Gateway gateway(one_provider({mock.url()}, {kKeyOne}));
  const Answer answer = gateway.post(kChat, streamed_chat());
  EXPECT_TRUE(answer.whole());
  EXPECT_TRUE(answer.body.ends_with(kDone));
}

TEST(ContentCoding, C9_AnErrorInsideACompressed200FailsOver) {
  for (const Fields& fields : {Fields{}, kAcceptsGzip}) {
    Pair pair(coded(gzip(kErrorIn200)));
    const Answer answer = pair.gateway.post(kChat, plain_chat(), fields);
    EXPECT_EQ(answer.body, kPlainAnswer);
    EXPECT_EQ(attempts(answer), 2);
  }
}

TEST(ContentCoding, C11_AnErrorAtTheBeginningOfACompressedStreamFailsOver) {
  Pair pair(coded_stream("data: " + std::string(kErrorIn200) + "\n\n"), coded_stream(delta("a") + kFinish + kDone));
  const Answer answer = pair.gateway.post(kChat, streamed_chat(), kAcceptsGzip);
  EXPECT_TRUE(answer.body.ends_with(kDone));
  EXPECT_EQ(attempts(answer), 2);
}

TEST(ContentCoding, C4_ACompressedErrorIsClassifiedByWhatItSays) {
  Pair pair(coded(gzip(R"({"error":{"message":"no","type":"insufficient_quota","code":"insufficient_quota"}})"),
                  "400 Bad Request"));
  EXPECT_EQ(pair.gateway.post(kChat, plain_chat(), kAcceptsGzip).status, 200);
  EXPECT_EQ(pair.upstream.heard().size(), 2U);
}

TEST(ContentCoding, H2_OurKeyIsTakenOutOfACompressedError) {
  const std::string words = R"({"error":{"message":"bad parameter for )" + std::string(kKeyOne) +
                            R"(","type":"invalid_request_error","code":"bad_parameter"}})";
  Pair pair(coded(gzip(words), "400 Bad Request"));
  const Answer answer = pair.gateway.post(kChat, plain_chat(), kAcceptsGzip);
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.field("Content-Encoding"), std::nullopt);
  EXPECT_THAT(answer.body, HasSubstr("bad_parameter"));
  EXPECT_THAT(answer.body, Not(HasSubstr(kKeyOne)));
}

TEST(ContentCoding, B22_ACutCodingUnderARightLengthFailsOver) {
  std::string cut = gzip(kPlainAnswer);
  cut.resize(cut.size() - 4);
  for (const Fields& fields : {Fields{}, kAcceptsGzip}) {
    Pair pair(coded(cut));
    const Answer answer = pair.gateway.post(kChat, plain_chat(), fields);
    EXPECT_EQ(answer.body, kPlainAnswer);
    EXPECT_EQ(attempts(answer), 2);
  }
}

TEST(ContentCoding, B22_ACutCodingThatHasBegunToPassIsVisiblyCut) {
  std::string cut = gzip(long_answer());
  cut.resize(cut.size() - 4);
  for (const Fields& fields : {Fields{}, kAcceptsGzip}) {
    Pair pair(coded(cut));
    const Answer answer = pair.gateway.post(kChat, plain_chat(), fields);
    EXPECT_EQ(answer.status, 200);
    EXPECT_FALSE(answer.whole());
  }
}

TEST(ContentCoding, B22_ACutCompressedStreamEndsWithAnErrorEvent) {
  Pair pair(coded_stream(delta("a") + delta("b")));
  const Answer answer = pair.gateway.post(kChat, streamed_chat(), kAcceptsGzip);
  EXPECT_TRUE(answer.whole());
  EXPECT_THAT(spoken(answer.body).back().data(), HasSubstr("\"error\""));
  EXPECT_THAT(answer.body, Not(HasSubstr("[DONE]")));
}

TEST(ContentCoding, B22_ABombIsPassedOnUnreadOrStopped) {
  const std::string bomb = gzip("{\"a\":\"" + std::string(32 * 1024 * 1024, '0') + "\"}");
  Pair accepted(coded(bomb));
  const Answer passed = accepted.gateway.post(kChat, plain_chat(), kAcceptsGzip);
  EXPECT_TRUE(passed.whole());
  EXPECT_TRUE(passed.body == bomb);
  Pair refused(coded(bomb));
  const Answer stopped = refused.gateway.post(kChat, plain_chat());
  EXPECT_EQ(stopped.body, kPlainAnswer) << "nothing had gone down: it is asked for elsewhere";
}

TEST(ContentCoding, B22_AnUnknownCodingPassesUnreadToAClientThatAcceptsIt) {
  Pair pair(coded("not really brotli", "200 OK", "br"));
  const Answer answer = pair.gateway.post(kChat, plain_chat(), kAcceptsGzip);
  EXPECT_EQ(answer.field("Content-Encoding"), "br");
  EXPECT_EQ(answer.body, "not really brotli");
}

TEST(ContentCoding, B22_AnUnknownCodingFailsOverForAClientThatDoesNotAcceptIt) {
  Pair pair(coded("not really brotli", "200 OK", "br"));
  const Answer answer = pair.gateway.post(kChat, plain_chat(), {{"Accept-Encoding", "gzip"}});
  EXPECT_EQ(answer.body, kPlainAnswer);
  EXPECT_EQ(attempts(answer), 2);

  RawUpstream upstream;
  upstream.always(Say{}.bytes(coded("not really brotli", "200 OK", "br")));
  Gateway alone(one_provider({url_of(upstream)}, {kKeyOne}, "retry: { same_target: 0 }\n"));
  EXPECT_EQ(alone.post(kChat, plain_chat()).status, 502);
}

TEST(ContentCoding, B22_AnUnreadableErrorIsToldByItsStatusAndNeverPassedOn) {
  Pair pair(coded(std::string("\x1b words with ") + kKeyOne, "400 Bad Request", "br"));
  const Answer answer = pair.gateway.post(kChat, plain_chat(), kAcceptsGzip);
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.field("Content-Encoding"), std::nullopt);
  EXPECT_THAT(answer.body, HasSubstr("\"error\""));
  EXPECT_THAT(answer.body, Not(HasSubstr(kKeyOne)));
}

}  // namespace
}  // namespace drover::test
