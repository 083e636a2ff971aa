// HTTP/1 from the client's side, through the whole gateway. The rows of E and G have their cut-at-every-byte tests
// beside the parsers; here each is sent to a running gateway, which refuses it and lets nothing of it reach the
// upstream.
#include "integration/gateway_fixture.h"

namespace drover::test {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kJson = "Host: localhost\r\nContent-Type: application/json\r\n";

/// A chat request with these lines in its head; `body` is sent as it is.
std::string request(const std::string& lines, const std::string& body = plain_chat(),
                    const std::string& first = "POST /v1/chat/completions HTTP/1.1") {
  return first + "\r\n" + kJson + lines + "\r\n" + body;
}
std::string length(const std::string& value) {
  return "Content-Length: " + value + "\r\n";
}
std::string right_length() {
  return length(std::to_string(plain_chat().size()));
}

struct Attack {
  const char* name;
  std::string bytes;
  std::vector<int> statuses{400};
};

void PrintTo(const Attack& attack, std::ostream* out) {
  *out << attack.name;
}

class RefusedHead : public ::testing::TestWithParam<Attack> {};

TEST_P(RefusedHead, IsAnsweredAndClosedAndNothingArrivesUpstream) {
  Front front;
  HttpClient client = front.gateway.client();
  // The poisoned request behind it must never be read as one.
  client.send_raw(GetParam().bytes);
  const Answer answer = client.read_answer();
  EXPECT_THAT(GetParam().statuses, ::testing::Contains(answer.status)) << answer.body;
  EXPECT_TRUE(answer.whole());
  EXPECT_THAT(answer.body, HasSubstr("\"error\""));
  EXPECT_TRUE(client.closed_by_server());
  EXPECT_EQ(client.unread(), "");
  front.gateway.stop();
  EXPECT_EQ(front.upstream.heard().size(), 0U);
}

const std::string kChunkedBody = chunk(plain_chat()) + "0\r\n\r\n";
const std::string kChunked = "Transfer-Encoding: chunked\r\n";

INSTANTIATE_TEST_SUITE_P(
    E, RefusedHead,
    ::testing::Values(
        Attack{"E2_LengthAndCoding", request(right_length() + kChunked, kChunkedBody)},
        Attack{"E2_CodingAndLength", request(kChunked + length("4"), kChunkedBody)},
        Attack{"E3_Xchunked", request("Transfer-Encoding: xchunked\r\n", kChunkedBody), {400, 501}},
        Attack{"E3_GzipChunked", request("Transfer-Encoding: gzip, chunked\r\n", kChunkedBody), {400, 501}},
        Attack{"E3_ChunkedIdentity", request("Transfer-Encoding: chunked, identity\r\n", kChunkedBody), {400, 501}},
        Attack{"E3_Twice", request(kChunked + kChunked, kChunkedBody)},
        Attack{"E3_VerticalTab", request("Transfer-Encoding: chunked\x0b\r\n", kChunkedBody)},
        Attack{"E3_OnHttp10", request(kChunked, kChunkedBody, "POST /v1/chat/completions HTTP/1.0")},
        Attack{"E4_DifferentLengths", request(right_length() + length("3"))},
        Attack{"E4_EqualLengths", request(right_length() + right_length())}, Attack{"E4_List", request(length("5, 5"))},
        Attack{"E5_Plus", request(length("+5"))}, Attack{"E5_Hex", request(length("0x5"))},
        Attack{"E5_Empty", request(length(""))}, Attack{"E5_Huge", request(length("18446744073709551621"))},
        Attack{"E5_Negative", request(length("-0"))}, Attack{"E6_SpaceBeforeColon", request("Content-Length : 3\r\n")},
        Attack{"E6_Fold", request("X-A: b\r\n c\r\n" + right_length())},
        Attack{"E7_BareLf", "POST /v1/chat/completions HTTP/1.1\nHost: localhost\n\n"},
        Attack{"E7_BareCr", request("X-A: b\rc\r\n" + right_length())},
        Attack{"E8_NulInValue", request(std::string("X-A: b\0c\r\n", 10) + right_length())},
        Attack{"E8_HighByteInName", request("X-\xe9: b\r\n" + right_length())},
        Attack{"E12_NoHost", "GET /v1/models HTTP/1.1\r\n\r\n"},
        Attack{"E12_TwoHosts", "GET /v1/models HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n"},
        Attack{"E12_PathInHost", "GET /v1/models HTTP/1.1\r\nHost: localhost/?\r\n\r\n"},
        Attack{"E12_UserInHost", "GET /v1/models HTTP/1.1\r\nHost: x@localhost\r\n\r\n"},
        Attack{"E15_Http09", "GET /v1/models\r\n\r\n", {400, 505}},
        Attack{"E15_Http12", "GET /v1/models HTTP/1.2\r\nHost: localhost\r\n\r\n", {400, 505}},
        Attack{"E15_TwoSpaces", "GET  /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n"},
        Attack{"E15_Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 505}},
        Attack{"E18_LongHead", request("X-A: " + std::string(70'000, 'a') + "\r\n"), {431}},
        Attack{"E18_ManyFields",
               [] {
                 std::string lines;
                 for (int at = 0; at < 200; ++at) lines += "X-" + std::to_string(at) + ": 1\r\n";
                 return request(lines);
               }(),
               {431}},
        Attack{"E21_ClientHello",
               std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11) + std::string(300, '\x7f') + "\r\n\r\n"},
        Attack{"E21_ProxyLine", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n" + request(right_length()), {400, 505}}),
    [](const auto& of) { return std::string(of.param.name); });

class RefusedChunks : public ::testing::TestWithParam<Attack> {};

TEST_P(RefusedChunks, AreAnsweredAndNothingArrivesUpstream) {
  Front front;
  HttpClient client = front.gateway.client();
  client.send_raw(request(kChunked, GetParam().bytes));
  EXPECT_THAT(GetParam().statuses, ::testing::Contains(client.read_answer().status));
  EXPECT_TRUE(client.closed_by_server());
  front.gateway.stop();
  EXPECT_EQ(front.upstream.heard().size(), 0U);
}

INSTANTIATE_TEST_SUITE_P(E, RefusedChunks,
                         ::testing::Values(Attack{"E7_BareLfAfterSize", "5\nhello\r\n0\r\n\r\n"},
                                           Attack{"E7_DataEndsInLf", "5\r\nhello\n0\r\n\r\n"},
                                           Attack{"E9_LongExtension",
                                                  "5;" + std::string(20'000, 'e') + "\r\nhello\r\n0\r\n\r\n"},
                                           Attack{"E9_Overflow", "FFFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n"},
                                           Attack{"E9_TwoReturns", "5\r\r\nhello\r\n0\r\n\r\n"},
                                           Attack{"E9_Hex", "0x5\r\nhello\r\n0\r\n\r\n"},
                                           Attack{"E9_TooMuchData", "5\r\nhello!\r\n0\r\n\r\n"}),
                         [](const auto& of) { return std::string(of.param.name); });

TEST(Paths, E13_TricksAreRefusedOrFoundNowhere) {
  Front front;
  for (const char* path :
       {"/v1/../secret", "/v1/./chat/completions", "/v1/%2e%2e/x", "/v1/chat%2fcompletions", "/v1/%00", "/v1\\chat",
        "//evil/v1/chat/completions", "/V1/chat/completions", "/v1/..;/x", "/v1/caf\xc3\xa9"}) {
    HttpClient client = front.gateway.client();
    client.send_raw(request(right_length(), plain_chat(), "POST " + std::string(path) + " HTTP/1.1"));
    EXPECT_THAT(client.read_answer().status, AnyOf(400, 404)) << path;
  }
  HttpClient client = front.gateway.client();
  client.send_raw("GET /v1/" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(client.read_answer().status, 414);
  EXPECT_EQ(front.upstream.heard().size(), 0U);
}

TEST(Paths, D12_ConnectTraceAndUpgradesAreNotServed) {
  Front front;
  EXPECT_EQ(front.gateway.client().get("/v1/realtime", {{"Connection", "Upgrade"}, {"Upgrade", "websocket"}}).status,
            426);
  for (const char* line : {"TRACE /v1/models HTTP/1.1", "CONNECT localhost:443 HTTP/1.1"}) {
    HttpClient client = front.gateway.client();
    client.send_raw(std::string(line) + "\r\nHost: localhost:443\r\n\r\n");
    EXPECT_THAT(client.read_answer().status, AnyOf(400, 405)) << line;
  }
  EXPECT_EQ(front.upstream.heard().size(), 0U);
}

TEST(Paths, E11_AnAbsoluteFormIsServedAndItsAuthorityIsTheHost) {
  Front front;
  HttpClient client = front.gateway.client();
  client.send_raw(
      "POST http://localhost:8080/v1/chat/completions HTTP/1.1\r\nHost: localhost:8080\r\nContent-Type: "
      "application/json\r\n" +
      right_length() + "\r\n" + plain_chat());
  EXPECT_EQ(client.read_answer().status, 200);
  EXPECT_TRUE(front.upstream.heard().at(0).head.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"));
  // The authority decides, not the Host line beside it.
  client.send_raw(
      "POST http://evil.example/v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
      right_length() + "\r\n" + plain_chat());
  EXPECT_THAT(client.read_answer().status, AnyOf(400, 403));
  EXPECT_EQ(front.upstream.heard().size(), 1U);
}

TEST(Paths, E14_AnUnknownMethodNeverRunsAModel) {
  Front front;
  HttpClient client = front.gateway.client();
  client.send_raw(request(right_length(), plain_chat(), "po(st /v1/chat/completions HTTP/1.1"));
  EXPECT_EQ(client.read_answer().status, 400);
  EXPECT_EQ(front.upstream.heard().size(), 0U);
}

TEST(Fields, E17_E22_WhatAClientCannotVouchForEndsHere) {
  Front front;
  const Fields fields = {{"X-Forwarded-For", "6.6.6.6"},
                         {"Forwarded", "for=6.6.6.6"},
                         {"X-Real-IP", "6.6.6.6"},
                         {"OpenAI-Beta", "assistants=v2"}};
  EXPECT_EQ(front.gateway.post(kChat, plain_chat(), fields).status, 200);
  const HeardRequest heard = front.upstream.heard().at(0);
  EXPECT_THAT(heard.head, Not(HasSubstr("6.6.6.6")));
  EXPECT_EQ(heard.field("OpenAI-Beta"), "assistants=v2");
  EXPECT_EQ(heard.field("Host"), "127.0.0.1:" + std::to_string(front.upstream.port()));
  EXPECT_EQ(front.gateway.post(kChat, plain_chat(), {{"content_length", "666"}}).status, 400);
  EXPECT_EQ(front.upstream.heard().size(), 1U);
}

TEST(Connection, E20_BytesBehindABodyAreTheNextRequestAndNeverPartOfIt) {
  Front front;
  HttpClient client = front.gateway.client();
  client.send_raw(request(right_length()) + "GARBAGE\r\n\r\n");
  EXPECT_EQ(client.read_answer().status, 200);
  EXPECT_THAT(client.read_answer().status, AnyOf(400, 505));
  EXPECT_EQ(front.upstream.heard().at(0).body, plain_chat());
  EXPECT_EQ(front.upstream.heard().size(), 1U);
}

TEST(Connection, D5_AHundredPipelinedRequestsAreAnsweredInOrder) {
  MockProvider mock;
  Gateway gateway(one_provider({mock.url()}, {kKeyOne}));
  HttpClient client = gateway.client();
  std::string all;
  for (int at = 0; at < 100; ++at) {
    const std::string body = chat_body("model-" + std::to_string(at), at % 2 == 0 ? "" : ",\"stream\":true");
    all += request(length(std::to_string(body.size())) + "x-request-id: id-" + std::to_string(at) + "\r\n", body);
  }
  ASSERT_TRUE(client.send_raw(all));
  for (int at = 0; at < 100; ++at) {
    const Answer answer = client.read_answer();
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(answer.field("x-request-id"), "id-" + std::to_string(at));
    EXPECT_THAT(answer.body, HasSubstr("\"model-" + std::to_string(at) + "\""));
  }
}

TEST(Connection, D5_NothingIsServedAfterClose) {
  Front front;
  HttpClient client = front.gateway.client();
  client.send_raw(request(right_length() + "Connection: close\r\n") + request(right_length()));
  EXPECT_EQ(client.read_answer().status, 200);
  EXPECT_TRUE(client.closed_by_server());
  EXPECT_EQ(front.upstream.heard().size(), 1U);
}

TEST(Connection, IsKeptAndUsedAgainOnBothSides) {
  Front front;
  HttpClient client = front.gateway.client();
  for (int at = 0; at < 5; ++at) EXPECT_EQ(client.post(kChat, plain_chat()).status, 200);
  EXPECT_EQ(front.upstream.connections(), 1U);
}

TEST(Connection, D8_AClientOfHttp10GetsAStreamThatEndsWithTheConnection) {
  MockProvider mock;
  Gateway gateway(one_provider({mock.url()}, {kKeyOne}));
  HttpClient client = gateway.client();
  client.send_raw(
      request(length(std::to_string(streamed_chat().size())), streamed_chat(), "POST /v1/chat/completions HTTP/1.0"));
  const Answer answer = client.read_answer();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.count("Transfer-Encoding") + answer.count("Content-Length"), 0U);
  EXPECT_TRUE(answer.body.ends_with(kDone));
}

TEST(Connection, D7_ContinueIsSentWhenTheBodyIsWanted) {
  Front front;
  HttpClient client = front.gateway.client();
  client.send_request("POST", kChat, "",
                      {{"Content-Length", std::to_string(plain_chat().size())}, {"Expect", "100-continue"}});
  EXPECT_EQ(client.read_head().status, 100);
  client.send_raw(plain_chat());
  EXPECT_EQ(client.read_answer().status, 200);
  EXPECT_EQ(front.upstream.heard().at(0).field("Expect"), "");
  client.send_request("POST", kChat, "", {{"Content-Length", "5"}, {"Expect", "the-spanish-inquisition"}});
  EXPECT_EQ(client.read_answer().status, 417);
}

TEST(Connection, HeadIsAnsweredWithoutABody) {
  Front front;
  HttpClient client = front.gateway.client();
  client.send_request("HEAD", "/nothing");
  const Answer answer = client.read_answer("HEAD");
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(client.unread(), "");
  EXPECT_EQ(client.post(kChat, plain_chat()).status, 200);
}

TEST(RequestId, IsTakenWhenItIsSaneAndMadeOtherwise) {
  Front front;
  EXPECT_EQ(front.gateway.post(kChat, plain_chat(), {{"x-request-id", "mine-1"}}).field("x-request-id"), "mine-1");
  const auto made =
      front.gateway.post(kChat, plain_chat(), {{"x-request-id", std::string(500, 'i')}}).field("x-request-id");
  ASSERT_TRUE(made.has_value());
  EXPECT_LE(made->size(), 128U);
}

}  // namespace
}  // namespace drover::test
