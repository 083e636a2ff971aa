// The whole demonstration, short and at a low rate.
#include "demo/demo.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "demo/descriptors.h"

namespace drover::demo {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;

TEST(Demo, NoClientSeesTheKeyThatFallsIllInEveryWayNorAllKeysDown) {
  std::ostringstream printed;
  const Result<Summary> summary = run({.rate = 100, .seconds = 20}, printed);
  ASSERT_TRUE(summary) << summary.error().message;
  std::vector<std::string> complaints = summary->complaints;
  // The speed of this machine is not what is tested.
  std::erase_if(complaints, [](const std::string& complaint) { return complaint.starts_with("the load was not"); });
  EXPECT_THAT(complaints, IsEmpty()) << printed.str();
  EXPECT_TRUE(summary->ledger.agrees());
  EXPECT_GT(summary->ledger.reached, summary->due);
  EXPECT_THAT(summary->failovers, Contains(Key("rate_limited")));
  EXPECT_GT(summary->translated, 0U);
  EXPECT_THAT(printed.str(), HasSubstr("key-5 hangs"));
}

TEST(Demo, SaysWhichOptionCannotBe) {
  std::ostringstream printed;
  const Result<Summary> summary = run({.rate = 0}, printed);
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().kind, ErrorKind::BadConfig);
}

TEST(Demo, SaysWhenTheSystemAllowsTooFewFiles) {
  const Result<void> room = raise_descriptor_limit(std::uint64_t{1} << 40);
  // Without a limit there is no message.
  const std::string said = room ? "raise it (ulimit -Hn) or take a smaller --rate" : room.error().message;
  EXPECT_THAT(said, HasSubstr("raise it (ulimit -Hn) or take a smaller --rate"));
  EXPECT_TRUE(raise_descriptor_limit(16));
}

}  // namespace
}  // namespace drover::demo
