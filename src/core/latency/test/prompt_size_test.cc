#include "core/latency/prompt_size.h"

#include <gtest/gtest.h>

#include <limits>

namespace drover::core {
namespace {

using namespace std::chrono_literals;

std::size_t size_of(std::int64_t tokens) {
  return PromptSize(Tokens{tokens}).index();
}

TEST(PromptSize, DoublesFromClassToClass) {
  EXPECT_EQ(size_of(0), 0U);
  EXPECT_EQ(size_of(8192), 0U);
  EXPECT_EQ(size_of(8193), 1U);
  EXPECT_EQ(size_of(16'384), 1U);
  EXPECT_EQ(size_of(16'385), 2U);
  EXPECT_EQ(size_of(200'000), 5U);
  EXPECT_EQ(size_of(std::numeric_limits<std::int64_t>::max()), kPromptClasses - 1);
  EXPECT_EQ(size_of(std::numeric_limits<std::int64_t>::min()), 0U);
}

TEST(PromptSize, ScalesThereAndBackAndKeepsWhatHasNoLimit) {
  const PromptSize size(Tokens{30'000});
  EXPECT_EQ(size.scaled(2s), 8s);
  EXPECT_EQ(size.unscaled(8s), 2s);
  EXPECT_EQ(size.scaled(kNoLimit), kNoLimit);
  EXPECT_EQ(PromptSize().scaled(2s), 2s);
}

}  // namespace
}  // namespace drover::core
