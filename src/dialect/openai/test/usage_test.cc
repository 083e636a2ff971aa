#include "dialect/openai/usage.h"

#include <gtest/gtest.h>

#include "dialect/dialect.h"
#include "dialect/openai/events.h"

namespace drover::dialect::openai_detail {
namespace {

Usage read(std::string_view raw, Usage usage = {}) {
  read_usage(raw, usage);
  return usage;
}

TEST(OpenAiUsage, TellsThePartsThatHavePricesOfTheirOwn) {
  const Usage usage = read(R"({"prompt_tokens":100,"completion_tokens":50,"total_tokens":150,)"
                           R"("prompt_tokens_details":{"cached_tokens":40,"audio_tokens":7,"cache_write_tokens":9},)"
                           R"("completion_tokens_details":{"reasoning_tokens":30,"audio_tokens":5}})");
  EXPECT_TRUE(usage.known);
  EXPECT_EQ(usage.input_tokens, 100);
  EXPECT_EQ(usage.cached_tokens, 40);
  EXPECT_EQ(usage.cache_write_tokens, 9);
  EXPECT_EQ(usage.audio_input_tokens, 7);
  EXPECT_EQ(usage.output_tokens, 50);
  EXPECT_EQ(usage.reasoning_tokens, 30);
  EXPECT_EQ(usage.audio_output_tokens, 5);
  EXPECT_EQ(usage.cost_nano_usd, -1);
}

TEST(OpenAiUsage, TakesTheProvidersOwnCost) {
  EXPECT_EQ(read(R"({"prompt_tokens":1,"completion_tokens":1,"cost":0.00095})").cost_nano_usd, 950'000);
  EXPECT_EQ(read(R"({"prompt_tokens":1,"completion_tokens":1,"cost":"free"})").cost_nano_usd, -1);
}

TEST(OpenAiUsage, BelievesNoNumberOfTokensThatCannotBe) {
  const Usage usage = read(
      R"({"prompt_tokens":99999999999999999999,"completion_tokens":-5,"completion_tokens_details":{"reasoning_tokens":-1}})");
  EXPECT_EQ(usage.input_tokens, 1'000'000'000);
  EXPECT_EQ(usage.output_tokens, 0);
  EXPECT_EQ(usage.reasoning_tokens, 0);
}

TEST(OpenAiUsage, KeepsTheTierThatAnEarlierChunkNamed) {
  AnswerState state;
  Error failure;
  const auto chunk = [&](std::string_view data) {
    const http::SseEvent event{.bytes = data, .name = {}, .data = data, .data_lines = 1};
    return read_event(Api::Chat, event, state, failure);
  };
  (void)chunk(R"({"service_tier":"flex","choices":[{"index":0,"delta":{"role":"assistant"}}]})");
  EXPECT_EQ(chunk(R"({"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":1}})"), EventKind::Usage);
  EXPECT_EQ(state.usage.tier, ServiceTier::Flex);
  EXPECT_EQ(state.usage.input_tokens, 3);
}

}  // namespace
}  // namespace drover::dialect::openai_detail
