// Soft affinity: conversations stay where their prompt cache is, and affinity never makes them wait.
#include <gtest/gtest.h>

#include <cstdio>
#include <map>

#include "core/fleet/fleet_handover.h"
#include "core/test/scenario.h"

namespace drover::core {
namespace {

using namespace std::chrono_literals;
using namespace testing;

Plan talkative(std::initializer_list<const char*> names = {"a", "b", "c", "d", "e"}) {
  Plan plan = plan_with_targets(names);
  plan.pools[0].balance = Balance::P2c;
  return plan;
}

struct Talk {
  explicit Talk(Plan made = talkative()) : plan(std::move(made)), fleet(plan) {}

  Ticket pick(std::uint64_t conversation, Instant now) {
    const PickAnswer answer = fleet.pick({.route = &plan.routes[0], .affinity = conversation}, now, random);
    EXPECT_EQ(answer.kind, PickKind::Picked);
    return answer.ticket;
  }
  void end(const Ticket& ticket, Instant now, const Error* error = nullptr) {
    fleet.settle(ticket,
                 {.kind = error == nullptr ? Outcome::Kind::Succeeded : Outcome::Kind::Failed,
                  .error = error,
                  .stage = Stage::FailedAnswer},
                 now);
  }
  TargetId ask(std::uint64_t conversation, Instant now) {
    const Ticket ticket = pick(conversation, now);
    end(ticket, now);
    return ticket.target;
  }
  void limit(TargetId target, Duration span, Instant now) {
    const Error error = rate_limited(span);
    for (std::uint64_t other = 1000; other < 2000; ++other) {
      const Ticket ticket = pick(other, now);
      if (ticket.target == target) return end(ticket, now, &error);
      fleet.release(ticket);
    }
    ADD_FAILURE() << "never picked";
  }

  Plan plan;
  Fleet fleet;
  Random random{1};
};

TEST(SoftAffinity, KeepsAConversationAtItsHome) {
  Talk t;
  for (std::uint64_t conversation = 1; conversation <= 50; ++conversation) {
    const TargetId home = t.ask(conversation, at(0s));
    for (int turn = 1; turn < 20; ++turn) EXPECT_EQ(t.ask(conversation, at(turn * 60s)), home);
  }
}

TEST(SoftAffinity, GivesUpOnARateLimitStaysTogetherElsewhereAndComesBack) {
  Talk t;
  const TargetId home = t.ask(7, at(0s));
  t.limit(home, 60s, at(1s));
  const TargetId stand_in = t.ask(7, at(2s));
  EXPECT_FALSE(stand_in == home);
  for (int turn = 3; turn < 50; ++turn) EXPECT_EQ(t.ask(7, at(turn * 1s)), stand_in);
  EXPECT_EQ(t.ask(7, at(90s)), home);
}

TEST(SoftAffinity, GivesUpOnAnEjectionAndComesBackAsTheHomesShareGrows) {
  Talk t;
  const TargetId home = t.ask(7, at(0s));
  const Error error = server_error();
  for (int failure = 0; failure < 3; ++failure) t.end(t.pick(7, at(1s)), at(1s), &error);
  EXPECT_FALSE(t.ask(7, at(2s)) == home);
  EXPECT_EQ(t.ask(7, at(40s)), home);  // its trial
  EXPECT_EQ(t.ask(7, at(60s)), home);
}

TEST(SoftAffinity, GivesUpWhenItsHomeHasMoreThanItsShareOfTheLoad) {
  Talk t(talkative({"a", "b"}));
  const TargetId home = t.ask(7, at(0s));
  int at_home = 0;
  for (int running = 0; running < 100; ++running) at_home += t.pick(7, at(1s)).target == home ? 1 : 0;
  EXPECT_LE(at_home, 64);  // 1.25 times the mean of 50, and the one that finds out
  EXPECT_GE(at_home, 50);
}

TEST(SoftAffinity, IsGivenUpAfterItsTime) {
  Plan plan = talkative();
  plan.pools[0].affinity = 5min;
  Talk t(std::move(plan));
  int moved = 0;
  for (std::uint64_t conversation = 1; conversation <= 200; ++conversation) {
    const TargetId home = t.ask(conversation, at(0s));
    moved += t.ask(conversation, at(5min + 1s)) == home ? 0 : 1;
  }
  EXPECT_NEAR(moved, 160, 25);  // four of five, as for any new conversation
}

TEST(SoftAffinity, CanBeTurnedOff) {
  Plan plan = talkative();
  plan.pools[0].affinity = Duration::zero();
  Talk t(std::move(plan));
  std::map<std::uint32_t, int> count;
  for (int turn = 0; turn < 100; ++turn) ++count[t.ask(7, at(0s)).value];
  EXPECT_EQ(count.size(), 5U);
  EXPECT_EQ(t.fleet.conversations().count().asked, 0U);
}

TEST(SoftAffinity, RemembersABoundedNumberOfConversations) {
  Talk t;
  for (std::uint64_t conversation = 1; conversation <= 2 * kAffinityEntries; ++conversation) {
    (void)t.ask(conversation, at(std::chrono::milliseconds(conversation)));
  }
  EXPECT_LE(t.fleet.conversations().size(), kAffinityEntries);
  EXPECT_GT(t.fleet.conversations().size(), kAffinityEntries * 9 / 10);
}

TEST(SoftAffinity, J12_SurvivesAReloadThatReorders) {
  Talk old(talkative({"a", "b", "c"}));
  Talk fresh(talkative({"c", "new", "b", "a"}));
  std::map<std::uint64_t, std::string> homes;
  for (std::uint64_t conversation = 1; conversation <= 30; ++conversation) {
    homes[conversation] = old.plan.targets[old.ask(conversation, at(0s)).index()].name;
  }
  Succession reload;
  (void)reload.succeed(old.fleet, fresh.fleet);
  for (const auto& [conversation, home] : homes) {
    EXPECT_EQ(fresh.plan.targets[fresh.ask(conversation, at(10s)).index()].name, home);
  }
}

TEST(SoftAffinity, AFenceIsStrongerThanAHome) {
  Talk t(talkative({"a", "b"}));
  const TargetId home = t.ask(7, at(0s));
  const ProviderFence elsewhere = without({}, ProviderId{home.value});
  for (int turn = 0; turn < 20; ++turn) {
    const PickAnswer answer =
        t.fleet.pick({.route = &t.plan.routes[0], .fence = elsewhere, .affinity = 7}, at(1s), t.random);
    EXPECT_FALSE(answer.ticket.target == home);
    t.fleet.release(answer.ticket);
  }
  EXPECT_EQ(t.ask(7, at(2s)), home);
}

TEST(SoftAffinity, CountsTheTokensThatCameFromTheProvidersCache) {
  Talk t(talkative({"a", "b"}));
  const Ticket ticket = t.pick(7, at(0s));
  Outcome outcome{.kind = Outcome::Kind::Succeeded};
  outcome.used = {.input_tokens = {1000}, .cached_tokens = {900}, .reported = true};
  t.fleet.settle(ticket, outcome, at(1s));
  outcome.used = {.input_tokens = {500}};  // an estimate says nothing about a cache
  t.fleet.settle(t.pick(7, at(2s)), outcome, at(3s));
  outcome.used = {.input_tokens = {100}, .cached_tokens = {1'000'000}, .reported = true};  // cannot be
  t.fleet.settle(t.pick(7, at(4s)), outcome, at(5s));
  const TargetView view = t.fleet.view(ticket.target, at(6s));
  EXPECT_EQ(view.input_tokens, 1100U);
  EXPECT_EQ(view.cached_tokens, 1000U);
}

/// 400 conversations of a turn each minute for an hour at five keys, of which one is dead from minute 20 to 30. A turn
/// hits when its key served the conversation within the last ten minutes. The part of all turns but the first that hit.
double hit_share(Duration affinity) {
  Plan plan = talkative();
  plan.pools[0].affinity = affinity;
  Talk t(std::move(plan));
  const Error error = server_error();
  std::map<std::pair<std::uint64_t, std::uint32_t>, Instant> cache;
  int turns = 0;
  int hits = 0;
  for (int minute = 0; minute < 60; ++minute) {
    for (std::uint64_t conversation = 1; conversation <= 400; ++conversation) {
      const Instant now = at(minute * 60s + conversation * 150ms);
      for (;;) {
        const Ticket ticket = t.pick(conversation, now);
        const bool dead = ticket.target == TargetId{0} && minute >= 20 && minute < 30;
        t.end(ticket, now, dead ? &error : nullptr);
        if (dead) continue;  // as a failover would
        Instant& served = cache[{conversation, ticket.target.value}];
        if (minute > 0) ++turns, hits += served != Instant{} && now - served < 10min ? 1 : 0;
        served = now;
        break;
      }
    }
  }
  return static_cast<double>(hits) / turns;
}

TEST(SoftAffinity, J9_KeepsTheCacheWarmWhileOneKeyDiesAndReturns) {
  const double with = hit_share(30min);
  const double without = hit_share(Duration::zero());
  std::printf("affinity hit share, one of five keys dying for ten minutes: %.1f %% (without affinity %.1f %%)\n",
              100 * with, 100 * without);
  EXPECT_GT(with, 0.95);
  EXPECT_LT(without, with);
}

}  // namespace
}  // namespace drover::core
