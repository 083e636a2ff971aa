// A book of a million keys: how long it takes to fill, how much memory it takes, how long a lookup and a change take.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <string>

#include "base/sha256.h"
#include "directory/key_book.h"

namespace drover::directory {
namespace {

constexpr int kKeys = 1'000'000;
/// As many keys as are put at once when a book is filled: each batch builds all shards again.
constexpr int kBatch = 50'000;
constexpr WallTime kNow = std::chrono::sys_days(std::chrono::year(2026) / 5 / 17);

Key bench_key(int number) {
  const std::string digits = std::to_string(number);
  Key key{.id = "key_" + std::string(16 - digits.size(), '0') + digits,
          .name = "key " + digits,
          .principal = "acme/team" + std::to_string(number % 5'000),
          .digest = sha256(digits),
          .shown = {}};
  key.limits = {{.unit = Unit::Usd, .amount = (number % 50) * 1'000'000'000LL}};
  key.tags = {"tag" + std::to_string(number % 20)};
  return key;
}

double megabytes_used() {
  const auto heap = mallinfo2();
  return static_cast<double>(heap.uordblks + heap.hblkhd) / 1e6;
}

/// Filled once, in batches as they come from a database.
KeyBook& full_book() {
  static KeyBook book;
  for (int begin = static_cast<int>(book.size()); begin < kKeys; begin += kBatch) {
    std::vector<Key> batch;
    for (int at = begin; at < begin + kBatch; ++at) batch.push_back(bench_key(at));
    (void)book.put(batch);
  }
  return book;
}

void FillWithAMillionKeys(benchmark::State& state) {
  for (auto _ : state) {
    const double before = megabytes_used();
    benchmark::DoNotOptimize(full_book());
    state.counters["MB"] = megabytes_used() - before;
  }
}
BENCHMARK(FillWithAMillionKeys)->Iterations(1)->Unit(benchmark::kMillisecond);

void FindOneOfAMillion(benchmark::State& state) {
  const KeyBook& book = full_book();
  std::vector<Digest> digests;
  for (int at = 0; at < 4096; ++at) digests.push_back(sha256(std::to_string((at * 7919LL) % kKeys)));
  std::size_t at = 0;
  for (auto _ : state) benchmark::DoNotOptimize(book.find(digests[++at % digests.size()], kNow));
}
BENCHMARK(FindOneOfAMillion)->Threads(1)->Threads(2);

void FindTheSameKey(benchmark::State& state) {
  const KeyBook& book = full_book();
  const Digest digest = sha256("77");
  for (auto _ : state) benchmark::DoNotOptimize(book.find(digest, kNow));
}
BENCHMARK(FindTheSameKey)->Threads(1)->Threads(2);

void ChangeOneOfAMillion(benchmark::State& state) {
  KeyBook& book = full_book();
  int at = 0;
  for (auto _ : state) {
    const Key key = bench_key((at += 7919) % kKeys);
    (void)book.put({&key, 1});
  }
}
BENCHMARK(ChangeOneOfAMillion);

}  // namespace
}  // namespace drover::directory
