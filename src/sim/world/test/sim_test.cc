#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "sim/world/world.h"

namespace drover::sim {
namespace {

using namespace std::chrono_literals;

std::string story(const Report& report) {
  std::string text = "seed " + std::to_string(report.seed) + ":";
  for (const Violation& violation : report.violations) {
    text += "\n  invariant " + std::to_string(violation.invariant) + ", request " + std::to_string(violation.request) +
            ": " + violation.what;
  }
  return text;
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

/// Worlds in which every rare end can happen; the test proves that each does.
TEST(Simulation, SometimesReachesEveryWayARequestCanEnd) {
  std::map<int, std::uint32_t> failed;
  std::uint32_t left = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const Report report = run(seed, random_world(seed));
    left += report.left;
    for (const auto& [status, count] : report.failed) failed[status] += count;
  }
  EXPECT_GT(left, 0U);
  for (const int status : {0, 400, 403, 429, 500, 502, 503, 504}) EXPECT_GT(failed[status], 0U) << status;
}

// ------------------------------------------------------------------------------------------ named scenarios

/// Three keys and good clients: only the faults of the test can fail a request.
WorldSettings three_keys() {
  WorldSettings world;
  world.plan = simple_plan(3);
  world.requests = 300;
  world.span = 60s;
  world.leaving = world.slow_readers = world.wrong = world.poisonous = 0;
  world.only_once = world.impatient = world.fenced = 0;
  return world;
}

std::uint32_t failures(const Report& report) {
  std::uint32_t sum = 0;
  for (const auto& [status, count] : report.failed) sum += count;
  return sum;
}

class OneSickKey : public ::testing::TestWithParam<Fault> {};

TEST_P(OneSickKey, IsNoticedByNoClient) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    WorldSettings world = three_keys();
    world.faults.push_back({.target = {0}, .fault = GetParam()});
    const Report report = run(seed, world);
    ASSERT_TRUE(report.violations.empty()) << story(report);
    ASSERT_EQ(failures(report), 0U) << "seed " << seed;
    ASSERT_EQ(report.answered, world.requests);
  }
}

INSTANTIATE_TEST_SUITE_P(Scenario, OneSickKey,
                         ::testing::Values(Fault::Refuse, Fault::BlackHole, Fault::BrokenBeforeSend, Fault::StaleReused,
                                           Fault::Reset, Fault::Hang, Fault::HangAfterHead, Fault::StallSend,
                                           Fault::KeyRejected, Fault::QuotaExhausted, Fault::RateLimited,
                                           Fault::RateLimitedSilent, Fault::Overloaded, Fault::ServerError,
                                           Fault::ErrorInside, Fault::LifecycleThenError, Fault::ModelMissing,
                                           Fault::Forbidden, Fault::Slow, Fault::TooSlow, Fault::TellsLimit,
                                           Fault::Lies),
                         [](const auto& tested) { return std::string(to_string(tested.param)); });

TEST(Scenario, A1_ASickKeyIsLeftAloneButForItsTrials) {
  WorldSettings world = three_keys();
  world.faults.push_back({.target = {0}, .fault = Fault::Refuse});
  const Report report = run(1, world);
  // Three failures take the target out for 30 s, then a trial takes it out for 60 s: about four of 300 requests.
  EXPECT_LE(report.attempts_at[0], 8U);
}

TEST(Scenario, ARecoveredKeyIsTakenUpAgain) {
  WorldSettings world = three_keys();
  world.requests = 2000;
  world.span = 200s;
  world.faults.push_back({.target = {0}, .until = 20s, .fault = Fault::ServerError});
  const Report report = run(1, world);
  EXPECT_EQ(failures(report), 0U);
  EXPECT_GT(report.attempts_at[0], 300U);
}

TEST(Scenario, J3_WhenEveryUpstreamFailsAttemptsStayWithinTheBudget) {
  WorldSettings world = three_keys();
  world.requests = 5000;
  world.span = 50s;
  for (std::uint32_t target = 0; target < 3; ++target) {
    world.faults.push_back({.target = {target}, .fault = Fault::ServerError});
  }
  const Report report = run(1, world);
  EXPECT_TRUE(report.violations.empty()) << story(report);
  EXPECT_EQ(failures(report), 5000U);
  EXPECT_LE(report.attempts, 5000U * 12 / 10 + 50);  // 50: free failovers before the pool is known to fail
}

TEST(Scenario, J3_TrafficIsBackToNormalTenSecondsAfterATotalOutage) {
  WorldSettings world = three_keys();
  world.requests = 6000;
  world.span = 60s;
  for (std::uint32_t target = 0; target < 3; ++target) {
    world.faults.push_back({.target = {target}, .from = 10s, .until = 30s, .fault = Fault::Refuse});
  }
  const Report report = run(1, world);
  // The 20 s of outage at 100 requests a second are lost, and at most ten seconds more.
  EXPECT_LE(failures(report), 2000U + 300U);
  EXPECT_GE(report.answered, 3700U);
}

TEST(Scenario, J1_WhenEveryKeyIsRateLimitedRequestsWaitForTheFirstThatIsNot) {
  WorldSettings world = three_keys();
  world.requests = 20;
  world.span = 1s;
  for (std::uint32_t target = 0; target < 3; ++target) {
    world.faults.push_back({.target = {target}, .until = 500ms, .fault = Fault::RateLimitedSilent});
  }
  const Report report = run(1, world);
  EXPECT_TRUE(report.violations.empty()) << story(report);
  EXPECT_EQ(failures(report), 0U);
}

TEST(Scenario, C13_AStreamThatIsCutAfterContentNeverLooksComplete) {
  WorldSettings world = three_keys();
  world.streamed = 1.0;
  for (std::uint32_t target = 0; target < 3; ++target) {
    world.faults.push_back({.target = {target}, .fault = Fault::CutStream});
  }
  const Report report = run(1, world);
  EXPECT_TRUE(report.violations.empty()) << story(report);
  EXPECT_EQ(report.answered, 0U);
  EXPECT_GT(report.failed.at(0), 200U);
}

TEST(Scenario, J15_PoisonousRequestsEjectNoTarget) {
  WorldSettings world = three_keys();
  world.requests = 600;
  world.poisonous = 0.05;
  const Report report = run(1, world);
  EXPECT_TRUE(report.violations.empty()) << story(report);
  EXPECT_GT(report.answered, 540U);
  for (const std::uint32_t attempts : report.attempts_at) EXPECT_GT(attempts, 150U);
}

}  // namespace
}  // namespace drover::sim
