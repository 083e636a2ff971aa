// Behind the end of a stream whose upstream does not end its body: when the client has the end, and its next answer.
#include "integration/gateway_fixture.h"
#include "upstream/run/run.h"

namespace drover::test {
namespace {

using upstream::kTail;

std::string whole_stream() {
  return chunk(delta("hello")) + chunk(std::string(kFinish) + kDone);
}

/// An upstream that says a whole stream and keeps its body open; then it gives plain answers.
struct NeverEnding {
  NeverEnding() : gateway(one_provider({url_of(upstream)}, {kKeyOne})) {
    upstream.next(Say{}.bytes(kStreamHead + whole_stream()).wait_for_end());
    upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  }
  RawUpstream upstream;
  Gateway gateway;
};

TEST(BehindTheEnd, AClientOfAConnectionThatIsKeptHasTheEndAtOnce) {
  NeverEnding world;
  HttpClient client = world.gateway.client();
  const Clock::time_point began = Clock::now();
  const Answer streamed = client.post(kChat, streamed_chat());
  EXPECT_LT(Clock::now() - began, kTail) << "it waited for an upstream that says nothing";
  EXPECT_TRUE(streamed.whole());
  EXPECT_TRUE(streamed.body.ends_with(kDone));
  EXPECT_EQ(client.post(kChat, plain_chat()).status, 200) << "on the same connection";
  EXPECT_NE(world.upstream.ended_at(0), Clock::time_point{}) << "what is not over is not used again";
}

TEST(BehindTheEnd, TheNextRequestThatIsThereAlreadyIsServedAtOnce) {
  NeverEnding world;
  HttpClient client = world.gateway.client();
  const Clock::time_point began = Clock::now();
  ASSERT_TRUE(client.send_request("POST", kChat, streamed_chat()));
  ASSERT_TRUE(client.send_request("POST", kChat, plain_chat()));
  EXPECT_TRUE(client.read_answer().body.ends_with(kDone));
  const Answer next = client.read_answer();
  EXPECT_EQ(next.status, 200);
  EXPECT_EQ(next.body, kPlainAnswer);
  EXPECT_LT(Clock::now() - began, kTail);
}

TEST(BehindTheEnd, ARequestThatComesBeforeTheBodyEndsIsServedAtOnce) {
  NeverEnding world;
  HttpClient client = world.gateway.client();
  const Clock::time_point began = Clock::now();
  ASSERT_TRUE(client.send_request("POST", kChat, streamed_chat()));
  ASSERT_EQ(client.read_head().status, 200);
  for (auto event = client.next_event(); event && event->data() != "[DONE]"; event = client.next_event()) {
  }
  ASSERT_TRUE(client.send_request("POST", kChat, plain_chat()));
  while (client.next_event()) {
  }
  EXPECT_EQ(client.body_end(), BodyEnd::Whole);
  EXPECT_EQ(client.read_answer().body, kPlainAnswer);
  EXPECT_LT(Clock::now() - began, kTail);
}

}  // namespace
}  // namespace drover::test
