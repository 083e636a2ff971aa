// What reading one event of a stream costs.
#include <benchmark/benchmark.h>

#include "dialect/dialect.h"

namespace drover::dialect {
namespace {

void read(benchmark::State& state, Api api, std::string_view name, std::string_view data) {
  AnswerState answer;
  answer.content_seen = true;
  Error failure;
  const http::SseEvent event{.bytes = data, .name = name, .data = data, .data_lines = 1};
  for (auto _ : state) benchmark::DoNotOptimize(openai().read_event(api, event, answer, failure));
}

void BM_ChatContentChunk(benchmark::State& state) {
  read(state, Api::Chat, "",
       R"({"id":"chatcmpl-BHkLmNoPqRsTuVwXyZ012345678","object":"chat.completion.chunk","created":1755780000,)"
       R"("model":"gpt-4o-2024-08-06","service_tier":"default","system_fingerprint":"fp_0123456789",)"
       R"("choices":[{"index":0,"delta":{"content":" world"},"logprobs":null,"finish_reason":null}],"usage":null,)"
       R"("obfuscation":"aBcDeFgHiJ"})");
}
BENCHMARK(BM_ChatContentChunk);

void BM_ChatUsageChunk(benchmark::State& state) {
  read(state, Api::Chat, "",
       R"({"id":"chatcmpl-1","object":"chat.completion.chunk","choices":[],"usage":{"prompt_tokens":9,)"
       R"("completion_tokens":12,"total_tokens":21,"prompt_tokens_details":{"cached_tokens":4}}})");
}
BENCHMARK(BM_ChatUsageChunk);

void BM_ResponsesDelta(benchmark::State& state) {
  read(
      state, Api::Responses, "response.output_text.delta",
      R"({"type":"response.output_text.delta","sequence_number":7,"item_id":"msg_1","output_index":0,"delta":" world"})");
}
BENCHMARK(BM_ResponsesDelta);

}  // namespace
}  // namespace drover::dialect
