#include "demo/account/gateway_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace drover::demo {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(GatewayBook, ReadsOneLinePerRequestWithItsAttempts) {
  const auto lines = read_access_log(
      "{\"id\":\"demo-000007\",\"attempts\":[{\"target\":\"key-5/1\",\"class\":\"rate_limited\",\"status\":429},"
      "{\"target\":\"key-1/1\",\"class\":\"ok\",\"status\":200}]}\n");
  ASSERT_TRUE(lines);
  ASSERT_THAT(*lines, SizeIs(1));
  EXPECT_EQ(lines->front().request, 7U);
  ASSERT_THAT(lines->front().attempts, SizeIs(2));
  EXPECT_EQ(lines->front().attempts[0].key, 4U);
  EXPECT_EQ(lines->front().attempts[0].outcome, "rate_limited");
  EXPECT_EQ(lines->front().attempts[1].status, 200);
}

TEST(GatewayBook, LeavesOutTheRequestsOfOthers) {
  const auto lines = read_access_log("{\"id\":\"req_1\",\"attempts\":[]}\n");
  ASSERT_TRUE(lines);
  EXPECT_THAT(*lines, IsEmpty());
}

TEST(GatewayBook, NamesTheLineThatIsNoRecord) {
  const std::string good = "{\"id\":\"demo-000007\",\"attempts\":[]}\n";
  for (const std::string bad : {"{", "[]", "{\"id\":\"demo-1\"}", "{\"id\":\"demo-1\",\"attempts\":[1]}",
                                "{\"id\":\"demo-1\",\"attempts\":[{\"target\":\"other/1\",\"class\":\"ok\"}]}",
                                "{\"id\":\"demo-1\",\"attempts\":[{\"target\":\"key-1/1\"}]}"}) {
    const auto lines = read_access_log(good + bad);
    ASSERT_FALSE(lines) << bad;
    EXPECT_THAT(lines.error().message, HasSubstr("line 2")) << bad;
  }
}

}  // namespace
}  // namespace drover::demo
