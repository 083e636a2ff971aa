#include "base/glob.h"

#include <gtest/gtest.h>

namespace drover {
namespace {

TEST(Glob, TakesEveryNameThatBeginsAsItDoes) {
  EXPECT_TRUE(takes_name("claude-*", "claude-opus-4-8"));
  EXPECT_TRUE(takes_name("claude-*", "claude-"));
  EXPECT_TRUE(takes_name("*", "anything"));
  EXPECT_FALSE(takes_name("claude-*", "Claude-opus"));
  EXPECT_FALSE(takes_name("claude-*", "claude"));
  EXPECT_FALSE(takes_name("gpt-4o", "gpt-4o-mini"));
}

TEST(Glob, HasItsStarAtTheEndAndOnlyThere) {
  for (const char* right : {"*", "a*", "org/*", "plain", ""}) EXPECT_FALSE(misplaced_star(right)) << right;
  for (const char* wrong : {"**", "*a", "a*b", "a**", "*/b", "a*b*"}) EXPECT_TRUE(misplaced_star(wrong)) << wrong;
}

TEST(Glob, OverlapsWhereSomeNameIsTakenByBoth) {
  EXPECT_TRUE(overlap("claude-*", "claude-sonnet-*"));
  EXPECT_TRUE(overlap("claude-sonnet-*", "claude-*"));
  EXPECT_TRUE(overlap("claude-*", "claude-x"));
  EXPECT_TRUE(overlap("claude-x", "*"));
  EXPECT_TRUE(overlap("x", "x"));
  EXPECT_FALSE(overlap("claude-*", "gpt-*"));
  EXPECT_FALSE(overlap("claude-x", "claude-y"));
}

}  // namespace
}  // namespace drover
