// The checkers must notice a fleet that lies, and commands that only a broken Dispatch would give.
#include "sim/checks/invariants.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "sim/world/world.h"

namespace drover::sim {
namespace {

using namespace std::chrono_literals;

// ------------------------------------------------------------------------------------------ fleets that lie

/// Passes every call on; a liar overrides one of them.
class Honest : public core::FleetPort {
 public:
  explicit Honest(core::FleetPort& fleet) : fleet_(&fleet) {}
  core::PickAnswer pick(const core::PickRequest& request, Instant now, Random& random) override {
    return fleet_->pick(request, now, random);
  }
  void settle(const core::Ticket& ticket, const core::Outcome& outcome, Instant now) override {
    fleet_->settle(ticket, outcome, now);
  }
  void release(const core::Ticket& ticket) override { fleet_->release(ticket); }
  void serve_waiting(Instant now) override { fleet_->serve_waiting(now); }
  void leave(core::WaiterId waiter) override { fleet_->leave(waiter); }
  void committed(const core::Ticket& ticket, Duration first_content, Instant now) override {
    fleet_->committed(ticket, first_content, now);
  }
  void hint(const core::Ticket& ticket, const QuotaHints& hints, Instant now) override {
    fleet_->hint(ticket, hints, now);
  }
  bool spend_retry(Instant now) override { return fleet_->spend_retry(now); }
  void charge_retry(Instant now) override { fleet_->charge_retry(now); }
  bool spend_hedge(Instant now) override { return fleet_->spend_hedge(now); }
  bool quarantined(std::uint64_t body, Instant now) const override { return fleet_->quarantined(body, now); }
  bool failover_is_free(core::TargetId next, Instant now) const override { return fleet_->failover_is_free(next, now); }
  bool spoke_since(core::TargetId target, Instant since) const override { return fleet_->spoke_since(target, since); }
  bool doubted(core::TargetId target) const override { return fleet_->doubted(target); }
  bool ask_elsewhere(const core::Refusal& refusal, Instant now) override { return fleet_->ask_elsewhere(refusal, now); }
  void learn(const core::Refusal& refusal, core::Verdict verdict, Instant now) override {
    fleet_->learn(refusal, verdict, now);
  }

 protected:
  core::FleetPort* fleet_;
};

/// The numbers of the invariants that are violated over some seeds.
template <class Liar>
std::set<int> broken_by(std::uint64_t seeds = 60) {
  std::set<int> broken;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    WorldSettings world = random_world(seed);
    world.saboteur = [&](core::FleetPort& fleet) { return std::make_unique<Liar>(fleet); };
    for (const Violation& violation : run(seed, world).violations) broken.insert(violation.invariant);
  }
  return broken;
}

TEST(Checkers, FindNothingAgainstAnHonestFleet) {
  EXPECT_TRUE(broken_by<Honest>().empty());
}

class Forgetful : public Honest {
 public:
  using Honest::Honest;
  void settle(const core::Ticket& ticket, const core::Outcome& outcome, Instant now) override {
    if (++count_ % 10 != 0) Honest::settle(ticket, outcome, now);
  }

 private:
  int count_ = 0;
};
TEST(Checkers, NoticeAFleetThatForgetsToSettle) {
  EXPECT_TRUE(broken_by<Forgetful>().contains(9));
}

class BlindToHealth : public Honest {
 public:
  using Honest::Honest;
  core::PickAnswer pick(const core::PickRequest& request, Instant now, Random& random) override {
    return fleet_->pick(request, now, random);
  }
  void settle(const core::Ticket& ticket, const core::Outcome& outcome, Instant now) override {
    core::Outcome harmless = outcome;
    if (outcome.kind == core::Outcome::Kind::Failed) harmless.kind = core::Outcome::Kind::Abandoned;
    fleet_->settle(ticket, harmless, now);
  }
};
TEST(Checkers, NoticeAFleetThatNeitherCoolsNorEjects) {
  EXPECT_TRUE(broken_by<BlindToHealth>().contains(6));
}

class Lavish : public Honest {
 public:
  using Honest::Honest;
  bool spend_retry(Instant) override { return true; }
};
TEST(Checkers, NoticeABudgetThatIsNeverSpent) {
  EXPECT_TRUE(broken_by<Lavish>().contains(5));
}

class Doubling : public Honest {
 public:
  using Honest::Honest;
  bool spend_hedge(Instant now) override { return fleet_->spend_hedge(now) || fleet_->spend_retry(now); }
};
TEST(Checkers, NoticeMoreHedgesThanTheShareAllows) {
  EXPECT_TRUE(broken_by<Doubling>(200).contains(5));
}

class Repetitive : public Honest {
 public:
  using Honest::Honest;
  core::PickAnswer pick(const core::PickRequest& request, Instant now, Random& random) override {
    core::PickRequest forgetful = request;
    if (!request.again) forgetful.tried = {};
    return fleet_->pick(forgetful, now, random);
  }
};
TEST(Checkers, NoticeAFleetThatPicksWhatWasTried) {
  EXPECT_TRUE(broken_by<Repetitive>().contains(5));
}

class Unfenced : public Honest {
 public:
  using Honest::Honest;
  core::PickAnswer pick(const core::PickRequest& request, Instant now, Random& random) override {
    core::PickRequest open = request;
    open.fence = {};
    return fleet_->pick(open, now, random);
  }
};
TEST(Checkers, NoticeAFleetThatCrossesFences) {
  WorldSettings world;
  world.plan = simple_plan(3);
  world.fenced = 0.5;
  world.saboteur = [](core::FleetPort& fleet) { return std::make_unique<Unfenced>(fleet); };
  const Report report = run(1, world);
  EXPECT_TRUE(std::ranges::any_of(report.violations, [](const Violation& v) { return v.invariant == 10; }));
}

class Deaf : public Honest {
 public:
  using Honest::Honest;
  core::PickAnswer pick(const core::PickRequest& request, Instant now, Random& random) override {
    core::PickRequest unheard = request;
    if (request.bell != nullptr) unheard.bell = &muffled_;
    return fleet_->pick(unheard, now, random);
  }

 private:
  struct Muffled final : core::Bell {
    void ring() override {}
  };
  Muffled muffled_;
};
TEST(Checkers, NoticeAFleetThatTellsNobodyOfHisTurn) {
  EXPECT_TRUE(broken_by<Deaf>(1000).contains(13));
}

class BlamesTheClient : public Honest {
 public:
  using Honest::Honest;
  void settle(const core::Ticket& ticket, const core::Outcome& outcome, Instant now) override {
    if (outcome.kind != core::Outcome::Kind::Failed) return fleet_->settle(ticket, outcome, now);
    Error error = *outcome.error;
    error.scope = ErrorScope::Target;
    error.kind = ErrorKind::ServerError;
    core::Outcome blamed = outcome;
    blamed.error = &error;
    fleet_->settle(ticket, blamed, now);
  }
};
TEST(Checkers, NoticeAFleetThatChargesTargetsForTheClientsMistakes) {
  EXPECT_TRUE(broken_by<BlamesTheClient>().contains(7));
}

// ------------------------------------------------------------------------------------------ commands that are wrong

struct Court {
  Court() {
    facts.plan = &plan;
    facts.route = &plan.routes[0];
    facts.answer = core::AnswerKind::Stream;
    dispatch = std::make_unique<core::Dispatch>(facts, fleet, random);
    checker = std::make_unique<RequestChecker>(1, facts, findings);
  }
  /// Checks an event and its commands.
  void saw(const core::Event& event, std::initializer_list<core::Command> commands) {
    core::Commands list;
    for (const core::Command& command : commands) (void)list.push_back(command);
    checker->stepped(event, list, *dispatch, Instant(1h));
  }
  void start(std::uint32_t attempt, std::uint32_t target) {
    checker->picked(core::TargetId{target});
    saw(core::RequestReady{},
        {core::StartAttempt{{attempt}, core::TargetId{target}}, core::ArmTimer{core::TimerKind::Total, Instant(2h)},
         core::ArmTimer{core::TimerKind::Connect, Instant(2h)}});
  }
  /// Starts an attempt at target 0, and a paid one beside it at target 1.
  void start_two() {
    start(1, 0);
    checker->picked(core::TargetId{1});
    checker->retry_granted();
    const core::StartAttempt second{.attempt = {2}, .target = core::TargetId{1}, .beside = core::Beside::Hedge};
    saw(core::TimerFired{core::TimerKind::Second}, {second});
  }
  bool found(int invariant) const {
    return std::ranges::any_of(findings.all(), [&](const Violation& v) { return v.invariant == invariant; });
  }

  core::Plan plan = simple_plan(3);
  core::Fleet fleet{plan};
  Random random{1};
  core::DispatchRequest facts{};
  Findings findings;
  std::unique_ptr<core::Dispatch> dispatch;
  std::unique_ptr<RequestChecker> checker;
};

TEST(RequestChecker, FindsNothingWrongWithAStart) {
  Court court;
  court.start(1, 0);
  EXPECT_TRUE(court.findings.none());
}

TEST(RequestChecker, NoticesBytesOfAnotherAttemptAfterTheCommitPoint) {
  Court court;
  court.start(1, 0);
  court.saw(core::FirstContent{{1}}, {core::Forward{{1}}});
  EXPECT_FALSE(court.found(1));
  court.saw(core::Content{{1}}, {core::StartAttempt{{2}, core::TargetId{1}}});
  EXPECT_TRUE(court.found(1));
}

TEST(RequestChecker, NoticesAForwardOfNothing) {
  Court court;
  court.start(1, 0);
  court.saw(core::HeadArrived{{1}}, {core::Forward{{1}}});
  EXPECT_TRUE(court.found(1));
}

TEST(RequestChecker, NoticesALeaseThatIsSettledTwice) {
  Court court;
  court.start(1, 0);
  court.checker->released(core::TargetId{0});
  court.checker->released(core::TargetId{0});
  EXPECT_TRUE(court.found(2));
}

TEST(RequestChecker, NoticesASecondEnd) {
  Court court;
  court.start(1, 0);
  court.saw(core::ClientLeft{}, {core::CancelAttempt{{1}}, core::Finish{}});
  court.saw(core::TimerFired{core::TimerKind::Total}, {core::Finish{}});
  EXPECT_TRUE(court.found(2));
}

TEST(RequestChecker, NoticesATruncatedAnswerThatIsFinished) {
  Court court;
  court.start(1, 0);
  court.saw(core::FirstContent{{1}}, {core::Forward{{1}}});
  court.saw(core::AttemptFailed{.attempt = {1}}, {core::Finish{}});
  EXPECT_TRUE(court.found(3));
}

TEST(RequestChecker, NoticesAnErrorStatusAfterTheHead) {
  Court court;
  court.start(1, 0);
  court.saw(core::FirstContent{{1}}, {core::Forward{{1}}});
  core::EndWithError end;
  end.in_band = false;
  court.saw(core::AttemptFailed{.attempt = {1}}, {end});
  EXPECT_TRUE(court.found(3));
}

TEST(RequestChecker, NoticesAWaitWithoutADeadline) {
  Court court;
  court.checker->picked(core::TargetId{0});
  court.saw(core::RequestReady{}, {core::StartAttempt{{1}, core::TargetId{0}}});
  EXPECT_TRUE(court.found(4));
}

TEST(RequestChecker, NoticesARetryThatNobodyPaidFor) {
  Court court;
  court.start(1, 0);
  court.checker->released(core::TargetId{0});
  court.checker->picked(core::TargetId{1});
  court.saw(core::AttemptFailed{.attempt = {1}}, {core::StartAttempt{{2}, core::TargetId{1}}});
  EXPECT_TRUE(court.found(5));
}

TEST(RequestChecker, NoticesALoserThatIsForwardedToo) {
  Court court;
  court.start_two();
  EXPECT_TRUE(court.findings.none());
  court.saw(core::FirstContent{{2}}, {core::CancelAttempt{{1}, true}, core::Forward{{2}}});
  court.saw(core::FirstContent{{1}}, {core::Forward{{1}}});
  EXPECT_TRUE(court.found(1));
}

TEST(RequestChecker, NoticesALoserThatIsNeverSettledOrTwice) {
  Court forgetful;
  forgetful.start_two();
  forgetful.saw(core::FirstContent{{2}}, {core::CancelAttempt{{1}, true}, core::Forward{{2}}});
  EXPECT_TRUE(forgetful.found(2));
  Court twice;
  twice.start_two();
  twice.checker->settled(core::TargetId{0}, {});
  twice.checker->settled(core::TargetId{0}, {});
  EXPECT_TRUE(twice.found(2));
}

TEST(RequestChecker, NoticesASecondAttemptOfWhatMustNotBeExecutedTwice) {
  Court court;
  court.facts.replay = core::Replay::NotExecuted;
  court.checker = std::make_unique<RequestChecker>(1, court.facts, court.findings);
  court.start_two();
  EXPECT_TRUE(court.found(5));
}

TEST(RequestChecker, NoticesTwoTargetsChargedForOneRequest) {
  Court court;
  Error error{.kind = ErrorKind::ServerError, .scope = ErrorScope::Target};
  const core::Outcome outcome{.kind = core::Outcome::Kind::Failed, .error = &error, .stage = core::Stage::FailedAnswer};
  court.checker->settled(core::TargetId{0}, outcome);
  EXPECT_FALSE(court.found(8));
  court.checker->settled(core::TargetId{1}, outcome);
  EXPECT_TRUE(court.found(8));
}

TEST(RequestChecker, NoticesALeaseThatIsNeverGivenBack) {
  Court court;
  court.start(1, 0);
  court.checker->finished();
  EXPECT_TRUE(court.found(9));
}

TEST(RequestChecker, NoticesAClientThatIsBlamedForOurKey) {
  Court court;
  court.start(1, 0);
  core::EndWithError end;
  end.error.status = 401;
  court.saw(core::AttemptFailed{.attempt = {1}}, {end});
  EXPECT_TRUE(court.found(10));
}

TEST(RequestChecker, NoticesAnAnswerAboutOurKeyThatIsPassedOn) {
  Court court;
  court.start(1, 0);
  core::EndWithError end;
  end.error.kind = ErrorKind::RateLimited;
  end.pass_answer = true;
  court.saw(core::AttemptFailed{.attempt = {1}}, {end});
  EXPECT_TRUE(court.found(10));
}

TEST(RequestChecker, NoticesAWaitBeyondTheQueueDeadline) {
  Court court;
  court.saw(core::RequestReady{}, {core::WaitForCapacity{Instant(1h + 11s)}});
  EXPECT_TRUE(court.found(4));
}

TEST(RequestChecker, NoticesAnAttemptThatHasAnEffectAfterItsEnd) {
  Court court;
  court.start(1, 0);
  court.saw(core::AttemptFailed{.attempt = {1}}, {});
  court.saw(core::FirstContent{{1}}, {core::Forward{{1}}});
  EXPECT_TRUE(court.found(1));
}

}  // namespace
}  // namespace drover::sim
