// The cost of a cost, of finding a model's prices, and of reading the table that is built in.
#include <benchmark/benchmark.h>

#include "money/price_table.h"

namespace drover::money {
namespace {

void CostOfARequest(benchmark::State& state) {
  const PriceTable table = PriceTable::builtin();
  const ModelPrices prices = *table.find("gemini", "gemini-2.5-pro")->prices;
  Usage usage{.tokens = {.input_uncached = 1000, .cache_read = 5000, .output = 300, .reasoning = 100}};
  for (auto _ : state) {
    ++usage.tokens.input_uncached;
    benchmark::DoNotOptimize(cost_of(prices, usage, Tier::Standard));
  }
}
BENCHMARK(CostOfARequest);

void FindModel(benchmark::State& state) {
  const PriceTable table = PriceTable::builtin();
  for (auto _ : state) benchmark::DoNotOptimize(table.find("anthropic", "claude-sonnet-4-5-20991231"));
}
BENCHMARK(FindModel);

void ReadBuiltinTable(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(PriceTable::builtin());
}
BENCHMARK(ReadBuiltinTable)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace drover::money
