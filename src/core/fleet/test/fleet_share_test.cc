// The policies in the fleet: shares, loads and latencies together with health, and what a pick costs.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <queue>

#include "core/test/scenario.h"

namespace {
std::size_t allocations = 0;
}  // namespace

// Counted for the test that a pick allocates nothing.
void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  std::abort();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace drover::core {
namespace {

using namespace std::chrono_literals;
using namespace testing;

constexpr Balance kEveryPolicy[] = {Balance::P2c,           Balance::RoundRobin,   Balance::Random,
                                    Balance::LeastRequests, Balance::LeastLatency, Balance::Sticky};

Plan balanced(Balance balance, std::initializer_list<const char*> names = {"a", "b", "c", "d", "e"}) {
  Plan plan = plan_with_targets(names);
  plan.pools[0].balance = balance;
  return plan;
}

/// Requests arrive evenly and each ends after its own time. Returns how many each target got.
std::vector<int> shares(Plan plan, int rounds, const auto& time_taken) {
  Fleet fleet(plan);
  Random random(1);
  using Ending = std::pair<Instant, int>;
  std::priority_queue<Ending, std::vector<Ending>, std::greater<>> endings;
  std::vector<std::pair<Ticket, Duration>> running;
  std::vector<int> count(plan.targets.size());
  for (int round = 0; round < rounds; ++round) {
    const Instant now = at(round * 10ms);
    while (!endings.empty() && endings.top().first <= now) {
      const auto& [ticket, took] = running[static_cast<std::size_t>(endings.top().second)];
      fleet.settle(ticket, {.kind = Outcome::Kind::Succeeded, .first_content = took}, endings.top().first);
      endings.pop();
    }
    const PickAnswer answer = fleet.pick({.route = &plan.routes[0], .streamed = true}, now, random);
    const Duration took = time_taken(answer.ticket.target.value, random);
    ++count[answer.ticket.target.index()];
    endings.push({now + took, static_cast<int>(running.size())});
    running.push_back({answer.ticket, took});
  }
  return count;
}

const auto alike = [](std::uint32_t, Random& random) {
  return std::chrono::milliseconds(100 + static_cast<int>(random.below(200)));
};

TEST(Shares, J14_TwoChoicesAreFairToEqualKeys) {
  const auto count = shares(balanced(Balance::P2c), 10'000, alike);
  const double most = *std::ranges::max_element(count) / 2000.0;
  std::printf("p2c over five equal keys, 10,000 requests: max/mean %.3f\n", most);
  EXPECT_LE(most, 1.1);
}

TEST(Shares, FollowTheWeightsWithinOnePercent) {
  for (const Balance balance : {Balance::RoundRobin, Balance::Random}) {
    Plan plan = balanced(balance, {"a", "b"});
    plan.targets[1].weight = 3;
    const auto count = shares(std::move(plan), 40'000, alike);
    EXPECT_NEAR(count[1], 30'000, 400);
  }
}

TEST(Shares, FollowTheWeightsWithinOnePercentWhateverThePolicyThatDraws) {
  for (const Balance balance : {Balance::P2c, Balance::RoundRobin, Balance::Random, Balance::Sticky}) {
    Plan plan = balanced(balance, {"a", "b", "c"});
    plan.targets[1].weight = 2;
    plan.targets[2].weight = 5;
    Fleet fleet(plan);
    Random random(3);
    std::array<double, 3> count{};
    constexpr int kRounds = 100'000;
    for (std::uint64_t round = 1; round <= kRounds; ++round) {
      const std::uint64_t affinity = balance == Balance::Sticky ? random() | 1U : 0;
      const Instant now = at(round * 10ms);
      const PickAnswer answer = fleet.pick({.route = &plan.routes[0], .affinity = affinity}, now, random);
      fleet.settle(answer.ticket, {.kind = Outcome::Kind::Succeeded, .first_content = 200ms, .whole = 200ms}, now);
      count[answer.ticket.target.index()] += 100.0 / kRounds;
    }
    EXPECT_NEAR(count[0], 12.5, 1) << static_cast<int>(balance);
    EXPECT_NEAR(count[1], 25.0, 1) << static_cast<int>(balance);
    EXPECT_NEAR(count[2], 62.5, 1) << static_cast<int>(balance);
  }
}

TEST(Shares, WhenATargetLeavesOnlyItsOwnStickyRequestsMove) {
  Plan plan = balanced(Balance::Sticky);
  Fleet fleet(plan);
  Random random(1);
  constexpr std::uint64_t kNames = 10'000;
  const auto home = [&](std::uint64_t affinity, Instant now) {
    const PickAnswer answer = fleet.pick({.route = &plan.routes[0], .affinity = affinity}, now, random);
    fleet.release(answer.ticket);
    return answer.ticket.target;
  };
  std::vector<TargetId> before{TargetId{}};
  for (std::uint64_t name = 1; name <= kNames; ++name) before.push_back(home(name, at(0s)));
  const auto leaving = std::ranges::find(before.begin() + 1, before.end(), TargetId{2});
  const auto name = static_cast<std::uint64_t>(leaving - before.begin());
  const Error error = rate_limited(60s);
  const PickAnswer last = fleet.pick({.route = &plan.routes[0], .affinity = name}, at(1s), random);
  fleet.settle(last.ticket, {.kind = Outcome::Kind::Failed, .error = &error, .stage = Stage::Refused}, at(1s));
  int moved = 0;
  for (std::uint64_t at_name = 1; at_name <= kNames; ++at_name) {
    const TargetId now_at = home(at_name, at(2s));
    EXPECT_EQ(now_at == before[at_name], before[at_name] != TargetId{2});
    moved += now_at == before[at_name] ? 0 : 1;
  }
  std::printf("sticky over five targets, one leaves: %.1f %% of the names move\n", 100.0 * moved / kNames);
  EXPECT_NEAR(moved, kNames / 5, kNames / 50);
}

TEST(Shares, J9_OneStickyNameNeverLoadsATargetBeyondAQuarterOverTheMean) {
  Plan plan = balanced(Balance::Sticky);
  Fleet fleet(plan);
  Random random(1);
  std::array<int, 5> running{};
  for (int count = 1; count <= 500; ++count) {
    ++running[fleet.pick({.route = &plan.routes[0], .affinity = 42}, at(0s), random).ticket.target.index()];
    EXPECT_LE(*std::ranges::max_element(running), std::max(5.0, 1.25 * (count + 1) / 5 + 1)) << count;
  }
}

TEST(Shares, RandomAndLeastRequestsAreFairToEqualKeys) {
  for (const Balance balance : {Balance::Random, Balance::LeastRequests, Balance::RoundRobin}) {
    const auto count = shares(balanced(balance), 10'000, alike);
    EXPECT_LE(*std::ranges::max_element(count), 2200) << static_cast<int>(balance);
    EXPECT_GE(*std::ranges::min_element(count), 1800) << static_cast<int>(balance);
  }
}

TEST(Shares, LeastRequestsEvensOutWhatIsInFlight) {
  const auto count = shares(balanced(Balance::LeastRequests, {"a", "b"}), 4000,
                            [](std::uint32_t target, Random&) { return target == 0 ? 100ms : 300ms; });
  EXPECT_GT(count[0], 2 * count[1]);
}

TEST(Shares, C20_TwoChoicesMoveTrafficAwayFromAKeyThatIsTenTimesSlower) {
  const auto count = shares(balanced(Balance::P2c), 6000, [](std::uint32_t target, Random& random) {
    return (target == 0 ? 10 : 1) * alike(target, random);
  });
  EXPECT_LT(count[0], 600);
  EXPECT_GT(count[0], 0);
}

TEST(Shares, LeastLatencyPrefersTheQuickest) {
  const auto count = shares(balanced(Balance::LeastLatency), 4000,
                            [](std::uint32_t target, Random&) { return target == 2 ? 50ms : 500ms; });
  EXPECT_GT(count[2], 3000);
}

TEST(Shares, J8_LoadCountsTokensAndNotRequests) {
  Plan plan = balanced(Balance::P2c, {"a", "b"});
  Fleet fleet(plan);
  Random random(1);
  const PickRequest large{.route = &plan.routes[0], .estimate = {.output_tokens = {50'000}}};
  const TargetId busy = fleet.pick(large, at(0s), random).ticket.target;
  for (int small = 0; small < 20; ++small) {
    EXPECT_NE(fleet.pick({.route = &plan.routes[0]}, at(0s), random).ticket.target, busy);
  }
}

TEST(Shares, StickyKeepsAnAffinityTogetherAndMovesItOnlyWhileItsTargetIsOut) {
  Plan plan = balanced(Balance::Sticky);
  Fleet fleet(plan);
  Random random(1);
  const auto pick = [&](Instant now) {
    const PickAnswer answer = fleet.pick({.route = &plan.routes[0], .affinity = 42}, now, random);
    fleet.release(answer.ticket);
    return answer.ticket;
  };
  const TargetId home = pick(at(0s)).target;
  for (int round = 0; round < 20; ++round) EXPECT_EQ(pick(at(0s)).target, home);
  const Error error = rate_limited(5s);
  const PickAnswer answer = fleet.pick({.route = &plan.routes[0], .affinity = 42}, at(1s), random);
  fleet.settle(answer.ticket, {.kind = Outcome::Kind::Failed, .error = &error, .stage = Stage::Refused}, at(1s));
  EXPECT_NE(pick(at(2s)).target, home);
  EXPECT_EQ(pick(at(10s)).target, home);
}

TEST(Shares, J2_ARecoveredTargetStartsSlowly) {
  Plan plan = balanced(Balance::RoundRobin, {"a", "b"});
  Fleet fleet(plan);
  Random random(1);
  const Error error = server_error();
  const auto pick = [&](Instant now) { return fleet.pick({.route = &plan.routes[0]}, now, random).ticket; };
  for (int failures = 0; failures < 3;) {
    const Ticket ticket = pick(at(0s));
    if (ticket.target != TargetId{0}) {
      fleet.release(ticket);
      continue;
    }
    fleet.settle(ticket, {.kind = Outcome::Kind::Failed, .error = &error, .stage = Stage::FailedAnswer}, at(0s));
    ++failures;
  }
  Ticket trial = pick(at(40s));
  while (!trial.trial) trial = pick(at(40s));
  fleet.settle(trial, {.kind = Outcome::Kind::Succeeded}, at(40s));
  const auto share_at = [&](Instant now) {
    int count = 0;
    for (int round = 0; round < 110; ++round) {
      const Ticket ticket = pick(now);
      count += ticket.target == TargetId{0} ? 1 : 0;
      fleet.settle(ticket, {.kind = Outcome::Kind::Succeeded}, now);
    }
    return count;
  };
  const int early = share_at(at(40s));
  const int later = share_at(at(60s));
  EXPECT_NEAR(early, 10, 2);
  EXPECT_NEAR(later, 55, 2);
}

TEST(Cost, APickAndASettleAllocateNothingWhateverThePolicy) {
  for (const Balance balance : kEveryPolicy) {
    Plan plan = balanced(balance);
    Fleet fleet(plan);
    Random random(1);
    const Error error = rate_limited(1s);
    const std::size_t before = allocations;
    for (int round = 0; round < 1000; ++round) {
      const PickAnswer answer = fleet.pick({.route = &plan.routes[0], .affinity = 7}, at(round * 1ms), random);
      if (answer.kind != PickKind::Picked) continue;
      const bool well = round % 5 != 0;
      fleet.settle(answer.ticket,
                   {.kind = well ? Outcome::Kind::Succeeded : Outcome::Kind::Failed, .error = well ? nullptr : &error},
                   at(round * 1ms));
    }
    EXPECT_EQ(allocations, before);
  }
}

}  // namespace
}  // namespace drover::core
