// The head readers: which heads are accepted, which code the others get, and that no cut changes that.
// The attacks on a request are in request_attack_test.cc.
#include "http/head/head_reader.h"

#include <gtest/gtest.h>

#include <string>

#include "http/head/test/head_test_kit.h"

namespace drover::http {
namespace {

using Asked = ResponseHeadReader::Asked;

TEST(RequestHeadReader, ReadsAnOrdinaryRequest) {
  const std::string bytes =
      "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost:8080\r\nContent-Type:application/json\r\n"
      "X-Empty:\r\nContent-Length:  42 \t\r\n\r\n{";
  RequestHead head;
  RequestHeadReader reader;
  ASSERT_EQ(reader.read(bytes, head), HeadState::Complete);
  EXPECT_EQ(head.method, "POST");
  EXPECT_EQ(head.target, "/v1/chat/completions");
  EXPECT_EQ(head.host, "localhost:8080");
  EXPECT_EQ(head.version, Version::Http11);
  EXPECT_EQ(head.framing.kind, BodyKind::Length);
  EXPECT_EQ(head.framing.length, 42u);
  EXPECT_TRUE(head.keep_alive);
  EXPECT_EQ(head.fields.size(), 4u);
  EXPECT_EQ(find(head.fields, "x-empty"), "");
  EXPECT_EQ(find(head.fields, "CONTENT-TYPE"), "application/json");
  EXPECT_EQ(find(head.fields, "absent"), std::nullopt);
  EXPECT_EQ(head.size, bytes.size() - 1);
}

TEST(RequestHeadReader, KeepsTheFieldsInPlaceWithoutCopying) {
  const std::string bytes = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  RequestHead head;
  ASSERT_EQ(RequestHeadReader{}.read(bytes, head), HeadState::Complete);
  EXPECT_EQ(head.fields[0].value.data(), bytes.data() + bytes.find(": a") + 2);
}

TEST(RequestHeadReader, GivesTheSameHeadHoweverTheBytesAreCut) {
  expect_same_request_at_every_cut("POST http://h:1/x?y HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: CHUNKED\r\n\r\nrest");
  expect_same_request_at_every_cut("\r\nGET / HTTP/1.0\r\nConnection: x, keep-alive\r\n\r\n");
}

TEST(RequestHeadReader, GivesTheSameErrorHoweverTheBytesAreCut) {
  for (const char* bad :
       {"GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00\n\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n X: b\r\n\r\n", "GET / HTTP/9.9\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nA b: c\r\nHost : a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
        "\r\n\r\nGET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", "\nGET / HTTP/1.1\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\nContent-Length: 1\r\n\r\n"}) {
    EXPECT_NE(code_of(bad), "") << bad;
    expect_same_request_at_every_cut(bad);
  }
}

TEST(RequestHeadReader, LooksAtNoValidatedLineAgainWhileWaiting) {
  std::string bytes = "GET / HTTP/1.1\r\nHost: a\r\nX-Long: ";
  RequestHead head;
  RequestHeadReader reader;
  ASSERT_EQ(reader.read(bytes, head), HeadState::NeedMore);
  // A reader that began at the front again would now meet a refused line.
  bytes.replace(16, 7, "\n\n\n\n\n\n\n");
  bytes += "x";
  EXPECT_EQ(reader.read(bytes, head), HeadState::NeedMore);
}

TEST(RequestHeadReader, SearchesNoByteTwiceForALineEnd) {
  std::string bytes = "GET / HTTP/1.1\r\nHost: a\r\nX-Long: aaaaaaaa";
  RequestHead head;
  RequestHeadReader reader;
  ASSERT_EQ(reader.read(bytes, head), HeadState::NeedMore);
  bytes[bytes.size() - 3] = '\n';  // inside the unfinished line, in bytes that are searched
  bytes += "x";
  EXPECT_EQ(reader.read(bytes, head), HeadState::NeedMore);
}

TEST(RequestHeadReader, ReadsTheNextHeadOfAPipelineAfterTheFirst) {
  const std::string bytes = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n";
  RequestHead head;
  RequestHeadReader reader;
  ASSERT_EQ(reader.read(bytes, head), HeadState::Complete);
  reader.reset();
  ASSERT_EQ(reader.read(std::string_view(bytes).substr(head.size), head), HeadState::Complete);
  EXPECT_EQ(head.target, "/2");
  EXPECT_EQ(head.fields.size(), 2u);
}

TEST(RequestHeadReader, ToleratesOneEmptyLineBeforeTheRequestAndCountsIt) {
  const std::string bytes = "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n";
  RequestHead head;
  ASSERT_EQ(RequestHeadReader{}.read(bytes, head), HeadState::Complete);
  EXPECT_EQ(head.size, bytes.size());
}

TEST(RequestHeadReader, StaysOpenOnOneDotOneUnlessCloseIsAsked) {
  EXPECT_TRUE(request("GET / HTTP/1.1\r\nHost: a\r\n\r\n").keep_alive);
  EXPECT_FALSE(request("GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Close\r\n\r\n").keep_alive);
  EXPECT_FALSE(request("GET / HTTP/1.1\r\nHost: a\r\nConnection: x\r\nConnection: close\r\n\r\n").keep_alive);
}

TEST(RequestHeadReader, ClosesOnOneDotZeroUnlessKeepAliveIsAsked) {
  EXPECT_FALSE(request("GET / HTTP/1.0\r\n\r\n").keep_alive);
  EXPECT_TRUE(request("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").keep_alive);
}

TEST(RequestHeadReader, D7_KnowsTheExpectationAndRefusesOthers) {
  EXPECT_TRUE(request("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\n\r\n").expect_continue);
  EXPECT_EQ(error_of("POST / HTTP/1.1\r\nHost: a\r\nExpect: miracles\r\n\r\n").status, 417);
  EXPECT_FALSE(request("POST / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n").expect_continue);
}

TEST(RequestHeadReader, SaysWhatKindOfErrorItIs) {
  const Error error = error_of("GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(error.kind, ErrorKind::BadRequest);
  EXPECT_EQ(error.scope, ErrorScope::Request);
  EXPECT_EQ(error.retry, RetryClass::Never);
  EXPECT_EQ(error.status, 400);
  EXPECT_EQ(error.code, "missing_host");
  EXPECT_FALSE(error.message.empty());
}

TEST(ResponseHeadReader, ReadsAnOrdinaryAnswer) {
  const std::string bytes = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
  ResponseHead head;
  ASSERT_EQ(ResponseHeadReader{}.read(bytes, Asked::Other, head), HeadState::Complete);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.reason, "OK");
  EXPECT_EQ(head.framing.kind, BodyKind::Chunked);
  EXPECT_TRUE(head.keep_alive);
  EXPECT_EQ(head.size, bytes.size());
}

TEST(ResponseHeadReader, GivesTheSameVerdictHoweverTheBytesAreCut) {
  expect_same_answer_at_every_cut("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n");
  expect_same_answer_at_every_cut("HTTP/1.0 200 \r\nContent-Length: 5\r\n\r\nhello");
  expect_same_answer_at_every_cut("HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n");
  expect_same_answer_at_every_cut("HTTP/2.0 200 OK\r\n\r\n");
  expect_same_answer_at_every_cut("ICY 200 OK\r\n\r\n");
  expect_same_answer_at_every_cut("HTTP/1.1 200 O\x01K\r\n\r\n");
}

TEST(ResponseHeadReader, B1_RefusesMalformedStatusLines) {
  const std::string long_reason = "HTTP/1.1 200 " + std::string(3000, 'r') + "\r\n\r\n";
  for (const std::string& bad :
       {std::string("HTTP/1.1 abc\r\n\r\n"), std::string("HTTP/2.0 200 OK\r\n\r\n"), std::string("200\r\n\r\n"),
        std::string("HTTP/1.1 200\r\n\r\n"), std::string("HTTP/1.1  200 OK\r\n\r\n"),
        std::string("HTTP/1.1 20 OK\r\n\r\n"), std::string("HTTP/1.1 2000 OK\r\n\r\n"),
        std::string("HTTP/1.1 099 OK\r\n\r\n"), std::string("HTTP/1.1 600 OK\r\n\r\n"),
        std::string("http/1.1 200 OK\r\n\r\n"), std::string("HTTP/1.1\r\n\r\n"),
        std::string("\r\nHTTP/1.1 200 OK\r\n\r\n"), long_reason}) {
    EXPECT_EQ(answer_code_of(bad), "upstream_status_line") << bad.substr(0, 40);
    expect_same_answer_at_every_cut(bad);
  }
}

TEST(ResponseHeadReader, B1_AcceptsAnEmptyReason) {
  EXPECT_EQ(answer("HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n").reason, "");
}

TEST(ResponseHeadReader, B4_RefusesAHeadOverItsLimits) {
  std::string many = "HTTP/1.1 200 OK\r\n";
  for (std::size_t at = 0; at <= kMaxFields; ++at) many += "a: b\r\n";
  EXPECT_EQ(answer_code_of(many + "\r\n"), "upstream_header_overflow");
  const std::string big = "HTTP/1.1 200 OK\r\nA: " + std::string(1 << 20, 'x');
  EXPECT_EQ(answer_code_of(big), "upstream_header_overflow");
  EXPECT_EQ(answer_code_of(big.substr(0, kMaxHeadBytes)), "upstream_header_overflow");
}

TEST(ResponseHeadReader, B5_ReadsInterimAnswersAsHeadsWithoutBody) {
  for (const char* interim : {"HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 102 Processing\r\n\r\n",
                              "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", "HTTP/1.1 101 Switching\r\n\r\n"}) {
    EXPECT_EQ(answer(interim).framing.kind, BodyKind::None) << interim;
  }
}

TEST(ResponseHeadReader, B7_GivesNoBodyTo204And304) {
  EXPECT_EQ(answer("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n").framing.kind, BodyKind::None);
  EXPECT_TRUE(answer("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n").keep_alive);
  EXPECT_EQ(answer("HTTP/1.1 204 No Content\r\n\r\n").framing.kind, BodyKind::None);
  EXPECT_TRUE(answer("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n").keep_alive);
}

TEST(ResponseHeadReader, B7_DoesNotReuseAConnectionWhose204AnnouncedABody) {
  EXPECT_FALSE(answer("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n").keep_alive);
  EXPECT_FALSE(answer("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n").keep_alive);
}

TEST(ResponseHeadReader, B8_GivesNoBodyToTheAnswerOfHead) {
  EXPECT_EQ(answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", Asked::Head).framing.kind, BodyKind::None);
  EXPECT_EQ(answer("HTTP/1.1 200 OK\r\n\r\n", Asked::Head).framing.kind, BodyKind::None);
  EXPECT_TRUE(answer("HTTP/1.1 200 OK\r\n\r\n", Asked::Head).keep_alive);
}

TEST(ResponseHeadReader, GivesNoBodyToASuccessfulConnect) {
  EXPECT_EQ(answer("HTTP/1.1 200 OK\r\n\r\n", Asked::Connect).framing.kind, BodyKind::None);
  EXPECT_EQ(answer("HTTP/1.1 407 No\r\nContent-Length: 5\r\n\r\n", Asked::Connect).framing.kind, BodyKind::Length);
}

TEST(ResponseHeadReader, B9_ReadsToTheCloseWithoutALength) {
  const ResponseHead head = answer("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(head.framing.kind, BodyKind::UntilClose);
  EXPECT_FALSE(head.keep_alive);
}

TEST(ResponseHeadReader, B10_B11_B12_RefusesFramingThatMayNotBeBelieved) {
  for (const char* fields :
       {"Content-Length: 5\r\nTransfer-Encoding: chunked", "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5\r\nContent-Length: 5", "Content-Length: +5", "Content-Length: 5, 5", "Content-Length: 0x5",
        "Content-Length: -1", "Content-Length: 18446744073709551616", "Content-Length:", "Transfer-Encoding: gzip",
        "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"}) {
    EXPECT_EQ(answer_code_of("HTTP/1.1 200 OK\r\n" + std::string(fields) + "\r\n\r\n"), "upstream_framing") << fields;
  }
  EXPECT_EQ(answer_code_of("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), "upstream_framing");
}

TEST(ResponseHeadReader, B17_ClosesWhenCloseAndKeepAliveAreBothSaid) {
  EXPECT_FALSE(answer("HTTP/1.1 200 OK\r\nConnection: keep-alive, close\r\nContent-Length: 0\r\n\r\n").keep_alive);
}

TEST(ResponseHeadReader, B25_RefusesWhatCouldSplitOurAnswer) {
  using namespace std::string_literals;
  for (const std::string& fields : {"A: b\rC: d"s, "A: b\nC: d"s, "A: b\0c"s, "A: b\r\n c"s, "A : b"s, "A\t: b"s,
                                    ": b"s, "A: b\x7f"s, "A b"s, "A\x80: b"s}) {
    EXPECT_EQ(answer_code_of("HTTP/1.1 200 OK\r\n" + fields + "\r\n\r\n"), "upstream_header_syntax") << fields;
  }
}

TEST(ResponseHeadReader, BlamesTheTargetSoThatAnotherKeyIsTried) {
  ResponseHead head;
  const auto refused = ResponseHeadReader{}.read("SSH-2.0-OpenSSH_9\r\n", Asked::Other, head);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::BadResponse);
  EXPECT_EQ(refused.error().scope, ErrorScope::Target);
  EXPECT_EQ(refused.error().retry, RetryClass::OtherKey);
  EXPECT_EQ(refused.error().status, 502);
}

}  // namespace
}  // namespace drover::http
