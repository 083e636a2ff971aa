// Keys with true limits and a demand above them: how much of the limits' sum is used, and how many requests the keys
// refuse. The fleet is the real one; the providers are token buckets that refill evenly.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <vector>

#include "core/fleet/fleet.h"
#include "sim/play/true_limit.h"
#include "sim/world/agenda.h"
#include "sim/world/world.h"

namespace drover::sim {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart{1h};

enum class Says : std::uint8_t { Nothing, Hints, RetryAfter };

QuotaHints hints_of(TrueLimit& key, Instant now) {
  QuotaHints hints;
  hints.of(QuotaDimension::AllRequests) = key.hint(now);
  return hints;
}

struct Measured {
  double share = 0;    ///< of the limits' sum, from the second minute on
  double refused = 0;  ///< refusals per answered request
};

/// At each of `gateways` a request always waits; the gateways know nothing of each other. An answer takes `latency`.
Measured saturate(const core::Plan& plan, const std::vector<double>& limits, Says says, Duration latency,
                  std::size_t gateways = 1) {
  constexpr Duration kLong = 12min;
  constexpr Duration kWarm = 2min;
  std::vector<std::unique_ptr<core::Fleet>> fleets;
  for (std::size_t gateway = 0; gateway < gateways; ++gateway) fleets.push_back(std::make_unique<core::Fleet>(plan));
  Random random(7);
  std::vector<TrueLimit> keys;
  double sum = 0;
  for (const double limit : limits) keys.emplace_back(limit, kStart), sum += limit;

  struct UnderWay {
    core::Fleet* fleet;
    core::Ticket ticket;
  };
  Agenda<UnderWay> answers;
  std::uint64_t answered = 0;
  std::uint64_t refused = 0;
  const auto settle_until = [&](Instant until) {
    while (!answers.empty()) {
      auto [when, under_way] = answers.next();
      if (when > until) {
        answers.add(when, under_way);
        break;
      }
      auto& [fleet, ticket] = under_way;
      if (says == Says::Hints) fleet->hint(ticket, hints_of(keys[ticket.target.index()], when), when);
      fleet->settle(ticket, {.kind = core::Outcome::Kind::Succeeded, .stage = core::Stage::Committed}, when);
    }
  };
  const auto ask_until_refused = [&](core::Fleet& fleet, Instant now) {
    std::vector<core::TargetId> tried;
    for (;;) {
      const core::PickAnswer answer = fleet.pick({.route = &plan.routes.front(), .tried = tried}, now, random);
      if (answer.kind != core::PickKind::Picked) return;
      TrueLimit& key = keys[answer.ticket.target.index()];
      const bool counts = now >= kStart + kWarm;
      if (key.admit(now)) {
        answered += counts ? 1 : 0;
        answers.add(now + latency, {&fleet, answer.ticket});
        tried.clear();
        continue;
      }
      refused += counts ? 1 : 0;
      Error error{
          .kind = ErrorKind::RateLimited, .scope = ErrorScope::Key, .retry = RetryClass::OtherKey, .status = 429};
      if (says == Says::RetryAfter) error.retry_after = key.retry_after();
      if (says == Says::Hints) fleet.hint(answer.ticket, hints_of(key, now), now);
      fleet.settle(answer.ticket, {.kind = core::Outcome::Kind::Failed, .error = &error, .stage = core::Stage::Refused},
                   now);
      tried.push_back(answer.ticket.target);
    }
  };
  for (Instant now = kStart; now < kStart + kLong; now += 5ms) {
    settle_until(now);
    for (const auto& fleet : fleets) ask_until_refused(*fleet, now);
  }
  settle_until(kNever);
  const double due = sum / 60 * std::chrono::duration<double>(kLong - kWarm).count();
  return {.share = static_cast<double>(answered) / due,
          .refused = static_cast<double>(refused) / static_cast<double>(std::max<std::uint64_t>(answered, 1))};
}

void print(const char* what, const Measured& measured) {
  std::printf("  %-52s goodput %6.2f %%   refusals %6.3f %% of answers\n", what, 100 * measured.share,
              100 * measured.refused);
}

constexpr double kGoodput = 0.97;
const std::vector<double> kLimits = {60, 120, 300, 600};

TEST(Goodput, J7_WithConfiguredLimitsIsTheirSumAndNoKeyRefuses) {
  core::Plan plan = simple_plan(4);
  for (std::size_t key = 0; key < kLimits.size(); ++key) {
    plan.keys[key].limits.requests_per_minute = static_cast<std::int64_t>(kLimits[key]);
  }
  const Measured measured = saturate(plan, kLimits, Says::Nothing, 2s);
  print("limits configured", measured);
  EXPECT_GE(measured.share, kGoodput);
  EXPECT_EQ(measured.refused, 0);
}

TEST(Goodput, J7_WithLimitsThatTheProviderTellsIsTheirSum) {
  for (const Duration latency : {Duration(200ms), Duration(2s), Duration(20s)}) {
    const Measured measured = saturate(simple_plan(4), kLimits, Says::Hints, latency);
    print(latency < 1s    ? "told by the provider, answers take 0.2 s"
          : latency < 10s ? "told, 2 s"
                          : "told, 20 s",
          measured);
    EXPECT_GE(measured.share, kGoodput);
    EXPECT_LE(measured.refused, 0.03);
  }
}

TEST(Goodput, J7_WithNothingConfiguredAndNothingToldTheLimitsAreLearned) {
  const Measured measured = saturate(simple_plan(4), kLimits, Says::Nothing, 2s);
  print("learned from refusals without Retry-After", measured);
  EXPECT_GE(measured.share, kGoodput);
  EXPECT_LE(measured.refused, 0.05);
}

TEST(Goodput, J7_WithRetryAfterOnlyTheLimitsAreLearned) {
  const Measured measured = saturate(simple_plan(4), kLimits, Says::RetryAfter, 2s);
  print("learned from refusals with Retry-After", measured);
  EXPECT_GE(measured.share, kGoodput);
  EXPECT_LE(measured.refused, 0.05);
}

/// Two gateways share keys without a common store: each learns how much the other leaves.
TEST(Goodput, J13_TwoGatewaysThatShareKeysUseThemUpAndOvershootLittle) {
  const Measured told = saturate(simple_plan(4), kLimits, Says::Hints, 2s, 2);
  const Measured learned = saturate(simple_plan(4), kLimits, Says::RetryAfter, 2s, 2);
  print("two gateways, limits told", told);
  print("two gateways, learned from refusals", learned);
  for (const Measured& measured : {told, learned}) {
    EXPECT_GE(measured.share, kGoodput);
    EXPECT_LE(measured.refused, 0.15);
  }
}

}  // namespace
}  // namespace drover::sim
