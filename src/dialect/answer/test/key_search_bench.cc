// What the search for the key costs an answer that does not hold it: one event of a stream, and a plain answer.
#include <benchmark/benchmark.h>

#include <string>

#include "dialect/answer/key_search.h"

namespace drover::dialect {
namespace {

constexpr std::string_view kKey = "sk-proj-Zx81QqLmNopRstUvWx4321aBcDeFgHiJkLmNoPqRsT";
constexpr std::string_view kEvent =
    R"(data: {"id":"chatcmpl-9x","object":"chat.completion.chunk","created":1700000000,"model":"gpt-4o","choices":[{"index":0,"delta":{"content":" word\n"},"finish_reason":null}]})"
    "\n\n";

void event(benchmark::State& state) {
  const KeySearch search(kKey);
  for (auto _ : state) benchmark::DoNotOptimize(search.clean(kEvent));
}
BENCHMARK(event);

void plain_answer(benchmark::State& state) {
  const KeySearch search(kKey);
  std::string text;
  while (text.size() < 4096) text += kEvent;
  for (auto _ : state) benchmark::DoNotOptimize(search.clean(text));
}
BENCHMARK(plain_answer);

}  // namespace
}  // namespace drover::dialect
