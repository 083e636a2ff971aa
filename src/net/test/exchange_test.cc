// Both sides of HTTP/1.1 against each other, on loopback.
#include <gtest/gtest.h>

#include "net/test/echo_kit.h"

namespace drover::net {
namespace {

using namespace testing;

struct Pair : EchoServer {
  Pair() {
    Connected made = connect("localhost");
    EXPECT_TRUE(made) << made.error().message;
    if (made) client = std::move(*made);
  }
  std::unique_ptr<ClientConnection> client;
};

TEST(Exchange, CarriesARequestAndItsAnswer) {
  Pair pair;
  ASSERT_TRUE(pair.client);
  Result<std::string> answer = finish(pair.loop, ask(*pair.client, "hello"));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(*answer, "200 hello");
  EXPECT_TRUE(pair.client->finish());
  EXPECT_TRUE(pair.client->alive());
}

TEST(Exchange, CarriesManyRequestsOnOneConnection) {
  Pair pair;
  ASSERT_TRUE(pair.client);
  for (int round = 0; round < 1000; ++round) {
    std::string body(static_cast<std::size_t>(round), 'x');
    Result<std::string> answer = finish(pair.loop, ask(*pair.client, body));
    ASSERT_TRUE(answer) << answer.error().message;
    ASSERT_EQ(*answer, "200 " + body);
    ASSERT_TRUE(pair.client->finish());
    ASSERT_TRUE(pair.client->alive());
  }
}

TEST(Exchange, CarriesABodyFarLargerThanTheSocketBuffers) {
  Pair pair;
  ASSERT_TRUE(pair.client);
  std::string body;
  for (int at = 0; body.size() < 20'000'000; ++at) body += std::to_string(at);
  Result<std::string> answer = finish(pair.loop, ask(*pair.client, body));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->size(), body.size() + 4);
  EXPECT_EQ(answer->substr(4), body);
  EXPECT_TRUE(pair.client->finish());
}

}  // namespace
}  // namespace drover::net
