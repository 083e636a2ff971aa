// The cost of one request's line for the thread that served it.
#include <benchmark/benchmark.h>

#include <array>

#include "telemetry/access_log/access_log.h"
#include "telemetry/metrics/tally.h"

namespace drover::telemetry {
namespace {

using namespace std::chrono_literals;

const AccessAttempt kAttempt{
    .target = "holysheep/spare", .outcome = "ok", .status = 200, .took = 900ms, .reused = true};
const AccessRecord kRecord{.unix_milliseconds = 1795391590123,
                           .id = "req_0123456789abcdef01234567",
                           .client = "web",
                           .method = "POST",
                           .api = "chat",
                           .model = "gpt-4o",
                           .route = "gpt-4o",
                           .status = 200,
                           .attempts = {&kAttempt, 1},
                           .tokens = {.input = 120, .output = 300, .cached = 0, .estimated = false},
                           .has_tokens = true,
                           .bytes_up = 250,
                           .bytes_down = 750,
                           .duration = 901ms};

void FormatALine(benchmark::State& state) {
  std::array<char, kMaxAccessLine> memory{};
  for (auto _ : state) benchmark::DoNotOptimize(access_line(kRecord, memory));
}
BENCHMARK(FormatALine);

/// With the writing thread at work. Lines that do not fit are dropped, which costs the same.
void WriteALine(benchmark::State& state) {
  AccessLog log;
  if (!log.use({AccessDestination::Kind::File, "/dev/null"})) return state.SkipWithError("no /dev/null");
  AccessLog::Lane& lane = log.add_lane();
  for (auto _ : state) lane.write(kRecord);
  state.counters["dropped"] = static_cast<double>(log.dropped());
}
BENCHMARK(WriteALine);

void CountARequest(benchmark::State& state) {
  const auto tally = std::make_unique<Tally>();
  for (auto _ : state) {
    ModelTally& model = tally->models[1];
    model.requests[0][0].add();
    model.duration[0].observe(901ms);
    model.request_bytes.add(250);
    model.answer_bytes.add(750);
    TargetTally& target = tally->targets[1];
    target.answered().add();
    target.reused_connections.add();
    target.first_content.observe(900ms);
    target.input_tokens.add(120);
    target.output_tokens.add(300);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(CountARequest);

}  // namespace
}  // namespace drover::telemetry
