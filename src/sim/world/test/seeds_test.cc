// Worlds made from seeds, as many as the build has time for, against every invariant; and the proof that together they
// reach every rare situation. To run one seed again:
//   DROVER_SIM_FIRST=4711 DROVER_SIM_SEEDS=1 build/release/sim_test --gtest_filter='Seeds.*'
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "sim/test/sanitized_test_kit.h"
#include "sim/world/world.h"

namespace drover::sim {
namespace {

/// Enough seeds for every fault to meet every setting often: about half a minute on one core. With sanitizers a tenth.
constexpr std::uint64_t kSeeds = kSanitized ? 2'000 : 20'000;
/// Fewer seeds need not reach every rare situation.
constexpr std::uint64_t kSeedsThatReachAll = 2'000;
constexpr unsigned kThreads = 2;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* const value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

std::string story(const Report& report) {
  std::string text = "seed " + std::to_string(report.seed) + ":";
  for (const Violation& violation : report.violations) {
    text += "\n  invariant " + std::to_string(violation.invariant) + ", request " + std::to_string(violation.request) +
            ": " + violation.what;
  }
  return text;
}

/// The results of all seeds together. The workers take turns with the seeds and stop at the first failure.
struct Sum {
  std::mutex mutex;
  std::uint64_t worlds = 0;
  std::uint64_t attempts = 0;
  std::size_t most_commands = 0;
  Reached reached;
  std::string failure;
};

void run_seeds(std::atomic<std::uint64_t>& next, std::uint64_t end, Sum& sum) {
  Reached reached;
  std::uint64_t worlds = 0;
  std::uint64_t attempts = 0;
  std::size_t most_commands = 0;
  for (std::uint64_t seed = next++; seed < end; seed = next++) {
    const Report report = run(seed, random_world(seed));
    reached.add(report.reached);
    attempts += report.attempts;
    most_commands = std::max(most_commands, report.most_commands);
    ++worlds;
    if (report.violations.empty()) continue;
    next = end;
    const std::scoped_lock lock(sum.mutex);
    sum.failure += story(report) + "\n";
  }
  const std::scoped_lock lock(sum.mutex);
  sum.reached.add(reached);
  sum.worlds += worlds;
  sum.attempts += attempts;
  sum.most_commands = std::max(sum.most_commands, most_commands);
}

TEST(Seeds, KeepEveryInvariantAndReachEveryRareSituation) {
  const std::uint64_t first = from_environment("DROVER_SIM_FIRST", 1);
  const std::uint64_t seeds = from_environment("DROVER_SIM_SEEDS", kSeeds);
  std::atomic<std::uint64_t> next = first;
  Sum sum;
  std::vector<std::jthread> workers;
  for (unsigned worker = 0; worker < kThreads; ++worker) {
    workers.emplace_back([&] { run_seeds(next, first + seeds, sum); });
  }
  workers.clear();  // joins
  ASSERT_EQ(sum.failure, "");
  std::printf("  %llu worlds, %llu attempts; reached:", static_cast<unsigned long long>(sum.worlds),
              static_cast<unsigned long long>(sum.attempts));
  for (std::size_t at = 0; at < kRarities; ++at) {
    const auto rare = static_cast<Rare>(at);
    std::printf("%s %s %llu", at == 0 ? "" : ",", std::string(to_string(rare)).c_str(),
                static_cast<unsigned long long>(sum.reached.times(rare)));
    const bool due = seeds >= kSeedsThatReachAll;
    EXPECT_TRUE(!due || sum.reached.times(rare) > 0) << to_string(rare) << " was never reached";
  }
  std::printf("; most commands of one event: %zu\n", sum.most_commands);
  EXPECT_LT(sum.most_commands, core::kMaxCommands) << "E16: an event may soon have more commands than fit";
}

}  // namespace
}  // namespace drover::sim
