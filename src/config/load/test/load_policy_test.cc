#include <gmock/gmock.h>

#include "config/test/test_world.h"

namespace drover::config {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Policy, LeftOutIsTheDefault) {
  const Settings settings = loaded(one_provider(""));
  EXPECT_EQ(settings.threads, 0U);
  EXPECT_EQ(settings.drain, minutes(10));
  EXPECT_EQ(settings.limits.body, 64U << 20);
  EXPECT_EQ(settings.limits.in_flight, 20'000U);
  EXPECT_EQ(settings.limits.replay_memory, 512U << 20);
  EXPECT_EQ(settings.limits.connections, 50'000U);
  EXPECT_EQ(settings.plan->waiting.all, 10'000U);
  EXPECT_EQ(settings.plan->waiting.per_client, 1000U);
  EXPECT_EQ(settings.plan->retry.walk, 4U);
  EXPECT_EQ(settings.plan->health.probe, "/models");
  EXPECT_EQ(settings.timeouts.head_plain, kNoLimit);
}

TEST(Policy, TakesEverySettingOfRetry) {
  const core::RetrySettings retry =
      loaded(
          one_provider("retry: { walk: 3, same_target: 2, backoff: 1s, multiplier: 1.5, max_backoff: 2s, jitter: none, "
                       "budget: 12.5%, hedge: 2%, ambiguous: failover }"))
          .plan->retry;
  EXPECT_EQ(retry.walk, 3U);
  EXPECT_EQ(retry.same_target, 2U);
  EXPECT_EQ(retry.backoff, seconds(1));
  EXPECT_DOUBLE_EQ(retry.multiplier, 1.5);
  EXPECT_EQ(retry.max_backoff, seconds(2));
  EXPECT_EQ(retry.jitter, core::Jitter::None);
  EXPECT_DOUBLE_EQ(retry.budget, 0.125);
  EXPECT_DOUBLE_EQ(retry.hedge, 0.02);
  EXPECT_EQ(retry.ambiguous, core::Ambiguous::Failover);
}

TEST(Policy, TakesEverySettingOfHealth) {
  const core::HealthSettings health =
      loaded(
          one_provider("health: { probe: /healthz, interval: 10s, timeout: 2s, mode: score, eject_after: 5, eject_for: "
                       "1s, max_eject_for: 1m, when_all_out: reset }"))
          .plan->health;
  EXPECT_EQ(health.probe, "/healthz");
  EXPECT_EQ(health.interval, seconds(10));
  EXPECT_EQ(health.timeout, seconds(2));
  EXPECT_EQ(health.mode, core::HealthMode::Score);
  EXPECT_EQ(health.eject_after, 5U);
  EXPECT_EQ(health.eject_for, seconds(1));
  EXPECT_EQ(health.max_eject_for, minutes(1));
  EXPECT_EQ(health.when_all_out, core::WhenAllOut::Reset);
}

TEST(Policy, TurnsProbesOff) {
  EXPECT_EQ(loaded(one_provider("health: { probe: off }")).plan->health.probe, "");
}

TEST(Policy, TakesEveryTimeout) {
  const core::Timeouts timeouts =
      loaded(
          one_provider("timeouts: { connect: 1s, head: { stream: 2s, plain: 3s }, first_content: off, idle: 4s, total: "
                       "5s, stream_max: 6s, queue: 0s }"))
          .timeouts;
  EXPECT_EQ(timeouts.connect, seconds(1));
  EXPECT_EQ(timeouts.head_stream, seconds(2));
  EXPECT_EQ(timeouts.head_plain, seconds(3));
  EXPECT_EQ(timeouts.first_content, kNoLimit);
  EXPECT_EQ(timeouts.idle, seconds(4));
  EXPECT_EQ(timeouts.total, seconds(5));
  EXPECT_EQ(timeouts.stream_max, seconds(6));
  EXPECT_EQ(timeouts.queue, seconds(0));
}

TEST(Policy, SetsBothHeadsWithOneValue) {
  const core::Timeouts both = loaded(one_provider("timeouts: { head: 30s }")).timeouts;
  EXPECT_EQ(both.head_stream, seconds(30));
  EXPECT_EQ(both.head_plain, seconds(30));
  EXPECT_EQ(loaded(one_provider("timeouts: { head: off }")).timeouts.head_stream, kNoLimit);
}

TEST(Policy, TakesThreadsLimitsAndDrain) {
  const Settings settings = loaded(
      one_provider("threads: 3\ndrain: 30s\nlimits: { body: 1MiB, in_flight: 5, replay_memory: 2MiB, connections: 7, "
                   "waiting: 8, waiting_per_client: 9 }\n"));
  EXPECT_EQ(settings.threads, 3U);
  EXPECT_EQ(settings.drain, seconds(30));
  EXPECT_EQ(settings.limits.body, 1U << 20);
  EXPECT_EQ(settings.limits.in_flight, 5U);
  EXPECT_EQ(settings.limits.replay_memory, 2U << 20);
  EXPECT_EQ(settings.limits.connections, 7U);
  EXPECT_EQ(settings.plan->waiting.all, 8U);
  EXPECT_EQ(settings.plan->waiting.per_client, 9U);
  EXPECT_EQ(loaded(one_provider("threads: auto")).threads, 0U);
}

TEST(Policy, H13_RefusesWrongTypesWithAnExample) {
  EXPECT_THAT(
      mistakes(one_provider("retry: { walk: four, multiplier: \"2\", budget: 20, jitter: some }\n"
                            "timeouts: { connect: 3, idle: off, total: [ 1s ] }\n"
                            "limits: { body: 64MB, in_flight: 1.5 }\n"
                            "threads: 0\n"
                            "health: 30s\n")),
      ElementsAre(
          "f:2:16: retry.walk: expected a whole number from 1 to 64, not 'four'",
          "f:2:34: retry.multiplier: expected a number from 1 to 10 such as 1.5, not text in quotes",
          "f:2:47: retry.budget: expected a percentage from 0% to 1600% such as 20%, not '20'",
          "f:2:59: retry.jitter: expected one of full, none, not 'some'",
          "f:3:22: timeouts.connect: expected a duration such as 500ms, 3s, 10m or 1h, not '3'; add the unit: 3s "
          "or 3ms",
          "f:3:31: timeouts.idle: expected a duration such as 500ms, 3s, 10m or 1h, not 'off'",
          "f:3:43: timeouts.total: expected a duration such as 500ms, 3s, 10m or 1h, not a list",
          "f:4:17: limits.body: expected a size such as 64MiB, 1GiB or a number of bytes, not '64MB'; write 64MiB",
          "f:4:34: limits.in_flight: expected a whole number from 1 to 10000000, not '1.5'",
          "f:5:10: threads: expected auto or a whole number from 1 to 256, not '0'",
          "f:6:9: health: expected a map such as { interval: 30s }, not '30s'"));
}

TEST(Policy, RefusesValuesOutsideTheirRange) {
  EXPECT_THAT(
      mistakes(one_provider("retry: { walk: 65 }\ntimeouts: { connect: 0s, total: 25h }\nlimits: { body: 5GiB }")),
      ElementsAre("f:2:16: retry.walk: expected a whole number from 1 to 64, not '65'",
                  "f:3:22: timeouts.connect: expected a duration from 1ms to 24h, not '0s'",
                  "f:3:33: timeouts.total: expected a duration from 1ms to 24h, not '25h'",
                  "f:4:17: limits.body: expected a size from 1KiB to 4GiB, not '5GiB'"));
}

TEST(Policy, RefusesSettingsThatContradictEachOther) {
  EXPECT_THAT(
      mistakes(one_provider("retry: { backoff: 9s }\nhealth: { interval: 1s, eject_for: 10m }\n"
                            "limits: { body: 1GiB }\ntimeouts: { connect: 2s, total: 1s }\n")),
      ElementsAre(
          "f:2:8: retry: max_backoff (8s) is shorter than backoff (9s); raise max_backoff",
          "f:3:9: health: timeout (5s) is longer than interval (1s), so probes would overlap; shorten timeout",
          "f:3:9: health: max_eject_for (5m) is shorter than eject_for (10m); raise max_eject_for",
          "f:4:9: limits: body (1GiB) is larger than replay_memory (512MiB), so the largest bodies would always "
          "be shed; raise replay_memory",
          "f:5:11: timeouts: connect (2s) is longer than total (1s); raise total"));
}

TEST(Policy, RefusesAProbeThatIsNoPath) {
  const std::string expected =
      "f:2:18: health.probe: expected a path such as /models (it is appended to base_url), or off, ";
  EXPECT_THAT(mistakes(one_provider("health: { probe: models }")), ElementsAre(expected + "not 'models'"));
  EXPECT_THAT(mistakes(one_provider("health: { probe: \"/a b\" }")), ElementsAre(expected + "not text in quotes"));
  EXPECT_THAT(mistakes(one_provider("health: { probe: /models }")), IsEmpty());
}

TEST(Policy, TellsKeysThatHaveNoValue) {
  EXPECT_THAT(mistakes(one_provider("retry:\ntimeouts: { idle: }\n")),
              ElementsAre("f:2:1: 'retry' has no value; give it one or remove it",
                          "f:3:13: timeouts: 'idle' has no value; give it one or remove it"));
}

}  // namespace
}  // namespace drover::config
