#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>

#include "sim/world.h"

namespace drover::sim {
namespace {

using namespace std::chrono_literals;

/// Enough that every fault meets every setting; a few seconds of work.
constexpr std::uint64_t kSeeds = 2000;

std::string story(const Report& report) {
  std::string text = "seed " + std::to_string(report.seed) + ":";
  for (const Violation& violation : report.violations) {
    text += "\n  invariant " + std::to_string(violation.invariant) + ", request " + std::to_string(violation.request) +
            ": " + violation.what;
  }
  return text;
}

TEST(Simulation, KeepsEveryInvariantOverTwoThousandSeeds) {
  std::uint64_t attempts = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Report report = run(seed, random_world(seed));
    attempts += report.attempts;
    ASSERT_TRUE(report.violations.empty()) << story(report);
  }
  RecordProperty("attempts", std::to_string(attempts));
}

TEST(Simulation, GoesTheSameWayForTheSameSeed) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const Report once = run(seed, random_world(seed));
    const Report again = run(seed, random_world(seed));
    ASSERT_EQ(once.trace, again.trace) << "seed " << seed;
    ASSERT_EQ(once.steps, again.steps) << "seed " << seed;
  }
}

TEST(Simulation, GoesAnotherWayForAnotherSeed) {
  EXPECT_NE(run(1, random_world(1)).trace, run(2, random_world(2)).trace);
}

}  // namespace
}  // namespace drover::sim
