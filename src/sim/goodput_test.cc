// Keys with true limits and more demand than they hold: how much of the sum of the limits gets through, and what the
// keys had to refuse. The fleet is the real one; the providers are token buckets that refill evenly.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <vector>

#include "core/fleet.h"
#include "sim/agenda.h"
#include "sim/world.h"

namespace drover::sim {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart{1h};

/// What a provider holds one key to.
class TrueLimit {
 public:
  explicit TrueLimit(double per_minute) : capacity_(per_minute), level_(per_minute) {}

  bool admit(Instant now) {
    refill(now);
    if (level_ < 1) return false;
    level_ -= 1;
    return true;
  }
  [[nodiscard]] QuotaHints hints(Instant now) {
    refill(now);
    QuotaHints hints;
    const double missing = capacity_ - level_;
    hints.of(QuotaDimension::AllRequests) = {.limit = static_cast<std::int64_t>(capacity_),
                                             .remaining = static_cast<std::int64_t>(level_),
                                             .reset = Duration(static_cast<Duration::rep>(missing / capacity_ * 60e9))};
    return hints;
  }
  [[nodiscard]] double capacity() const { return capacity_; }

 private:
  void refill(Instant now) {
    const double passed = std::chrono::duration<double>(now - last_).count();
    level_ = std::min(capacity_, level_ + passed * capacity_ / 60);
    last_ = now;
  }
  double capacity_;
  double level_;
  Instant last_ = kStart;
};

enum class Tells : std::uint8_t { Nothing, Hints, RetryAfter };

struct Measured {
  double share = 0;    ///< of the sum of the limits, counted from the second minute on
  double refused = 0;  ///< refusals per answered request
};

/// There is always a request that waits; an answer takes `latency`.
Measured saturate(core::Plan plan, std::vector<double> limits, Tells tells, Duration latency) {
  constexpr Duration kLong = 12min;
  constexpr Duration kWarm = 2min;
  core::Fleet fleet(plan);
  Random random(7);
  std::vector<TrueLimit> keys;
  double sum = 0;
  for (const double limit : limits) keys.emplace_back(limit), sum += limit;

  Agenda<core::Ticket> answers;
  std::uint64_t answered = 0;
  std::uint64_t refused = 0;
  const auto settle_until = [&](Instant until) {
    std::vector<std::pair<Instant, core::Ticket>> later;
    while (!answers.empty()) {
      auto [when, ticket] = answers.next();
      if (when > until) {
        answers.add(when, ticket);
        break;
      }
      if (tells == Tells::Hints) fleet.hint(ticket, keys[ticket.target.index()].hints(when), when);
      fleet.settle(ticket, {.kind = core::Outcome::Kind::Succeeded, .stage = core::Stage::Committed}, when);
    }
  };
  for (Instant now = kStart; now < kStart + kLong; now += 5ms) {
    settle_until(now);
    std::vector<core::TargetId> tried;
    for (;;) {
      const core::PickAnswer answer = fleet.pick({.route = &plan.routes.front(), .tried = tried}, now, random);
      if (answer.kind != core::PickKind::Picked) break;
      TrueLimit& key = keys[answer.ticket.target.index()];
      const bool counts = now >= kStart + kWarm;
      if (key.admit(now)) {
        answered += counts ? 1 : 0;
        answers.add(now + latency, answer.ticket);
        tried.clear();
        continue;
      }
      refused += counts ? 1 : 0;
      Error error{
          .kind = ErrorKind::RateLimited, .scope = ErrorScope::Key, .retry = RetryClass::OtherKey, .status = 429};
      if (tells == Tells::RetryAfter) error.retry_after = Duration(static_cast<Duration::rep>(60e9 / key.capacity()));
      if (tells == Tells::Hints) fleet.hint(answer.ticket, key.hints(now), now);
      fleet.settle(answer.ticket, {.kind = core::Outcome::Kind::Failed, .error = &error, .stage = core::Stage::Refused},
                   now);
      tried.push_back(answer.ticket.target);
    }
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
  const Measured measured = saturate(plan, kLimits, Tells::Nothing, 2s);
  print("limits configured", measured);
  EXPECT_GE(measured.share, kGoodput);
  EXPECT_EQ(measured.refused, 0);
}

TEST(Goodput, J7_WithLimitsThatTheProviderTellsIsTheirSum) {
  for (const Duration latency : {Duration(200ms), Duration(2s), Duration(20s)}) {
    const Measured measured = saturate(simple_plan(4), kLimits, Tells::Hints, latency);
    print(latency < 1s    ? "told by the provider, answers take 0.2 s"
          : latency < 10s ? "told, 2 s"
                          : "told, 20 s",
          measured);
    EXPECT_GE(measured.share, kGoodput);
    EXPECT_LE(measured.refused, 0.03);
  }
}

TEST(Goodput, J7_WithNothingConfiguredAndNothingToldTheLimitsAreLearned) {
  const Measured measured = saturate(simple_plan(4), kLimits, Tells::Nothing, 2s);
  print("learned from refusals without Retry-After", measured);
  EXPECT_GE(measured.share, kGoodput);
  EXPECT_LE(measured.refused, 0.05);
}

TEST(Goodput, J7_WithRetryAfterOnlyTheLimitsAreLearned) {
  const Measured measured = saturate(simple_plan(4), kLimits, Tells::RetryAfter, 2s);
  print("learned from refusals with Retry-After", measured);
  EXPECT_GE(measured.share, kGoodput);
  EXPECT_LE(measured.refused, 0.05);
}

}  // namespace
}  // namespace drover::sim
