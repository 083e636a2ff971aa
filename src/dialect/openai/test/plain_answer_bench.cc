// What judging a plain answer costs before it is passed on.
#include <benchmark/benchmark.h>

#include <string>

#include "dialect/dialect.h"

namespace drover::dialect {
namespace {

std::string padded(std::string text) {
  text.reserve(text.size() + kPadding);
  return text;
}

void read_plain_answer(benchmark::State& state) {
  const std::string body = padded(
      R"({"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"gpt-4o","choices":[{"index":0,"message":)"
      R"({"role":"assistant","content":")" +
      std::string(500, 'x') +
      R"("},"finish_reason":"stop"}],"usage":{"prompt_tokens":50,"completion_tokens":100,"total_tokens":150}})");
  for (auto _ : state) {
    AnswerState answer;
    benchmark::DoNotOptimize(openai().read_plain(Api::Chat, body, answer));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}
BENCHMARK(read_plain_answer);

}  // namespace
}  // namespace drover::dialect
