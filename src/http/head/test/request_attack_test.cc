// Attacks in the head of a request, one test each, each fed whole and cut at every byte. The id in a test's name is the
// fault's (E: HTTP/1 requests, B: upstream answers, C: streams).
#include <gtest/gtest.h>

#include <string>

#include "http/head/head_syntax.h"
#include "http/head/test/head_test_kit.h"

namespace drover::http {
namespace {

using namespace std::string_literals;

/// A POST whose Host is fine and whose other fields are these (separated by CR LF).
std::string with(const std::string& fields) {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n\r\n";
}

/// The request is refused with this code at every cut.
void expect_refused(const std::string& bytes, std::string_view code, int status = 400) {
  const Error error = error_of(bytes);
  EXPECT_EQ(error.code, code) << bytes.substr(0, 120);
  EXPECT_EQ(error.status, status) << bytes.substr(0, 120);
  expect_same_request_at_every_cut(bytes);
}

TEST(RequestAttack, E2_RefusesLengthTogetherWithTransferEncoding) {
  expect_refused(with("Content-Length: 5\r\nTransfer-Encoding: chunked"), "length_and_transfer_encoding");
  expect_refused(with("Transfer-Encoding: chunked\r\nContent-Length: 5"), "length_and_transfer_encoding");
}

TEST(RequestAttack, E3_AcceptsExactlyOneChunkedInAnyCase) {
  for (const char* value : {"chunked", "Chunked", "CHUNKED", "  chunked", "\tchunked \t"}) {
    const std::string bytes = with("Transfer-Encoding:"s + value);
    EXPECT_EQ(request(bytes).framing.kind, BodyKind::Chunked) << value;
  }
}

TEST(RequestAttack, E3_RefusesEveryOtherTransferEncoding) {
  for (const char* value : {",chunked", "chunked,", "chunked, identity", "chunked, chunked", "gzip, chunked",
                            "\"chunked\"", "chunked;a=b", "chun ked", "chunked\x85", "chunked\xa0",
                            "\xa0"
                            "chunked",
                            "", ","}) {
    expect_refused(with("Transfer-Encoding: "s + value), "bad_transfer_encoding");
  }
  expect_refused(with("Transfer-Encoding: chunked\x0b"), "bad_field_value");
  expect_refused(with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"), "bad_transfer_encoding");
  expect_refused(with("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"), "bad_transfer_encoding");
}

TEST(RequestAttack, E3_AnswersAnUnknownCodingWith501) {
  for (const char* value : {"xchunked", "gzip", "identity"}) {
    expect_refused(with("Transfer-Encoding: "s + value), "unknown_transfer_coding", 501);
  }
}

TEST(RequestAttack, E3_RefusesTransferEncodingOnOneDotZero) {
  expect_refused("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "transfer_encoding_on_1_0");
}

TEST(RequestAttack, E4_RefusesDuplicateContentLength) {
  expect_refused(with("Content-Length: 5\r\nContent-Length: 6"), "duplicate_content_length");
  expect_refused(with("Content-Length: 5\r\nContent-Length: 5"), "duplicate_content_length");
  expect_refused(with("Content-Length: 5, 5"), "bad_content_length");
}

TEST(RequestAttack, E5_RefusesContentLengthThatIsNotPlainDigits) {
  for (const char* value : {"+5", "-0", "5 5", "5_0", "0x5", "", "5.0", "5,", "9223372036854775808",
                            "18446744073709551621", "99999999999999999999999999", "\xb2"}) {
    expect_refused(with("Content-Length: "s + value), "bad_content_length");
  }
}

TEST(RequestAttack, E5_ReadsLeadingZerosAsDecimal) {
  const std::string bytes = with("Content-Length: 010");
  EXPECT_EQ(request(bytes).framing.length, 10u);
  const std::string most = with("Content-Length: 9223372036854775807");
  EXPECT_EQ(request(most).framing.length, 9223372036854775807u);
}

TEST(RequestAttack, E6_RefusesWhiteSpaceAroundNamesAndFolds) {
  expect_refused(with("Content-Length : 5"), "space_before_colon");
  expect_refused(with("Content-Length\t: 5"), "space_before_colon");
  expect_refused("GET / HTTP/1.1\r\n Host: a\r\n\r\n", "line_fold");
  expect_refused("GET / HTTP/1.1\r\n\tHost: a\r\n\r\n", "line_fold");
  expect_refused(with("A: b\r\n c"), "line_fold");
}

TEST(RequestAttack, E7_RefusesEveryLineEndButCrLf) {
  expect_refused("GET / HTTP/1.1\nHost: a\r\n\r\n", "bad_line_end");
  expect_refused("GET / HTTP/1.1\r\nHost: a\n\r\n", "bad_line_end");
  expect_refused("GET / HTTP/1.1\r\nHost: a\r\n\n", "bad_line_end");
  expect_refused("GET / HTTP/1.1\r\nHost: a\r\r\n\r\n", "bad_line_end");
  expect_refused("GET / HTTP/1.1\r\nHost: a\r\n\r\r\n", "bad_line_end");
  expect_refused("GET / HTTP/1.1\r\nHost: a\n\r\n\r", "bad_line_end");
  expect_refused("GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", "bad_line_end");
  expect_refused("GET / HTTP/1.1\rHost: a\r\n\r\n", "bad_line_end");
  expect_refused("GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", "bad_line_end");
  expect_refused("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "bad_request_line");
  expect_refused("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "bad_request_line");
}

TEST(RequestAttack, E8_RefusesControlBytes) {
  for (int c = 0; c < 256; ++c) {
    const bool control = (c < 0x20 && c != '\t') || c == 0x7f;
    if (c == '\r' || c == '\n') continue;  // E7
    const std::string in_value = with("A: b"s + static_cast<char>(c) + "c");
    EXPECT_EQ(code_of(in_value), control ? "bad_field_value" : "") << c;
    const std::string late_in_value = with("A: 0123456789abcdef"s + static_cast<char>(c) + "0123456789abcdef");
    EXPECT_EQ(code_of(late_in_value), control ? "bad_field_value" : "") << c;
    const std::string in_target = "GET /a"s + static_cast<char>(c) + " HTTP/1.1\r\nHost: a\r\n\r\n";
    EXPECT_EQ(code_of(in_target), c <= 0x20 || c >= 0x7f ? "bad_request_line" : "") << c;
  }
}

TEST(RequestAttack, E8_RefusesAnyByteInANameThatIsNoTokenByte) {
  const std::string token = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  for (int c = 0; c < 256; ++c) {
    if (c == ':' || c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
    const bool allowed = token.find(static_cast<char>(c)) != token.npos;
    EXPECT_EQ(code_of(with("X-a"s + static_cast<char>(c) + "b: c")), allowed ? "" : "bad_field_name") << c;
  }
  expect_refused(with(": b"), "bad_field_name");
  expect_refused(with("no colon"), "space_before_colon");
  expect_refused(with("nocolon"), "bad_field_name");
}

TEST(RequestAttack, E11_TakesTheHostFromAnAbsoluteTarget) {
  const RequestHead head = request("GET http://inner:81/x HTTP/1.1\r\nHost: outer\r\n\r\n");
  EXPECT_EQ(head.host, "inner:81");
  EXPECT_EQ(request("GET HTTPS://inner HTTP/1.1\r\nHost: outer\r\n\r\n").host, "inner");
}

TEST(RequestAttack, E11_RefusesOtherTargets) {
  for (const char* target : {"ftp://a/", "http:/a", "http://", "http:///x", "http://u@a/", "http://a:99999/", "a/b",
                             "?q", "http://a\\b/", "**"}) {
    expect_refused("GET "s + target + " HTTP/1.1\r\nHost: a\r\n\r\n", "bad_target");
  }
}

TEST(RequestAttack, E12_RefusesAMissingOrDuplicateHost) {
  expect_refused("GET / HTTP/1.1\r\n\r\n", "missing_host");
  expect_refused("GET http://a/ HTTP/1.1\r\n\r\n", "missing_host");
  expect_refused("GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", "duplicate_host");
  expect_refused("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", "duplicate_host");
  EXPECT_EQ(request("GET / HTTP/1.0\r\n\r\n").host, "");
}

TEST(RequestAttack, E12_RefusesAnInvalidHost) {
  for (const char* host :
       {"",     "x/?",    "x#",  "x@y", "a:99999", "a:", "a:0",   "a:-1",      "a:8o",    "a b", "a,b",
        "[::1", "[::1]x", "::1", "[1]", "a..b",    ".a", "a%2eb", "a\xc3\xa9", "a:80:80", "\\",  "a:000080"}) {
    expect_refused("GET / HTTP/1.1\r\nHost: "s + host + "\r\n\r\n", "bad_host");
  }
  expect_refused("GET / HTTP/1.1\r\nHost: "s + std::string(256, 'a') + "\r\n\r\n", "bad_host");
}

TEST(RequestAttack, E13_AnswersATargetOver8KiBWith414) {
  const std::string longest = "/" + std::string(kMaxTargetBytes - 1, 'a');
  const std::string accepted = "GET " + longest + " HTTP/1.1\r\nHost: a\r\n\r\n";
  EXPECT_EQ(request(accepted).target.size(), kMaxTargetBytes);
  const Error error = error_of("GET " + longest + "a HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(error.status, 414);
  EXPECT_EQ(error.kind, ErrorKind::TooLarge);
}

TEST(RequestAttack, E13_AnswersATargetWithoutEndBeforeItsLineEnds) {
  const std::string endless = "GET /" + std::string(kMaxTargetBytes + 64, 'a');
  EXPECT_EQ(error_of(endless).status, 414);
  RequestHeadReader reader;
  std::string verdict;
  for (std::size_t seen = 0; seen <= endless.size() && verdict.empty(); seen += 7) {
    verdict = read_on(reader, std::string_view(endless).substr(0, seen));
  }
  EXPECT_TRUE(verdict.starts_with("target_too_long 414")) << verdict;
}

TEST(RequestAttack, E13_RefusesBytesOutsideAsciiInTheTarget) {
  expect_refused("GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n", "bad_request_line");
}

TEST(RequestAttack, E14_JudgesTheMethodAsAToken) {
  EXPECT_EQ(request("get / HTTP/1.1\r\nHost: a\r\n\r\n").method, "get");
  expect_refused("G@T / HTTP/1.1\r\nHost: a\r\n\r\n", "bad_request_line");
  expect_refused(" GET / HTTP/1.1\r\nHost: a\r\n\r\n", "bad_request_line");
  expect_refused("GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", "bad_request_line");
  const std::string most = std::string(kMaxMethodBytes, 'M') + " / HTTP/1.1\r\nHost: a\r\n\r\n";
  EXPECT_EQ(request(most).method.size(), kMaxMethodBytes);
  expect_refused(std::string(1024, 'M') + " / HTTP/1.1\r\nHost: a\r\n\r\n", "unknown_method", 501);
}

TEST(RequestAttack, E14_FramesTheBodyOfAGet) {
  EXPECT_EQ(request("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n").framing.length, 5u);
}

TEST(RequestAttack, E15_RefusesEveryVersionButOneDotZeroAndOneDotOne) {
  expect_refused("GET /\r\n\r\n", "bad_request_line");
  expect_refused("GET / HTTP/1.1 \r\n\r\n", "bad_request_line");
  expect_refused("GET / HTTP/1.1\0\r\nHost: a\r\n\r\n"s, "bad_request_line");
  expect_refused("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "bad_request_line");
  expect_refused("GET /  HTTP/1.1\r\nHost: a\r\n\r\n", "bad_request_line");
  expect_refused("GET / http/1.1\r\nHost: a\r\n\r\n", "bad_request_line");
  expect_refused("GET / HTTP/1.10\r\nHost: a\r\n\r\n", "bad_request_line");
  expect_refused("GET / HTTP/1\r\nHost: a\r\n\r\n", "bad_request_line");
  expect_refused("GET / HTTP/1.2\r\nHost: a\r\n\r\n", "unsupported_version", 505);
  expect_refused("GET / HTTP/9.9\r\nHost: a\r\n\r\n", "unsupported_version", 505);
  expect_refused("GET / HTTP/0.9\r\nHost: a\r\n\r\n", "unsupported_version", 505);
  expect_refused("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "unsupported_version", 505);
}

TEST(RequestAttack, E16_BoundsTheConnectionOptions) {
  std::string options = "Connection: close";
  for (std::size_t at = 1; at < 32; ++at) options += ",,x" + std::to_string(at);
  EXPECT_EQ(code_of(with(options)), "");
  expect_refused(with(options + ", one-more"), "too_many_connection_options");
}

TEST(RequestAttack, E17_RefusesFramingFieldsSpeltWithAnUnderscore) {
  expect_refused(with("Content_Length: 5"), "underscored_framing_field");
  expect_refused(with("transfer_encoding: chunked"), "underscored_framing_field");
  expect_refused(with("TRANSFER_ENCODING: chunked\r\nContent-Length: 5"), "underscored_framing_field");
  EXPECT_EQ(code_of(with("x_forwarded_for: 1")), "");
}

TEST(RequestAttack, E18_BoundsTheNumberOfFields) {
  std::string fields = "A: b";
  for (std::size_t at = 2; at < kMaxFields; ++at) fields += "\r\nA: b";
  const std::string most = with(fields);
  EXPECT_EQ(request(most).fields.size(), kMaxFields);
  expect_refused(with(fields + "\r\nA: b"), "too_many_fields", 431);
}

TEST(RequestAttack, E18_BoundsTheBytesOfAHead) {
  const std::string start = "GET / HTTP/1.1\r\nHost: a\r\nA: ";
  const std::string most = start + std::string(kMaxHeadBytes - start.size() - 4, 'x') + "\r\n\r\n";
  EXPECT_EQ(request(most).size, kMaxHeadBytes);
  const std::string over = start + std::string(kMaxHeadBytes - start.size() - 3, 'x') + "\r\n\r\n";
  EXPECT_EQ(error_of(over).status, 431);
  EXPECT_EQ(code_of(over), "head_too_large");
  EXPECT_EQ(code_of(std::string_view(over).substr(0, kMaxHeadBytes)), "head_too_large");
  EXPECT_EQ(code_of(std::string_view(over).substr(0, kMaxHeadBytes - 1)), "");
}

TEST(RequestAttack, E19_ReadsAnUpgradeAsAnOrdinaryField) {
  const std::string bytes = with("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nContent-Length: 3");
  EXPECT_EQ(request(bytes).framing.length, 3u);
}

TEST(RequestAttack, E20_LeavesTheBytesBehindAHeadToTheNext) {
  const RequestHead head = request("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /poison HTTP/1.1\r\n");
  EXPECT_EQ(head.framing.kind, BodyKind::None);
  EXPECT_EQ(head.size, 27u);
}

TEST(RequestAttack, E21_RefusesBinaryAtItsFirstByte) {
  EXPECT_EQ(code_of("\x16"), "bad_request_line");
  EXPECT_EQ(code_of("\x16\x03\x01\x02\x00\x01\x00\x01\xfc"s), "bad_request_line");
  EXPECT_EQ(code_of("\0"s), "bad_request_line");
  EXPECT_EQ(code_of("\x80"), "bad_request_line");
  expect_refused("PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "bad_request_line");
  expect_refused("\r\n\r\n\0\r\nQUIT\n"s, "bad_request_line");
}

TEST(RequestAttack, E23_RefusesNulAndLineEndsInsideValues) {
  expect_refused(with("X-User: a\0b"s), "bad_field_value");
  expect_refused(with("X-User: a\rb"), "bad_line_end");
}

}  // namespace
}  // namespace drover::http
