#include <benchmark/benchmark.h>

#include "telemetry/decisions/decision_log.h"

namespace drover::telemetry {
namespace {

/// The cost for each request: an ordinary record into a full store.
void keep_an_ordinary_record(benchmark::State& state) {
  DecisionStore store({});
  DecisionSpace& space = store.space();
  space.attempts[0] = {
      .target = "openai/spare", .took = std::chrono::milliseconds(2), .status = 200, .connected = true};
  const DecisionRecord record{.id = "req_c24fddc7ac567a83e5590354",
                              .model = "gpt-4o",
                              .route = "gpt-4o",
                              .ran = true,
                              .status = 200,
                              .stop = core::Stop::Answered,
                              .attempts = {space.attempts.data(), 1}};
  for (int at = 0; at < 20'000; ++at) store.write(record);
  for (auto _ : state) store.write(record);
}
BENCHMARK(keep_an_ordinary_record);

}  // namespace
}  // namespace drover::telemetry
