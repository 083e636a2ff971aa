// The three ways to call, against the mock.
#include <future>
#include <thread>

#include "library/library_fixture.h"

namespace drover::test {
namespace {

using ::testing::HasSubstr;

TEST(Client, AnswersHello) {
  MockProvider mock;
  lib::Client client = lib::Client::create(options_of({mock.url()})).value();
  const lib::ChatReply reply = client.chat("hello").value();
  EXPECT_FALSE(reply.text.empty());
  EXPECT_EQ(reply.finish_reason, "stop");
  EXPECT_EQ(reply.origin.status, 200);
  EXPECT_EQ(reply.origin.attempts, 1);
  EXPECT_EQ(reply.origin.target, "one/1");
  EXPECT_TRUE(reply.usage.known);
  EXPECT_EQ(reply.json, mock.last().body);
}

TEST(Client, ReadsTheGatewaysFile) {
  MockProvider mock;
  lib::Client client = client_of(one_provider({mock.url()}, {kKeyOne}));
  EXPECT_TRUE(client.chat(hello()));
}

TEST(Client, IsAskedByManyThreadsAtOnce) {
  MockProvider mock;
  lib::Options options = options_of({mock.url()});
  options.threads = 2;
  lib::Client client = lib::Client::create(options).value();
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&] {
      for (int call = 0; call < 25; ++call) good += client.chat("hello").ok() ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 200);
  EXPECT_EQ(client.status().in_flight, 0U);
}

TEST(Client, GivesAFuture) {
  MockProvider mock;
  lib::Client client = lib::Client::create(options_of({mock.url()})).value();
  std::future<lib::Result<lib::ChatReply>> first = client.chat_async("hello");
  std::future<lib::Result<lib::ChatReply>> second = client.chat_async("hello");
  EXPECT_FALSE(first.get().value().text.empty());
  EXPECT_FALSE(second.get().value().text.empty());
}

TEST(Client, CallsBackOnce) {
  MockProvider mock;
  lib::Client client = lib::Client::create(options_of({mock.url()})).value();
  std::promise<std::string> said;
  client.chat("hello", [&said](lib::Result<lib::ChatReply> reply) { said.set_value(reply.value().text); });
  EXPECT_FALSE(said.get_future().get().empty());
}

TEST(Client, StreamsARangeOfEvents) {
  MockProvider mock;
  lib::Client client = lib::Client::create(options_of({mock.url()})).value();
  lib::ChatStream stream = client.stream("hello");
  std::string text;
  std::string reason;
  for (const lib::ChatEvent& event : stream) {
    text += event.text;
    if (!event.finish_reason.empty()) reason = event.finish_reason;
  }
  EXPECT_EQ(stream.error(), nullptr);
  EXPECT_EQ(reason, "stop");
  EXPECT_FALSE(text.empty());
  EXPECT_EQ(stream.origin().target, "one/1");
}

TEST(Client, ReturnsEmbeddings) {
  MockProvider mock;
  lib::Client client = lib::Client::create(options_of({mock.url()})).value();
  lib::EmbeddingsRequest request({"one", "two"});
  request.model = "text-embedding-3-small";
  const lib::Embeddings embeddings = client.embed(request).value();
  ASSERT_EQ(embeddings.vectors.size(), 2U);
  EXPECT_FALSE(embeddings.vectors[0].empty());
  EXPECT_EQ(embeddings.vectors[0].size(), embeddings.vectors[1].size());
}

TEST(Client, PostsAnyJsonUntouched) {
  MockProvider mock;
  lib::Client client = lib::Client::create(options_of({mock.url()})).value();
  const std::string body = R"({"model":"gpt-4o","input":"hi","odd":[1,{"two":null}]})";
  const lib::Answer answer = client.post("/v1/responses", body).value();
  EXPECT_THAT(answer.body, HasSubstr("\"response\""));
  EXPECT_EQ(mock.last().request_body, body);
}

TEST(Client, E9_AStreamThatNobodyReadsIsEndedByStreamMaxAndFreesItsPlace) {
  RawUpstream upstream;
  // More than a reader may be behind, so that the upstream is no longer read.
  upstream.always(Say{}.bytes(kStreamHead + chunk(delta(std::string(2 << 20, 's')))).wait_for_end());
  lib::Options options = options_of({url_of(upstream)});
  options.timeouts.stream_max = "300ms";
  lib::Client client = lib::Client::create(options).value();
  const auto began = Clock::now();
  lib::ChatStream stream = client.stream(hello());
  EXPECT_NE(upstream.ended_at(0), Clock::time_point{});
  while (client.status().in_flight > 0 && Clock::now() - began < kPatience) {
  }
  EXPECT_EQ(client.status().in_flight, 0U);
  EXPECT_LT(Clock::now() - began, kPatience / 2);
  while (stream.next()) {
  }
  ASSERT_NE(stream.error(), nullptr);
  EXPECT_EQ(stream.error()->code, "stream_max");
}

}  // namespace
}  // namespace drover::test
