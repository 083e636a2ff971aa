// What a request pays for its limits: reserving, settling, and the header fields, over five scopes with a limit each
// and with two.
#include <benchmark/benchmark.h>

#include "directory/asker_book.h"

namespace drover::directory {
namespace {

Limit bench_limit(Unit unit, std::string_view window) {
  return {.unit = unit, .amount = kMostLimited, .window = money::parse_window(window).value()};
}

Moment bench_now(std::int64_t round) {
  const WallTime begin = std::chrono::sys_days(std::chrono::year(2026) / 5 / 17);
  return {.instant = Instant(std::chrono::hours(1) + std::chrono::microseconds(round)),
          .wall = begin + std::chrono::microseconds(round)};
}

constexpr std::string_view kTags[] = {"nightly"};
const Asking kAsking{.principal = "acme/search/prod/key_0123456789abcdef", .tags = kTags, .model = "gpt-5"};

/// 100,000 other scopes, so that the five are not the only ones in the table.
void fill(AskerBook& book, bool rolling) {
  for (int at = 0; at < 100'000; ++at) {
    const std::string name = "acme/search/prod/key_" + std::to_string(at);
    (void)book.set_limits({.name = name}, std::vector{bench_limit(Unit::Usd, "month")});
  }
  for (const char* path : {"acme", "acme/search", "acme/search/prod", "acme/search/prod/key_0123456789abcdef"}) {
    std::vector<Limit> limits{bench_limit(Unit::Usd, "month")};
    if (rolling) limits.push_back(bench_limit(Unit::Tokens, "1m"));
    (void)book.set_limits({.name = path}, limits);
  }
  (void)book.set_limits({.kind = ScopeKind::Tag, .name = "nightly"}, std::vector{bench_limit(Unit::Requests, "day")});
}

void ReserveAndSettle(benchmark::State& state) {
  static AskerBook books[2]{AskerBook{1}, AskerBook{2}};
  AskerBook& book = books[state.range(0)];
  if (state.thread_index() == 0 && book.scopes() == 0) fill(book, state.range(0) != 0);
  const Spend spend{.amount = {.input_tokens = {100}, .output_tokens = {100}}, .cost = {1000}};
  std::int64_t round = 0;
  for (auto _ : state) {
    Reservation lease = book.reserve(kAsking, spend, bench_now(++round));
    benchmark::DoNotOptimize(lease->settle(spend));
  }
}
BENCHMARK(ReserveAndSettle)->ArgName("rolling")->Arg(0)->Arg(1)->Threads(1)->Threads(2)->UseRealTime();

/// Leases are settled outside of the time that is measured.
void Reserve(benchmark::State& state) {
  AskerBook book(1);
  fill(book, state.range(0) != 0);
  const Spend spend{.amount = {.input_tokens = {100}, .output_tokens = {100}}, .cost = {1000}};
  std::vector<Lease> leases(1000);
  std::int64_t round = 0;
  std::size_t at = 0;
  for (auto _ : state) {
    leases[at] = *book.reserve(kAsking, spend, bench_now(++round));
    if (++at == leases.size()) {
      state.PauseTiming();
      for (Lease& each : leases) each.settle(spend);
      at = 0;
      state.ResumeTiming();
    }
  }
}
BENCHMARK(Reserve)->ArgName("rolling")->Arg(0)->Arg(1);

void Left(benchmark::State& state) {
  AskerBook book(1);
  fill(book, true);
  std::int64_t round = 0;
  for (auto _ : state) benchmark::DoNotOptimize(book.left(kAsking, bench_now(++round)));
}
BENCHMARK(Left);

}  // namespace
}  // namespace drover::directory
