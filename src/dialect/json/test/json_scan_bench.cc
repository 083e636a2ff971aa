// How fast request bodies are judged.
#include <benchmark/benchmark.h>

#include <limits>
#include <string>

#include "dialect/dialect.h"

namespace drover::dialect {
namespace {

void inspect(benchmark::State& state, const std::string& body) {
  for (auto _ : state) benchmark::DoNotOptimize(openai().inspect(Api::Chat, "application/json", body));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(body.size()));
}

std::string around(std::string_view content) {
  return R"({"model":"gpt-4o","stream":true,"messages":[{"role":"user","content":")" + std::string(content) + "\"}]}";
}

void BM_InspectSmallChat(benchmark::State& state) {
  inspect(state, around("Say hello to the world, please."));
}
BENCHMARK(BM_InspectSmallChat);

void BM_InspectLongString(benchmark::State& state) {
  inspect(state, around(std::string(20'000'000, 'x')));
}
BENCHMARK(BM_InspectLongString);

void BM_InspectProse(benchmark::State& state) {
  std::string text;
  while (text.size() < 1'000'000) text += "He said: \\\"come here\\\",\\nand then she left the room. ";
  inspect(state, around(text));
}
BENCHMARK(BM_InspectProse);

void BM_InspectThaiProse(benchmark::State& state) {
  std::string text;
  while (text.size() < 1'000'000) text += "\xE0\xB8\x81\xE0\xB8\xB2\xE0\xB9\x81\xE0\xB8\x9F ";
  inspect(state, around(text));
}
BENCHMARK(BM_InspectThaiProse);

void BM_InspectUnicodeEscapes(benchmark::State& state) {
  std::string text;
  while (text.size() < 3'000'000) text += "\\u0041";
  inspect(state, around(text));
}
BENCHMARK(BM_InspectUnicodeEscapes);

void BM_InspectManyShortMessages(benchmark::State& state) {
  std::string body = R"({"model":"m","messages":[)";
  while (body.size() < 1'000'000) body += R"({"role":"user","content":"short text"},)";
  body += "{}]}";
  inspect(state, body);
}
BENCHMARK(BM_InspectManyShortMessages);

void BM_InspectTokenIds(benchmark::State& state) {
  std::string body = R"({"model":"m","input":[)";
  while (body.size() < 1'000'000) body += "15339,1917,";
  body += "1]}";
  inspect(state, body);
}
BENCHMARK(BM_InspectTokenIds);

}  // namespace
}  // namespace drover::dialect
