// How soon a target that begins to hang, or becomes ten times slower, gets no more requests; and that healthy targets
// with heavy tails are never suspected.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "core/fleet/fleet.h"
#include "sim/test/sanitized_test_kit.h"
#include "sim/world/agenda.h"
#include "sim/world/diagnosis.h"

namespace drover::sim {
namespace {

using namespace std::chrono_literals;

constexpr Instant kBeginning{1h};

struct Load {
  double per_second = 600;
  Duration span = 40s;
  Duration ill_from = kNoLimit;   ///< the first target
  double slower = 0;              ///< how many times; 0: it hangs
  std::uint32_t ill_targets = 1;  ///< the first so many targets
  bool streamed = false;
  double quick_streams = 0;  ///< share of requests that are streams, whose first content comes in a fifth of the time
  double thinking = 0;       ///< share of requests that take `kThinkingTimes` as long
  bool lognormal = false;
  core::Balance balance = core::Balance::P2c;
};
constexpr double kThinkingTimes = 20;

struct Seen {
  std::uint32_t suspected = 0;
  std::optional<Duration> quiet_after;  ///< since ill_from: later the first target gets under a tenth of its share
};

class World {
 public:
  explicit World(const Load& load)
      : load_(load), plan_(plan_of(Topology::KeysOfOneServer, load.balance)), fleet_(plan_) {}

  Seen run() {
    Seen seen;
    Instant last_busy = Instant::min();
    std::uint32_t window = 0, at_ill = 0;
    Instant window_begins = kBeginning;
    const auto every = Duration(static_cast<Duration::rep>(1e9 / load_.per_second));
    for (Instant now = kBeginning; now < kBeginning + load_.span; now += every) {
      settle_until(now);
      const bool streamed = load_.streamed || (load_.quick_streams > 0 && random_.unit() < load_.quick_streams);
      const core::PickAnswer answer = fleet_.pick({.route = &plan_.routes.front(), .streamed = streamed}, now, random_);
      if (answer.kind != core::PickKind::Picked) continue;
      begin(answer.ticket, now);
      ++window;
      at_ill += answer.ticket.target.value == 0 ? 1 : 0;
      if (now - window_begins >= 100ms) {
        if (at_ill * 30 >= window) last_busy = now;
        window = at_ill = 0;
        window_begins = now;
      }
      while (const auto change = fleet_.next_change()) {
        seen.suspected += change->what == core::StateChange::What::Suspected ? 1 : 0;
      }
    }
    if (load_.ill_from != kNoLimit) seen.quiet_after = last_busy - (kBeginning + load_.ill_from);
    return seen;
  }

 private:
  struct Event {
    core::Ticket ticket;
    bool first_content = false;  ///< of a stream; false: the end of an answer
  };

  void begin(const core::Ticket& ticket, Instant now) {
    double whole = load_.lognormal ? 2 * std::exp(0.9 * normal()) : 1 + 2 * random_.unit();
    if (random_.unit() < load_.thinking) whole *= kThinkingTimes;
    const bool ill =
        ticket.target.value < load_.ill_targets && load_.ill_from != kNoLimit && now >= kBeginning + load_.ill_from;
    if (ill && load_.slower == 0) return;  // never
    if (ill) whole *= load_.slower;
    const double first_content = load_.quick_streams > 0 ? whole / 5 : whole;
    if (ticket.streamed) agenda_.add(after(now, first_content), {.ticket = ticket, .first_content = true});
    agenda_.add(after(now, whole), {.ticket = ticket});
  }
  static Instant after(Instant now, double seconds) {
    return now + Duration(static_cast<Duration::rep>(seconds * 1e9));
  }
  double normal() {
    return std::sqrt(-2 * std::log(std::max(random_.unit(), 1e-12))) * std::cos(6.283185307 * random_.unit());
  }
  void settle_until(Instant now) {
    while (!agenda_.empty()) {
      if (agenda_.first() > now) return;
      const auto [when, what] = agenda_.next();
      const core::Ticket& ticket = what.ticket;
      if (what.first_content) {
        fleet_.committed(ticket, when - ticket.taken, when);
        continue;
      }
      core::Outcome outcome{.kind = core::Outcome::Kind::Succeeded, .stage = core::Stage::Committed};
      outcome.committed = ticket.streamed;
      outcome.used.output_tokens = {100};
      if (!ticket.streamed) outcome.whole = when - ticket.taken;
      fleet_.settle(ticket, outcome, when);
    }
  }

  Load load_;
  core::Plan plan_;
  core::Fleet fleet_;
  Random random_{7};
  Agenda<Event> agenda_;
};

double seconds(Duration span) {
  return std::chrono::duration<double>(span).count();
}

TEST(Hang, ATargetThatHangsGetsNothingAfterTwoSeconds) {
  for (const core::Balance balance : {core::Balance::P2c, core::Balance::RoundRobin, core::Balance::Random}) {
    for (const bool streamed : {false, true}) {
      const Seen seen = World({.ill_from = 20s, .streamed = streamed, .balance = balance}).run();
      std::printf("  hang, %s: quiet after %.2f s\n", streamed ? "streams" : "plain", seconds(*seen.quiet_after));
      EXPECT_LE(*seen.quiet_after, 2s);
      EXPECT_GE(seen.suspected, 1U);
    }
  }
}

TEST(Hang, ATargetThatIsTenTimesSlowerGetsNothingAfterThreeSeconds) {
  for (const bool streamed : {false, true}) {
    const Seen seen = World({.span = 28s, .ill_from = 20s, .slower = 10, .streamed = streamed}).run();
    std::printf("  ten times slower, %s: quiet after %.2f s\n", streamed ? "streams" : "plain",
                seconds(*seen.quiet_after));
    EXPECT_LE(*seen.quiet_after, 3s);
  }
}

/// The first content of its streams comes while its plain answers are still missing: the target is slow all the same.
TEST(Hang, ATargetThatIsTenTimesSlowerIsSeenWhereStreamsAndPlainAnswersAreMixed) {
  for (const core::Balance balance : {core::Balance::P2c, core::Balance::RoundRobin, core::Balance::Random}) {
    const Seen seen =
        World({.span = 30s, .ill_from = 20s, .slower = 10, .quick_streams = 0.5, .balance = balance}).run();
    std::printf("  ten times slower, mixed: quiet after %.2f s\n", seconds(*seen.quiet_after));
    EXPECT_LE(*seen.quiet_after, 3s);
  }
}

TEST(Hang, TenHoursOfHealthyTrafficWithHeavyTailsRaiseNoSuspicion) {
  for (const core::Balance balance : {core::Balance::P2c, core::Balance::Random}) {
    for (const double streams : {0.0, 0.5}) {
      for (const double thinking : {0.0, 0.05, 0.3}) {
        if (streams > 0 && thinking != 0.05) continue;
        const Seen seen = World({.per_second = 30,
                                 .span = kSanitized ? 1h : 10h,
                                 .quick_streams = streams,
                                 .thinking = thinking,
                                 .lognormal = true,
                                 .balance = balance})
                              .run();
        EXPECT_EQ(seen.suspected, 0U) << thinking << " " << streams;
      }
    }
  }
}

TEST(Hang, APoolThatBecomesSlowTogetherIsNotSuspected) {
  const Seen seen = World({.span = 60s, .ill_from = 20s, .slower = 10, .ill_targets = 3, .lognormal = true}).run();
  EXPECT_EQ(seen.suspected, 0U);
}

}  // namespace
}  // namespace drover::sim
