// The test client and the scripted upstream against each other, so that the test tools are tested too.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/http_client.h"
#include "support/raw_upstream.h"

namespace drover::test {
namespace {

using ::testing::ElementsAre;

HttpClient client_of(const RawUpstream& upstream) {
  return {"127.0.0.1", upstream.port()};
}

Answer answer_to(std::string bytes) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(std::move(bytes)).close());
  return client_of(upstream).post("/", "{}");
}

TEST(HttpClient, ReadsALengthAndLeavesTheConnectionOpen) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A:  b \r\n\r\nok"));
  HttpClient client = client_of(upstream);
  const Answer first = client.post("/one", "{}");
  EXPECT_EQ(first.body, "ok");
  EXPECT_EQ(first.field("x-a"), "b");
  EXPECT_TRUE(client.post("/two", "{}").whole());
  EXPECT_EQ(upstream.connections(), 1U);
}

TEST(HttpClient, ReadsChunksCutAnywhere) {
  constexpr const char* kBytes =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA\r\n, gateways\r\n0\r\n\r\n";
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    RawUpstream upstream;
    upstream.next(Say{}.bytes_cut_at_random(kBytes, seed, 4));
    const Answer answer = client_of(upstream).post("/", "{}");
    EXPECT_EQ(answer.body, "hello, gateways");
    EXPECT_TRUE(answer.whole());
  }
}

TEST(HttpClient, SaysHowABodyEnded) {
  EXPECT_EQ(answer_to("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok").end, BodyEnd::Truncated);
  EXPECT_EQ(answer_to("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel").end, BodyEnd::Truncated);
  EXPECT_EQ(answer_to("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n").end, BodyEnd::Malformed);
  EXPECT_EQ(answer_to("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nokXX").end, BodyEnd::Malformed);
  EXPECT_EQ(answer_to("HTTP/1.1 200 OK\r\n\r\nok").end, BodyEnd::Whole);
  EXPECT_EQ(answer_to("garbage\r\n\r\n").status, 0);
}

TEST(HttpClient, SkipsInterimAnswers) {
  EXPECT_EQ(answer_to("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n").status, 204);
}

TEST(HttpClient, GivesEventsAsTheyBecomeWhole) {
  RawUpstream upstream;
  upstream.always(Say{}
                      .bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                      .bytes("10\r\ndata: a\ndata: b\n\r\n")
                      .bytes("1\r\n\n\r\n")
                      .wait_for_go_on()
                      .bytes("17\r\n: x\r\n\r\nevent:e\ndata:c\n\n\r\n0\r\n\r\n"));
  HttpClient client = client_of(upstream);
  ASSERT_TRUE(client.send_request("POST", "/", "{}"));
  ASSERT_EQ(client.read_head().status, 200);
  const std::optional<Event> first = client.next_event();
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->data(), "a\nb");
  upstream.go_on();
  EXPECT_TRUE(client.next_event()->is_comment());
  const std::optional<Event> last = client.next_event();
  ASSERT_TRUE(last.has_value());
  EXPECT_EQ(last->name(), "e");
  EXPECT_EQ(last->data(), "c");
  EXPECT_FALSE(client.next_event().has_value());
  EXPECT_EQ(client.body_end(), BodyEnd::Whole);
}

TEST(RawUpstream, KeepsWhatItHeard) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  HttpClient client = client_of(upstream);
  client.post("/v1/a", "body", {{"X-Two", "2"}});
  client.send_request("POST", "/v1/b", "3\r\nabc\r\n0\r\n\r\n", {{"Transfer-Encoding", "chunked"}});
  EXPECT_TRUE(client.read_answer().whole());
  const std::vector<HeardRequest> heard = upstream.heard();
  ASSERT_EQ(heard.size(), 2U);
  EXPECT_TRUE(heard[0].head.starts_with("POST /v1/a HTTP/1.1\r\n"));
  EXPECT_EQ(heard[0].field("x-two"), "2");
  EXPECT_EQ(heard[0].body, "body");
  EXPECT_EQ(heard[1].body, "abc");
}

TEST(RawUpstream, FollowsItsScriptRequestByRequest) {
  RawUpstream upstream;
  upstream.next(Say{}.reset());
  upstream.next(Say{}.close());
  upstream.always(Say{}.bytes("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_EQ(client_of(upstream).post("/", "{}").end, BodyEnd::Reset);
  EXPECT_EQ(client_of(upstream).post("/", "{}").end, BodyEnd::Truncated);
  EXPECT_EQ(client_of(upstream).post("/", "{}").status, 200);
}

TEST(RawUpstream, SaysWhenThePeerLeft) {
  RawUpstream upstream;
  upstream.always(Say{}.wait_for_end());
  HttpClient client = client_of(upstream);
  ASSERT_TRUE(client.send_request("POST", "/", "{}"));
  ASSERT_TRUE(upstream.wait_for_requests(1));
  const Clock::time_point left = Clock::now();
  client.socket().close();
  EXPECT_GE(upstream.ended_at(0), left);
}

TEST(RawUpstream, CanSpeakBeforeItIsAsked) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst").close().before_reading());
  HttpClient client = client_of(upstream);
  EXPECT_EQ(client.read_answer().body, "first");
}

}  // namespace
}  // namespace drover::test
