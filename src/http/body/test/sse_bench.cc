// The cost of finding one event: small events, a large one, and the worst streams for the search for line ends.
#include <benchmark/benchmark.h>

#include <string>

#include "http/body/sse.h"

namespace drover::http {
namespace {

void scan_all(benchmark::State& state, const std::string& stream) {
  std::int64_t events = 0;
  for (auto _ : state) {
    SseScanner scanner;
    SseEvent event;
    for (std::string_view rest = stream; scanner.next(rest, event); rest.remove_prefix(event.bytes.size())) {
      benchmark::DoNotOptimize(event.data.data());
      ++events;
    }
  }
  state.SetItemsProcessed(events);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(stream.size()));
}

void ScanEvents(benchmark::State& state) {
  const std::string event = "data: " + std::string(static_cast<std::size_t>(state.range(0)), 'x') + "\n\n";
  std::string stream;
  while (stream.size() < 64 * 1024) stream += event;
  scan_all(state, stream);
}
BENCHMARK(ScanEvents)->Arg(20)->Arg(200)->Arg(16 * 1024);

void ScanBlankLines(benchmark::State& state) {
  scan_all(state, std::string(64 * 1024, '\r'));
}
BENCHMARK(ScanBlankLines);

}  // namespace
}  // namespace drover::http
