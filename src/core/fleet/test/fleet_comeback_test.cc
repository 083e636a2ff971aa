// A target that comes back while many requests wait for it: a few are tried first, then the others follow.
#include <gtest/gtest.h>

#include <deque>
#include <vector>

#include "core/test/scenario.h"

namespace drover::core {
namespace {

using namespace std::chrono_literals;
using namespace testing;

struct Waiter final : Bell {
  void ring() override { ++rings; }
  int rings = 0;
  WaiterId id{};
};

/// Targets, requests that wait for them, and requests that were admitted and are not answered.
class Crowd {
 public:
  explicit Crowd(std::initializer_list<const char*> names = {"a"}) : plan_(plan_with_targets(names)), fleet_(plan_) {}

  /// Adds one request; returns its ticket when it need not wait.
  std::optional<Ticket> ask(Instant now) {
    PickRequest request{.route = &plan_.routes[0], .streamed = true, .patient_until = now + 10min};
    Waiter& waiter = waiters_.emplace_back();
    request.bell = &waiter;
    const PickAnswer answer = fleet_.pick(request, now, random_);
    waiter.id = answer.waiter;
    if (answer.kind != PickKind::Picked) return std::nullopt;
    return answer.ticket;
  }
  void wait_in_line(int count, Instant now) {
    for (int one = 0; one < count; ++one) ASSERT_FALSE(ask(now).has_value());
  }
  void fail(const Ticket& ticket, const Error& error, Instant now) {
    fleet_.settle(ticket, {.kind = Outcome::Kind::Failed, .error = &error, .stage = Stage::Refused}, now);
    fleet_.serve_waiting(now);
  }
  /// All waiting requests look again; returns how many were admitted.
  std::size_t look(Instant now) {
    std::size_t count = 0;
    for (Waiter& waiter : waiters_) {
      if (!waiter.id.any()) continue;
      PickRequest request{.route = &plan_.routes[0], .streamed = true, .bell = &waiter, .waiter = waiter.id};
      request.patient_until = now + 10min;
      const PickAnswer answer = fleet_.pick(request, now, random_);
      waiter.id = answer.waiter;
      if (answer.kind != PickKind::Picked) continue;
      let_in_.push_back(answer.ticket);
      ++count;
    }
    return count;
  }
  /// The first contents of all admitted requests arrive, by which more may be admitted.
  void answer(Instant now) {
    for (const Ticket& ticket : std::exchange(let_in_, {})) fleet_.committed(ticket, 100ms, now);
  }
  [[nodiscard]] std::size_t running() const { return let_in_.size(); }
  Fleet& fleet() { return fleet_; }
  Plan& plan() { return plan_; }
  std::vector<Ticket>& let_in() { return let_in_; }

 private:
  Plan plan_;
  Fleet fleet_;
  Random random_{1};
  std::deque<Waiter> waiters_;
  std::vector<Ticket> let_in_;
};

TEST(Comeback, J2_AThousandWaitingDoNotJumpOnAKeyWhoseCooldownEnded) {
  Crowd crowd;
  crowd.fail(*crowd.ask(at(0s)), rate_limited(20s), at(0s));
  crowd.wait_in_line(1000, at(1s));
  EXPECT_EQ(crowd.look(at(19s)), 0U);
  const Instant open = at(23s);  // with its jitter the cooldown has ended by then, at most 3 s ago
  EXPECT_LE(crowd.look(open), 8U);
  const std::size_t first = crowd.running();
  EXPECT_EQ(crowd.look(open), 0U);
  crowd.answer(open + 100ms);
  EXPECT_GE(crowd.look(open + 100ms), 2 * first);
}

TEST(Comeback, OneThatIsBackIsGivenOneAndTwoMoreForEachAnswer) {
  Crowd crowd;
  const Comeback back{.since = at(0s)};
  Comers comers;
  EXPECT_FALSE(comers.full(back, at(0s)));
  comers.taken(back);
  EXPECT_TRUE(comers.full(back, at(1ms)));
  comers.answered(at(1ms));
  comers.taken(back);
  EXPECT_FALSE(comers.full(back, at(1ms)));
  comers.taken(back);
  EXPECT_TRUE(comers.full(back, at(1ms)));
}

TEST(Comeback, WithoutARefusalTwiceAsManyAreLetInEverySecondUntilItIsOver) {
  const Comeback back{.since = at(0s)};
  Comers comers;
  for (int one = 0; one < 4; ++one) comers.taken(back);
  EXPECT_TRUE(comers.full(back, at(1999ms)));
  EXPECT_FALSE(comers.full(back, at(3s)));
  for (int one = 0; one < 10'000; ++one) comers.taken(back);
  EXPECT_TRUE(comers.full(back, at(9999ms)));
  EXPECT_FALSE(comers.full(back, at(10s)));
}

TEST(Comeback, RequestsThatWereUnderWayBeforeDoNotFillIt) {
  const Comeback back{.since = at(10s)};
  Comers comers;
  comers.taken(back);
  comers.left(at(5s));
  EXPECT_TRUE(comers.full(back, at(10s)));
  comers.left(at(10s));
  EXPECT_FALSE(comers.full(back, at(10s)));
}

TEST(Comeback, ANewRefusalBeginsAnew) {
  Crowd crowd;
  crowd.fail(*crowd.ask(at(0s)), rate_limited(20s), at(0s));
  crowd.wait_in_line(100, at(1s));
  (void)crowd.look(at(23s));
  const std::size_t first = crowd.running();
  crowd.answer(at(24s));
  (void)crowd.look(at(24s));
  ASSERT_GT(crowd.running(), first);
  for (const Ticket& ticket : std::exchange(crowd.let_in(), {})) crowd.fail(ticket, rate_limited(20s), at(25s));
  EXPECT_EQ(crowd.look(at(44s)), 0U);
  EXPECT_LE(crowd.look(at(48s)), 8U);
}

TEST(Comeback, J2_AfterItsTrialAKeyThatRestedIsNotRushedEither) {
  Crowd crowd;
  crowd.fail(*crowd.ask(at(0s)), key_rejected(), at(0s));
  crowd.wait_in_line(100, at(1s));
  ASSERT_EQ(crowd.look(at(40s)), 1U);  // the trial
  const Ticket trial = crowd.let_in().front();
  crowd.let_in().clear();
  crowd.fleet().committed(trial, 100ms, at(41s));
  EXPECT_EQ(crowd.look(at(41s)), 1U);
}

TEST(Comeback, ACooldownOfAMomentIsFollowedByASlowStartOfAMoment) {
  Crowd crowd;
  crowd.fail(*crowd.ask(at(0s)), rate_limited(100ms), at(0s));
  crowd.wait_in_line(100, at(10ms));
  EXPECT_EQ(crowd.look(at(250ms)), 100U);
}

TEST(Comeback, OneWhoseCooldownEndedTakesLessThanItsShareAtFirst) {
  Plan plan = plan_with_targets({"a", "b"});
  plan.pools[0].balance = Balance::LeastRequests;
  Fleet fleet(plan);
  Random random(1);
  const PickRequest request{.route = &plan.routes[0]};
  const Error error = rate_limited(20s);
  PickAnswer first = fleet.pick(request, at(0s), random);
  fleet.settle(first.ticket, {.kind = Outcome::Kind::Failed, .error = &error, .stage = Stage::Refused}, at(0s));
  int back = 0;
  for (int one = 0; one < 50; ++one) {
    back += fleet.pick(request, at(25s), random).ticket.target == first.ticket.target ? 1 : 0;
  }
  EXPECT_GE(back, 1);
  EXPECT_LE(back, 20);
}

TEST(Comeback, LeastLatencyAsksATargetThatWasNeverAskedOnce) {
  Plan plan = plan_with_targets({"a", "b"});
  plan.pools[0].balance = Balance::LeastLatency;
  Fleet fleet(plan);
  Random random(1);
  const PickRequest request{.route = &plan.routes[0], .streamed = true};
  const Ticket known = fleet.pick(request, at(0s), random).ticket;
  fleet.settle(known, {.kind = Outcome::Kind::Succeeded, .stage = Stage::Committed, .first_content = 10ms}, at(1s));
  EXPECT_NE(fleet.pick(request, at(2s), random).ticket.target, known.target);
  EXPECT_EQ(fleet.pick(request, at(2s), random).ticket.target, known.target);  // the other is being asked
}

}  // namespace
}  // namespace drover::core
