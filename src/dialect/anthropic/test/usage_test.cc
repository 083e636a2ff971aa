#include "dialect/anthropic/usage.h"

#include <gtest/gtest.h>

#include "dialect/answer/token_count.h"

namespace drover::dialect::anthropic_detail {
namespace {

Usage read(std::string_view raw, Usage usage = {}) {
  read_usage(raw, usage);
  return usage;
}

TEST(AnthropicUsage, AddsWhatTheCacheTookAndGaveToTheInput) {
  const Usage usage = read(
      R"({"input_tokens":10,"cache_creation_input_tokens":20,"cache_read_input_tokens":300,"output_tokens":4,)"
      R"("cache_creation":{"ephemeral_5m_input_tokens":20,"ephemeral_1h_input_tokens":0},"service_tier":"standard"})");
  EXPECT_TRUE(usage.known);
  EXPECT_EQ(usage.input_tokens, 330);
  EXPECT_EQ(usage.cached_tokens, 300);
  EXPECT_EQ(usage.cache_write_tokens, 20);
  EXPECT_EQ(usage.output_tokens, 4);
}

TEST(AnthropicUsage, TellsWhatIsCachedForAnHourAndTheTier) {
  const Usage usage = read(
      R"({"input_tokens":10,"cache_creation_input_tokens":20,"output_tokens":4,)"
      R"("cache_creation":{"ephemeral_5m_input_tokens":5,"ephemeral_1h_input_tokens":15},"service_tier":"priority"})");
  EXPECT_EQ(usage.cache_write_tokens, 20);
  EXPECT_EQ(usage.cache_write_1h_tokens, 15);
  EXPECT_EQ(usage.tier, ServiceTier::Priority);
}

TEST(AnthropicUsage, KeepsTheInputWhereALaterEventSaysTheOutputOnly) {
  const Usage begun = read(R"({"input_tokens":10,"cache_read_input_tokens":5,"output_tokens":1})");
  const Usage ended = read(R"({"output_tokens":40})", begun);
  EXPECT_EQ(ended.input_tokens, 15);
  EXPECT_EQ(ended.cached_tokens, 5);
  EXPECT_EQ(ended.output_tokens, 40);
}

TEST(AnthropicUsage, TakesCorrectedTotalsInsteadOfAddingThem) {
  const Usage begun = read(R"({"input_tokens":10,"cache_read_input_tokens":5,"output_tokens":1})");
  const Usage ended = read(R"({"input_tokens":12,"cache_read_input_tokens":6,"output_tokens":7})", begun);
  EXPECT_EQ(ended.input_tokens, 18);
  EXPECT_EQ(ended.output_tokens, 7);
}

TEST(AnthropicUsage, C17_AbsurdNumbersStayBelievable) {
  const Usage usage =
      read(R"({"input_tokens":99999999999999999999,"cache_read_input_tokens":99999999999999,"output_tokens":-5})");
  EXPECT_EQ(usage.input_tokens, kMaxTokensBelieved);
  EXPECT_EQ(usage.output_tokens, 0);
}

TEST(AnthropicUsage, IsUnknownWithoutANumberOfItsOwn) {
  for (const std::string_view raw : {"", "null", "[]", "{}", R"({"input_tokens":null})", R"({"other":3})"}) {
    EXPECT_FALSE(read(raw).known) << raw;
  }
}

}  // namespace
}  // namespace drover::dialect::anthropic_detail
