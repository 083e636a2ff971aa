// The three methods of the first sketch, number by number, in simulated time. Their files are examples/1-one-key.yaml,
// 2-round-robin.yaml and 3-failover.yaml; tests/integration serves requests through them.
#include <gtest/gtest.h>

#include "core/test/scenario.h"

namespace drover::core {
namespace {

using namespace std::chrono_literals;
using namespace testing;

// ------------------------------------------------------------------------------------------ 1: one key with retries

Scenario one_key() {
  Scenario s = Scenario::with_targets({"a"});
  s.plan().retry = {.walk = 1,
                    .same_target = 3,
                    .backoff = 500ms,
                    .multiplier = 2,
                    .max_backoff = 2s,
                    .jitter = Jitter::None,
                    .budget = 3,
                    .ambiguous = Ambiguous::ReusedOnly,
                    .statuses = {500, 502, 503, 504}};
  s.plan().pools[0].timeouts.total = 30s;
  return s;
}

TEST(OneKey, RepeatsThreeTimesAfterHalfASecondOneAndTwo) {
  for (const int status : {500, 502, 503, 504}) {
    Scenario s = one_key();
    Instant now = at(0s);
    Commands next = s.on(RequestReady{}, now);
    EXPECT_EQ(armed(next, TimerKind::Total), at(30s));
    for (const Duration wait : {500ms, 1000ms, 2000ms}) {
      EXPECT_EQ(s.started(next), "a");
      (void)s.sent(now);
      now += 100ms;
      next = s.failed(server_error(status), Stage::FailedAnswer, now);
      ASSERT_EQ(armed(next, TimerKind::Backoff), now + wait) << status;
      now += wait;
      next = s.fired(TimerKind::Backoff, now);
    }
    EXPECT_EQ(s.started(next), "a");
    (void)s.sent(now);
    EXPECT_TRUE(has<EndWithError>(s.failed(server_error(status), Stage::FailedAnswer, now)));
    EXPECT_EQ(s.dispatch().attempts(), 4U);
  }
}

TEST(OneKey, DoesNotRepeatAnyOtherStatus) {
  for (const int status : {400, 404, 408, 429, 501, 505, 507, 520, 529}) {
    Scenario s = one_key();
    (void)s.on(RequestReady{}, at(0s));
    (void)s.sent(at(0s));
    Error error = status == 429 ? rate_limited(1s) : server_error(status);
    EXPECT_TRUE(has<EndWithError>(s.failed(error, Stage::FailedAnswer, at(100ms)))) << status;
    EXPECT_EQ(s.dispatch().attempts(), 1U);
  }
}

TEST(OneKey, IsStillUsedWhileEverythingItSaysIsAnError) {
  Scenario s = one_key();
  for (int request = 0; request < 20; ++request) {
    s.forget_dispatch();
    s.request().arrived = at(request * 10s);
    Commands next = s.on(RequestReady{}, at(request * 10s));
    ASSERT_EQ(s.started(next), "a");
    (void)s.sent(at(request * 10s));
    (void)s.failed(server_error(500), Stage::FailedAnswer, at(request * 10s));
  }
}

// ------------------------------------------------------------------------------------------ 2: round robin by score

struct Keys {
  explicit Keys(Plan made) : plan(std::move(made)), fleet(plan) {}

  PickAnswer pick(Instant now) { return fleet.pick({.route = &plan.routes[0]}, now, random); }
  std::string name(const PickAnswer& answer) { return plan.targets[answer.ticket.target.index()].name; }
  void end(const PickAnswer& answer, Instant now, const Error* error = nullptr) {
    fleet.settle(answer.ticket,
                 {.kind = error == nullptr ? Outcome::Kind::Succeeded : Outcome::Kind::Failed,
                  .error = error,
                  .stage = Stage::FailedAnswer},
                 now);
  }
  /// The next request that goes to this target ends so.
  void meet(std::uint32_t target, Instant now, const Error* error = nullptr) {
    for (int round = 0; round < 10; ++round) {
      const PickAnswer answer = pick(now);
      if (answer.ticket.target == TargetId{target}) return end(answer, now, error);
      fleet.release(answer.ticket);
    }
    ADD_FAILURE() << "target " << target << " was never picked";
  }
  void probe(std::uint32_t key, const Error* error, Instant now, Duration latency = 100ms) {
    fleet.on_probe({.key = {key}, .server = {0}, .error = error, .latency = latency}, now);
  }
  TargetView view(std::uint32_t target, Instant now) { return fleet.view(TargetId{target}, now); }

  Plan plan;
  Fleet fleet;
  Random random{1};
};

/// One provider with one server and three keys.
Plan three_keys() {
  Plan plan;
  plan.providers.push_back({.name = "p"});
  plan.servers.push_back({.base_url = "https://p/v1"});
  plan.pools.push_back({.model = "m", .balance = Balance::RoundRobin});
  plan.routes.push_back({.name = "m", .pools = {PoolId{0}}});
  for (std::uint32_t at = 0; at < 3; ++at) {
    const std::string name(1, static_cast<char>('a' + at));
    plan.keys.push_back({.name = name, .fingerprint = "fp-" + name});
    plan.targets.push_back({.key = {at}, .model = "m", .name = name});
    plan.pools[0].targets.push_back(TargetId{at});
  }
  plan.finish();
  return plan;
}

Plan by_score() {
  Plan plan = three_keys();
  plan.health.mode = HealthMode::Score;
  plan.health.eject_after = 5;
  plan.health.eject_for = 1h;
  plan.health.max_eject_for = 1h;
  plan.health.when_all_out = WhenAllOut::Reset;
  return plan;
}

TEST(RoundRobinByScore, GoesRoundTheKeysInTurn) {
  Keys k(by_score());
  std::string order;
  for (int request = 0; request < 9; ++request) {
    const PickAnswer answer = k.pick(at(0s));
    order += k.name(answer);
    k.end(answer, at(0s));
  }
  EXPECT_EQ(order, "abcabcabc");
}

TEST(RoundRobinByScore, AnErrorAddsOneASuccessTakesOneAwayAndNeverBelowNothing) {
  Keys k(by_score());
  const Error error = server_error();
  k.meet(0, at(0s));
  EXPECT_EQ(k.view(0, at(0s)).score, 0U);
  for (std::uint32_t count = 1; count <= 4; ++count) {
    k.meet(0, at(1s), &error);
    EXPECT_EQ(k.view(0, at(1s)).score, count);
  }
  k.meet(0, at(2s));
  EXPECT_EQ(k.view(0, at(2s)).score, 3U);
}

TEST(RoundRobinByScore, AKeyRestsAtFiveAndNotBefore) {
  Keys k(by_score());
  const Error error = server_error();
  for (int count = 0; count < 4; ++count) k.meet(0, at(0s), &error);
  EXPECT_EQ(k.view(0, at(0s)).condition, TargetCondition::Suspect);
  k.meet(0, at(1s), &error);
  EXPECT_EQ(k.view(0, at(1s)).condition, TargetCondition::Ejected);
  for (int request = 0; request < 30; ++request) {
    const PickAnswer answer = k.pick(at(2s));
    EXPECT_NE(k.name(answer), "a");
    k.end(answer, at(2s));
  }
}

TEST(RoundRobinByScore, WhenAllRestAllAreResetAndTriedAgainAndLastUsedIsKept) {
  Keys k(by_score());
  const Error error = server_error();
  for (std::uint32_t key = 0; key < 3; ++key) {
    for (int count = 0; count < 5; ++count) k.meet(key, at(key * 1s), &error);
  }
  for (std::uint32_t key = 0; key < 3; ++key) EXPECT_EQ(k.view(key, at(5s)).condition, TargetCondition::Ejected);
  const PickAnswer answer = k.pick(at(10s));
  ASSERT_EQ(answer.kind, PickKind::Picked);
  for (std::uint32_t key = 0; key < 3; ++key) {
    EXPECT_EQ(k.view(key, at(10s)).condition, TargetCondition::Ok);
    EXPECT_EQ(k.view(key, at(10s)).score, 0U);
    const bool picked = answer.ticket.target == TargetId{key};
    EXPECT_EQ(k.view(key, at(10s)).last_used, picked ? at(10s) : at(key * 1s));
  }
  k.end(answer, at(10s), &error);
  EXPECT_EQ(k.view(answer.ticket.target.value, at(11s)).score, 1U);  // counted once, from nothing
}

TEST(RoundRobinByScore, AKeyThatComesBackBeginsAtNothing) {
  Plan plan = by_score();
  plan.health.eject_for = 60s;
  Keys k(std::move(plan));
  const Error error = server_error();
  for (int count = 0; count < 5; ++count) k.meet(0, at(0s), &error);
  k.meet(0, at(70s));
  EXPECT_EQ(k.view(0, at(71s)).score, 0U);
  EXPECT_EQ(k.view(0, at(71s)).condition, TargetCondition::Ok);
}

// ------------------------------------------------------------------------------------------ 3: failover by probes

Plan by_probes() {
  Plan plan = three_keys();
  plan.pools[0].balance = Balance::LeastLatency;
  plan.pools[0].timeouts.total = 30s;
  plan.health.latency_from = LatencyFrom::Probe;
  plan.health.when_all_out = WhenAllOut::First;
  return plan;
}

TEST(FailoverByProbes, LatencyIsSevenTenthsOldAndThreeTenthsNewFromTheFirstSampleOn) {
  Keys k(by_probes());
  EXPECT_EQ(k.view(0, at(0s)).probe_seconds, 0);
  k.probe(0, nullptr, at(0s), 100ms);
  EXPECT_DOUBLE_EQ(k.view(0, at(0s)).probe_seconds, 0.100);
  k.probe(0, nullptr, at(30s), 200ms);
  EXPECT_NEAR(k.view(0, at(30s)).probe_seconds, 0.130, 1e-9);
  k.probe(0, nullptr, at(60s), 50ms);
  EXPECT_NEAR(k.view(0, at(60s)).probe_seconds, 0.106, 1e-9);
  const Error error = server_error();
  k.probe(0, &error, at(90s), 1ms);  // a quick failure is no speed
  EXPECT_NEAR(k.view(0, at(90s)).probe_seconds, 0.106, 1e-9);
}

TEST(FailoverByProbes, TheQuickestOfTheHealthyIsChosen) {
  Keys k(by_probes());
  k.probe(0, nullptr, at(0s), 300ms);
  k.probe(1, nullptr, at(0s), 100ms);
  k.probe(2, nullptr, at(0s), 200ms);
  for (int request = 0; request < 20; ++request) {
    const PickAnswer answer = k.pick(at(40s));
    EXPECT_EQ(k.name(answer), "b");
    k.end(answer, at(1s));
  }
}

TEST(FailoverByProbes, AKeyThatNoProbeHasAnsweredForIsNotTakenForTheQuickest) {
  Keys k(by_probes());
  k.probe(2, nullptr, at(0s), 5s);
  for (int request = 0; request < 20; ++request) EXPECT_EQ(k.name(k.pick(at(1s))), "c");
}

TEST(FailoverByProbes, ThreeFailuresInARowTakeAKeyOutAndASuccessBringsItBack) {
  Keys k(by_probes());
  const Error error = server_error();
  for (int round = 0; round < 3; ++round) {
    k.probe(0, round == 0 ? nullptr : &error, at(round * 30s), 10ms);
    k.probe(1, nullptr, at(round * 30s), 50ms);
    k.probe(2, nullptr, at(round * 30s), 90ms);
    EXPECT_EQ(k.name(k.pick(at(round * 30s + 1s))), "a");
  }
  EXPECT_EQ(k.view(0, at(61s)).consecutive_failures, 2U);
  k.probe(0, &error, at(90s));
  EXPECT_EQ(k.view(0, at(91s)).condition, TargetCondition::Ejected);
  EXPECT_EQ(k.name(k.pick(at(91s))), "b");
  k.probe(0, nullptr, at(120s), 10ms);
  EXPECT_EQ(k.view(0, at(121s)).consecutive_failures, 0U);
  EXPECT_EQ(k.name(k.pick(at(121s))), "a");
}

TEST(FailoverByProbes, WithNoneHealthyTheFirstIsUsed) {
  Keys k(by_probes());
  const Error error = server_error();
  for (int round = 0; round < 3; ++round) {
    for (std::uint32_t key = 0; key < 3; ++key) k.probe(key, &error, at(round * 30s));
  }
  for (int request = 0; request < 10; ++request) EXPECT_EQ(k.name(k.pick(at(61s))), "a");
}

TEST(FailoverByProbes, ARequestHasThirtySecondsInAll) {
  Scenario s(by_probes());
  const Commands begun = s.on(RequestReady{}, at(0s));
  EXPECT_EQ(armed(begun, TimerKind::Total), at(30s));
  (void)s.sent(at(0s));
  EXPECT_TRUE(has<EndWithError>(s.fired(TimerKind::Total, at(30s))));
}

}  // namespace
}  // namespace drover::core
