#include "gateway/access/loop_guard.h"

#include <gtest/gtest.h>

namespace drover::gateway {
namespace {

http::Fields via(std::string_view value) {
  http::Fields fields;
  EXPECT_TRUE(fields.push_back({"X-Drover-Via", value}));
  return fields;
}

/// The value of the line that was added for a request with this one; empty when it was refused.
std::string passed(const LoopGuard& guard, const http::Fields& fields) {
  std::string lines;
  if (!guard.pass(fields, lines)) return {};
  EXPECT_TRUE(lines.starts_with("x-drover-via: "));
  EXPECT_TRUE(lines.ends_with("\r\n"));
  return lines.substr(14, lines.size() - 16);
}

TEST(LoopGuard, E24_RefusesARequestThatComesBack) {
  const LoopGuard first, second;
  const std::string once = passed(first, {});
  const std::string twice = passed(second, via(once));
  EXPECT_TRUE(twice.starts_with(once + ", "));
  std::string lines;
  const auto back = first.pass(via(twice), lines);
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().status, 508);
}

TEST(LoopGuard, BoundsTheGatewaysOnTheWay) {
  std::string marks = passed(LoopGuard(), {});
  for (std::size_t gateways = 1; gateways < LoopGuard::kMaxGateways; ++gateways) {
    marks = passed(LoopGuard(), via(marks));
    ASSERT_NE(marks, "");
  }
  EXPECT_EQ(passed(LoopGuard(), via(marks)), "");
}

TEST(LoopGuard, DropsWhatIsNoListOfMarks) {
  for (const char* junk : {"", "evil", "0123456789abcdeg", "0123456789abcdef0", ",,,,,,,,,,,,,,"}) {
    EXPECT_EQ(passed(LoopGuard(), via(junk)).size(), 16U) << junk;
  }
}

}  // namespace
}  // namespace drover::gateway
