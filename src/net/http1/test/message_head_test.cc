#include "net/http1/message_head.h"

#include <gtest/gtest.h>

namespace drover::net {
namespace {

using http::BodyKind;

std::string answer(AnswerStart start, Asked asked, AnswerPlan* plan = nullptr) {
  std::string out;
  AnswerPlan made = write_answer_head(start, asked, out);
  if (plan != nullptr) *plan = made;
  return out;
}

TEST(AnswerHead, SaysTheLength) {
  EXPECT_EQ(answer({.status = 200, .fields = "A: b\r\n", .framing = {BodyKind::Length, 12}}, {}),
            "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 12\r\n\r\n");
}

TEST(AnswerHead, SaysThatAnAnswerWithoutBodyIsEmpty) {
  EXPECT_EQ(answer({.status = 400}, {}), "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
}

TEST(AnswerHead, SaysNoLengthFor204) {
  AnswerPlan plan;
  EXPECT_EQ(answer({.status = 204, .framing = {BodyKind::Length, 5}}, {}, &plan), "HTTP/1.1 204 No Content\r\n\r\n");
  EXPECT_FALSE(plan.has_body);
}

TEST(AnswerHead, AnnouncesButDoesNotSendABodyForHead) {
  AnswerPlan plan;
  EXPECT_EQ(answer({.status = 200, .framing = {BodyKind::Length, 5}}, {.head = true}, &plan),
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
  EXPECT_FALSE(plan.has_body);
}

TEST(AnswerHead, D8_EndsAChunkedAnswerToHttp10ByClosing) {
  AnswerPlan plan;
  std::string head =
      answer({.framing = {BodyKind::Chunked}}, {.version = http::Version::Http10, .keep_alive = true}, &plan);
  EXPECT_EQ(head, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(plan.framing, BodyKind::UntilClose);
  EXPECT_TRUE(plan.close);
}

TEST(AnswerHead, TellsAnHttp10ClientThatTheConnectionStays) {
  EXPECT_EQ(answer({.framing = {BodyKind::Length, 1}}, {.version = http::Version::Http10, .keep_alive = true}),
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: keep-alive\r\n\r\n");
}

TEST(AnswerHead, SaysCloseWhenEitherSideWantsIt) {
  EXPECT_NE(answer({.close = true}, {}).find("Connection: close\r\n"), std::string::npos);
  EXPECT_NE(answer({}, {.keep_alive = false}).find("Connection: close\r\n"), std::string::npos);
}

TEST(AnswerHead, LeavesTheReasonOfAnUnknownStatusEmpty) {
  EXPECT_TRUE(answer({.status = 529}, {}).starts_with("HTTP/1.1 529 \r\n"));
}

TEST(RequestHead, HasHostLengthAndTheCallersFields) {
  std::string out;
  write_request_head(
      {.method = "POST", .path = "/v1/x?y", .authority = "h:1", .fields = "A: b\r\n", .framing = {BodyKind::Length, 0}},
      out);
  EXPECT_EQ(out, "POST /v1/x?y HTTP/1.1\r\nHost: h:1\r\nA: b\r\nContent-Length: 0\r\n\r\n");
}

TEST(RequestHead, SaysNoLengthWithoutABody) {
  std::string out;
  write_request_head({.method = "GET", .path = "/", .authority = "h"}, out);
  EXPECT_EQ(out, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
}

}  // namespace
}  // namespace drover::net
