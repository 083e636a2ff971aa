#include "mock/server/request_reader.h"

#include <gtest/gtest.h>

namespace drover::mock {
namespace {

constexpr std::string_view kFirst = "POST /v1/x HTTP/1.1\r\nHost: m\r\nContent-Length: 5\r\n\r\nhello";
constexpr std::string_view kSecond =
    "POST /v1/y HTTP/1.1\r\nHost: m\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";

TEST(RequestReader, GivesTheSameRequestsAtEveryCut) {
  const std::string both = std::string(kFirst) + std::string(kSecond);
  for (std::size_t cut = 0; cut <= both.size(); ++cut) {
    RequestReader reader;
    ASSERT_TRUE(reader.feed(std::string_view(both).substr(0, cut)).has_value());
    ASSERT_TRUE(reader.feed(std::string_view(both).substr(cut)).has_value());
    ASSERT_TRUE(reader.complete()) << cut;
    EXPECT_EQ(reader.head().target, "/v1/x");
    EXPECT_EQ(reader.body(), "hello");
    ASSERT_TRUE(reader.next().has_value());
    ASSERT_TRUE(reader.complete()) << cut;
    EXPECT_EQ(reader.head().target, "/v1/y");
    EXPECT_EQ(reader.body(), "abc");
    ASSERT_TRUE(reader.next().has_value());
    EXPECT_TRUE(reader.idle());
  }
}

TEST(RequestReader, KnowsTheHeadBeforeTheBody) {
  RequestReader reader;
  ASSERT_TRUE(reader.feed(kFirst.substr(0, kFirst.size() - 2)).has_value());
  EXPECT_TRUE(reader.head_there());
  EXPECT_FALSE(reader.complete());
}

TEST(RequestReader, RefusesWhatIsNotHttp) {
  RequestReader reader;
  EXPECT_FALSE(reader.feed("nonsense\r\n\r\n").has_value());
}

TEST(RequestReader, RefusesABrokenBody) {
  RequestReader reader;
  EXPECT_FALSE(reader.feed("POST / HTTP/1.1\r\nHost: m\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n").has_value());
}

TEST(RequestReader, BoundsWhatIsPipelined) {
  RequestReader reader;
  ASSERT_TRUE(reader.feed(kFirst).has_value());
  EXPECT_FALSE(reader.feed(std::string(kMaxBehind + 1, 'x')).has_value());
}

}  // namespace
}  // namespace drover::mock
