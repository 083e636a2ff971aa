// Plays of scenarios: the books add up, the same seed gives the same outcome, the oracle is a good measure, and each
// policy shows what it is known for. The standard scenarios are in tests/simulate.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "sim/play/simulate.h"
#include "sim/play/timeline.h"
#include "sim/play/true_limit.h"
#include "sim/play/truth.h"

namespace drover::sim {
namespace {

using namespace std::chrono_literals;

Scenario keys(std::uint32_t count, double per_second, Duration span = 60s) {
  Scenario scenario{.name = "test", .about = {}, .span = span};
  scenario.arrivals.steps.front().per_second = per_second;
  scenario.upstreams.push_back({.name = "key", .count = count});
  return scenario;
}

Outcome played(const Scenario& scenario, core::Balance balance = core::Balance::P2c, std::uint64_t seed = 1) {
  const ScenarioPlan world = plan_of(scenario);
  return play_policy({.scenario = &scenario, .world = &world, .seed = seed}, "policy", balance);
}
Outcome foreseen(const Scenario& scenario, std::uint64_t seed = 1) {
  const ScenarioPlan world = plan_of(scenario);
  return play_oracle({.scenario = &scenario, .world = &world, .seed = seed});
}

// ------------------------------------------------------------------------------------------ the world

TEST(TrueLimit, HoldsAMinutesWorthAndRefillsEvenly) {
  TrueLimit limit(60, kScenarioStart);
  for (int request = 0; request < 60; ++request) ASSERT_TRUE(limit.admit(kScenarioStart));
  EXPECT_FALSE(limit.admit(kScenarioStart));
  EXPECT_FALSE(limit.admit(kScenarioStart + 900ms));
  EXPECT_TRUE(limit.admit(kScenarioStart + 1s));
}

TEST(TrueLimit, SaysWhenThereWillBeRoomAndTheProvidersWordForIt) {
  TrueLimit limit(60, 1, kScenarioStart);
  ASSERT_TRUE(limit.admit(kScenarioStart));
  const Instant room = limit.admits_at(kScenarioStart);
  EXPECT_GE(room, kScenarioStart + 1s);
  EXPECT_TRUE(limit.admit(room));
  EXPECT_EQ(limit.hint(room).remaining, 0);
  EXPECT_EQ(limit.retry_after(), 1s);
}

TEST(AskSource, AsksAtTheRateOfEachStep) {
  Scenario scenario = keys(1, 0);
  scenario.arrivals.steps = {
      {.at = 0s, .per_second = 10}, {.at = 30s, .per_second = 0}, {.at = 40s, .per_second = 100}};
  AskSource source(scenario, 1);
  std::array<int, 6> by_tens{};
  for (Ask ask; source.next(ask);) ++by_tens.at(static_cast<std::size_t>((ask.arrived - kScenarioStart) / 10s));
  EXPECT_NEAR(by_tens[0] + by_tens[1] + by_tens[2], 300, 60);
  EXPECT_EQ(by_tens[3], 0);
  EXPECT_NEAR(by_tens[4] + by_tens[5], 2000, 150);
}

TEST(AskSource, AsksExactlyWhenItWasTold) {
  Scenario scenario = keys(1, 50);
  scenario.arrivals.given = {1s, 1s, 2s};
  AskSource source(scenario, 1);
  std::vector<Duration> arrivals;
  for (Ask ask; source.next(ask);) arrivals.push_back(ask.arrived - kScenarioStart);
  EXPECT_EQ(arrivals, (std::vector<Duration>{1s, 1s, 2s}));
}

TEST(Truth, AnswersAsItsMedianAndTailSay) {
  Scenario scenario = keys(1, 1);
  scenario.upstreams.front().first_content = 400ms;
  scenario.upstreams.front().first_content_p99 = 2s;
  const Truth truth(scenario, {0}, 1);
  std::vector<Duration> times;
  for (std::uint32_t number = 0; number < 20'000; ++number) {
    times.push_back(truth.answer_time(0, {.number = number}, kScenarioStart).first_content);
  }
  std::ranges::sort(times);
  EXPECT_NEAR(std::chrono::duration<double>(times[10'000]).count(), 0.4, 0.02);
  EXPECT_NEAR(std::chrono::duration<double>(times[19'800]).count(), 2.0, 0.2);
}

TEST(Truth, SlowsDownWhatIsCrowdedAndWhatIsIll) {
  Scenario scenario = keys(1, 1);
  scenario.upstreams.front().full_speed = 2;
  scenario.troubles.push_back({.from = 10s, .fault = Fault::Slow, .slower = 10});
  Truth truth(scenario, {0}, 1);
  const Duration alone = truth.answer_time(0, {}, kScenarioStart).whole;
  for (int request = 0; request < 3; ++request) truth.began(0);
  EXPECT_NEAR(static_cast<double>(truth.answer_time(0, {}, kScenarioStart).whole / alone), 2, 0.01);
  EXPECT_NEAR(static_cast<double>(truth.answer_time(0, {}, kScenarioStart + 10s).whole / alone), 20, 1);
}

// ------------------------------------------------------------------------------------------ what is played

TEST(Play, EveryRequestEndsOnceInEveryPolicysBooks) {
  Scenario scenario = keys(5, 50);
  scenario.requests.leave = 0.1;
  scenario.upstreams.front().errors = 0.02;
  scenario.upstreams.front().requests_per_minute = 700;
  scenario.troubles.push_back({.key = 1, .from = 10s, .until = 30s, .fault = Fault::Hang});
  scenario.troubles.push_back({.key = 2, .from = 20s, .until = 40s, .fault = Fault::CutStream});
  std::vector<Outcome> all{foreseen(scenario)};
  for (const NamedPolicy& policy : kPolicies) all.push_back(played(scenario, policy.balance));
  for (const Outcome& outcome : all) {
    EXPECT_GT(outcome.requests(), 2500U);
    EXPECT_EQ(outcome.requests(), all.front().requests());
    EXPECT_EQ(outcome.requests(), outcome.answers() + outcome.failures() + outcome.leavers());
    EXPECT_GT(outcome.leavers(), 0U);
  }
}

TEST(Play, GoesTheSameWayForTheSameSeedAndAnotherForAnother) {
  const Scenario scenario = keys(4, 20);
  const Outcome once = played(scenario);
  const Outcome again = played(scenario);
  EXPECT_EQ(once.answers(), again.answers());
  EXPECT_EQ(once.first_content(0.5), again.first_content(0.5));
  EXPECT_EQ(once.course().started_at, again.course().started_at);
  EXPECT_NE(once.first_content(0.5), played(scenario, core::Balance::P2c, 2).first_content(0.5));
}

TEST(Play, WhenAllIsWellEverythingIsAnsweredInOneAttempt) {
  const Outcome outcome = played(keys(4, 30));
  EXPECT_EQ(outcome.failures(), 0U);
  EXPECT_EQ(outcome.attempts(), outcome.requests());
}

TEST(Play, ADeadKeyCostsNoAnswer) {
  Scenario scenario = keys(4, 30);
  scenario.troubles.push_back({.key = 3, .from = 10s, .fault = Fault::Refuse});
  const Outcome outcome = played(scenario);
  EXPECT_EQ(outcome.failures(), 0U);
  EXPECT_LT(outcome.attempts_per_request(), 1.02);
}

TEST(Play, TheOracleIsNeverRefusedAndUsesTheWholeLimit) {
  Scenario scenario = keys(2, 30);
  scenario.upstreams.front().requests_per_minute = 600;
  scenario.upstreams.front().burst = 1;
  const Outcome outcome = foreseen(scenario);
  EXPECT_LE(outcome.attempts(), outcome.requests());
  EXPECT_NEAR(static_cast<double>(outcome.answers()), 20 * (60 + 10), 20);  // ten seconds' worth waits at the end
  EXPECT_GT(outcome.failures(), 100U);
}

TEST(Play, TheOracleWaitsForRoomAndNotForARecovery) {
  Scenario scenario = keys(2, 20);
  scenario.troubles.push_back({.from = 20s, .until = 40s, .fault = Fault::ServerError});
  const Outcome outcome = foreseen(scenario);
  EXPECT_NEAR(static_cast<double>(outcome.failures()), 20 * 20, 60);
  EXPECT_EQ(outcome.attempts(), outcome.answers());
}

TEST(Play, CountsWhatAnswersCost) {
  Scenario scenario = keys(1, 20);
  scenario.upstreams.front().usd_per_million_input = 1;
  scenario.upstreams.front().usd_per_million_output = 10;
  const Outcome outcome = played(scenario);
  const double each = (500 * 1 + 200 * 10) / 1e6;
  EXPECT_NEAR(outcome.usd(), each * static_cast<double>(outcome.answers()), outcome.usd() * 0.1);
}

/// Three times what the keys hold for a minute, then less: retries must not keep the overload going.
TEST(Play, J4_AnOverloadThatEndsLeavesNoOutageBehind) {
  Scenario scenario = keys(2, 0, 150s);
  scenario.arrivals.steps = {{.at = 0s, .per_second = 8}, {.at = 30s, .per_second = 30}, {.at = 90s, .per_second = 8}};
  scenario.upstreams.front().requests_per_minute = 300;  // 10 a second together
  scenario.upstreams.front().burst = 10;
  scenario.upstreams.front().full_speed = 20;
  const Outcome outcome = played(scenario);
  const auto by_second = [&](const std::array<std::uint32_t, kStretches>& course, int from, int until) {
    std::uint64_t sum = 0;
    for (std::size_t at = 0; at < kStretches; ++at) {
      const double second = 150.0 * static_cast<double>(at) / kStretches;
      if (second >= from && second < until) sum += course[at];
    }
    return sum;
  };
  const Course& course = outcome.course();
  std::printf("  failed: before %lu, in the overload %lu, in the ten seconds after it %lu, later %lu of %lu\n",
              by_second(course.failed, 0, 30), by_second(course.failed, 30, 90), by_second(course.failed, 90, 100),
              by_second(course.failed, 100, 150), by_second(course.asked, 100, 150));
  EXPECT_EQ(by_second(course.failed, 0, 30), 0U);
  EXPECT_GT(by_second(course.failed, 30, 90), 250U);
  EXPECT_LE(by_second(course.failed, 100, 150), 1U);  // requests that came in the overload and waited
}

/// The share of attempts in vain while all targets fail, from the first moment on. In the bench that is a second of 120
/// requests in which the fleet knows nothing yet, and nineteen more in which it knows.
TEST(Play, J3_ATotalOutageIsNotTriedHarderThanTheBudgetAllows) {
  for (const Fault fault : {Fault::ServerError, Fault::Refuse}) {
    Scenario scenario = keys(3, 120, 80s);
    scenario.upstreams.front() = {.name = "key", .count = 3, .first_content = 100ms, .first_content_p99 = 400ms};
    scenario.requests.output_tokens = 20;
    scenario.troubles.push_back({.from = 20s, .until = 40s, .fault = fault});
    const Course course = played(scenario).course();
    const auto within = [](const std::array<std::uint32_t, kStretches>& stretches, std::size_t from,
                           std::size_t until) {
      return std::accumulate(stretches.begin() + from, stretches.begin() + until, 0.0);  // three stretches a second
    };
    const double attempts = within(course.started, 60, 120) / within(course.asked, 60, 120);
    const double first = within(course.started, 60, 63) / within(course.asked, 60, 63);
    std::printf("  attempts per request: %.3f, in the first second %.2f\n", attempts, first);
    EXPECT_LE(attempts, 1.2);
    EXPECT_GT(first, 1.5);  // a short outage would be survived
    EXPECT_EQ(within(course.failed, 0, 60) + within(course.failed, 150, 240), 0);
  }
}

/// All requests go to the same lowest latency until it has changed, and then its target is crowded.
TEST(Play, AlwaysTheLowestLatencyHerdsAndTwoChoicesDoNot) {
  Scenario scenario = keys(10, 80);
  scenario.requests = {.streamed = 1, .output_tokens = 40};
  scenario.upstreams.front().full_speed = 12;
  scenario.upstreams.front().first_content_p99 = 1s;
  scenario.upstreams.front().per_output_token = 10ms;
  const Outcome two_choices = played(scenario, core::Balance::P2c);
  const Outcome lowest = played(scenario, core::Balance::LeastLatency);
  std::printf(
      "  favourite's share of 100 ms: p2c %.0f %%, least_latency %.0f %%; first content p99 %.2f s and %.2f s\n",
      100 * two_choices.herding(), 100 * lowest.herding(), two_choices.first_content(0.99), lowest.first_content(0.99));
  EXPECT_GT(lowest.herding(), 2 * two_choices.herding());
  EXPECT_GT(lowest.first_content(0.99), 1.2 * two_choices.first_content(0.99));
}

TEST(Play, TakesTheTargetsOfAConfiguredPlanByTheirNames) {
  Scenario scenario = keys(1, 20);
  scenario.upstreams.push_back({.name = "slow", .first_content = 3s, .first_content_p99 = 3s});
  Scenario two = scenario;
  ScenarioPlan configured = plan_of(two);
  const ScenarioPlan mapped = plan_of(scenario, configured.plan);
  EXPECT_EQ(mapped.upstream_of, (std::vector<std::uint32_t>{0, 1}));
}

TEST(Timeline, ShowsEveryPolicyAndEscapesNames) {
  Scenario scenario = keys(2, 20, 10s);
  scenario.name = "a <b> & \"c\"";
  scenario.troubles.push_back({.from = 2s, .until = 4s, .fault = Fault::Refuse});
  std::vector<Outcome> outcomes{foreseen(scenario), played(scenario)};
  const std::string svg = timeline_svg(scenario, outcomes, std::vector<std::string>{"key-1", "key-2"});
  EXPECT_EQ(svg.find("<svg"), 0U);
  EXPECT_NE(svg.find("a &lt;b&gt; &amp; &quot;c&quot;"), std::string::npos);
  EXPECT_NE(svg.find(">oracle<"), std::string::npos);
  EXPECT_NE(svg.find(">policy<"), std::string::npos);
  EXPECT_NE(svg.find("class=\"trouble\""), std::string::npos);
  EXPECT_EQ(svg.substr(svg.size() - 7), "</svg>\n");
}

}  // namespace
}  // namespace drover::sim
