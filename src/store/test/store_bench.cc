// What the ledger costs: rows a second into each database, and what a request's own thread pays. PostgreSQL is a server
// of the bench's own, without fsync, or the one that DROVER_BENCH_POSTGRES=postgres://user@host/database names.
#include <benchmark/benchmark.h>

#include <cstdlib>

#include "store/ledger/ring.h"
#include "store/test/postgres_server.h"
#include "store/test/store_test_kit.h"

namespace drover::store {
namespace {

/// `count` rows of 200 keys, three models and one minute.
std::vector<LedgerRow> batch_of(std::uint64_t first, std::size_t count) {
  static const std::string kModels[] = {"gpt-4o-mini", "claude-sonnet", "gpt-4o"};
  std::vector<LedgerRow> rows;
  for (std::uint64_t each = first; each < first + count; ++each) {
    rows.push_back(row_of("req_" + std::to_string(each), "acme/search/key_" + std::to_string(each % 200),
                          kNoon + std::chrono::microseconds(each)));
    rows.back().model_answered = kModels[each % 3];
  }
  return rows;
}

void append_batches(benchmark::State& state, const Place& place) {
  Store store(place);
  store.allow(std::chrono::seconds(60));
  if (const auto opened = store.open(); !opened) return state.SkipWithError(opened.error().message.c_str());
  // Rows of an earlier run are there already: begin behind them.
  auto next = static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count() / 1000 %
                                         1'000'000'000'000);
  const auto size = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<LedgerRow> rows = batch_of(next, size);
    next += size;
    state.ResumeTiming();
    const auto appended = store.append(rows);
    if (!appended || appended->fresh != size) return state.SkipWithError("rows were not taken");
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void sqlite_append(benchmark::State& state) {
  const TestFolder folder;
  append_batches(state, Place{.path = folder.file("ledger.db")});
}
BENCHMARK(sqlite_append)->Arg(1000)->UseRealTime()->MinTime(2)->Unit(benchmark::kMillisecond);

void postgres_append(benchmark::State& state) {
  const char* const url = std::getenv("DROVER_BENCH_POSTGRES");
  PostgresServer* const server = url == nullptr ? PostgresServer::shared() : nullptr;
  if (url == nullptr && server == nullptr) return state.SkipWithError(PostgresServer::why_not().c_str());
  const auto place = url != nullptr ? parse_place(url) : Result<Place>(server->place(server->new_database()));
  if (!place) return state.SkipWithError(place.error().message.c_str());
  append_batches(state, *place);
}
BENCHMARK(postgres_append)->Arg(1000)->UseRealTime()->MinTime(2)->Unit(benchmark::kMillisecond);

void ring_push(benchmark::State& state) {
  Ring ring(8192);
  std::vector<LedgerRow> rows = batch_of(0, 4096);
  for (auto _ : state) {
    state.PauseTiming();
    ring.drain(8192, [&, at = std::size_t{0}](LedgerRow&& row) mutable { rows[at++] = std::move(row); });
    state.ResumeTiming();
    for (LedgerRow& row : rows) ring.push(std::move(row));
  }
  state.SetItemsProcessed(state.iterations() * 4096);
}
BENCHMARK(ring_push)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace drover::store
