// The cost of finding the window of a moment; AskerBook asks once a window and keeps the ends.
#include <benchmark/benchmark.h>

#include "money/window.h"

namespace drover::money {
namespace {

void FindWindow(benchmark::State& state, const char* spec) {
  const Window window = Window::make(parse_window(spec).value()).value();
  WallTime now = std::chrono::sys_days(std::chrono::year(2026) / 5 / 17);
  for (auto _ : state) {
    now += std::chrono::milliseconds(1);
    benchmark::DoNotOptimize(window.bounds_of(now));
  }
}
BENCHMARK_CAPTURE(FindWindow, rolling, "1h");
BENCHMARK_CAPTURE(FindWindow, hour, "hour Asia/Kolkata");
BENCHMARK_CAPTURE(FindWindow, day, "day America/New_York");
BENCHMARK_CAPTURE(FindWindow, month, "month America/New_York");

}  // namespace
}  // namespace drover::money
