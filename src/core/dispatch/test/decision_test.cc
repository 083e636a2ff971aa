// What a fleet and a Dispatch remember so that they can be asked why.
#include "core/dispatch/decision.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "core/fleet/fleet_handover.h"
#include "core/test/scenario.h"

namespace drover::core {
namespace {

using namespace std::chrono_literals;
using namespace testing;

PickAnswer pick(Fleet& fleet, const Plan& plan, Instant now, SkipNotes* notes = nullptr) {
  Random random{1};
  return fleet.pick({.route = &plan.routes[0], .notes = notes}, now, random);
}

void fail(Fleet& fleet, const Ticket& ticket, const Error& error, Instant now,
          std::optional<int> status = std::nullopt) {
  fleet.settle(ticket,
               {.kind = Outcome::Kind::Failed,
                .error = &error,
                .stage = Stage::FailedAnswer,
                .upstream_status = status,
                .request = "req_1"},
               now);
}

TEST(Cause, IsWhatTheProviderSaidToTheRequestThatHeardIt) {
  const Plan plan = plan_with_targets({"a"});
  Fleet fleet(plan);
  Error error = rate_limited(30s);
  error.code = "rate_limit_exceeded";
  fail(fleet, pick(fleet, plan, at(0s)).ticket, error, at(1s));
  const Cause cause = fleet.view(TargetId{0}, at(2s)).cause;
  EXPECT_EQ(cause.kind, ErrorKind::RateLimited);
  EXPECT_EQ(cause.status, 429);
  EXPECT_EQ(cause.code.view(), "rate_limit_exceeded");
  EXPECT_EQ(cause.retry_after, 30s);
  EXPECT_EQ(cause.request.view(), "req_1");
  EXPECT_EQ(cause.at, at(1s));
  EXPECT_EQ(fleet.next_change()->cause.request.view(), "req_1");
}

TEST(Cause, HasTheUpstreamsStatusAndNotTheOneWeWouldAnswerWith) {
  const Plan plan = plan_with_targets({"a"});
  Fleet fleet(plan);
  for (const int answered : {200, 0}) {
    fail(fleet, pick(fleet, plan, at(0s)).ticket, server_error(502), at(0s), answered);
    EXPECT_EQ(fleet.view(TargetId{0}, at(0s)).cause.status, answered);
  }
}

TEST(Cause, OfASuspectIsItsLastFailureAndIsForgottenWithIt) {
  const Plan plan = plan_with_targets({"a"});
  Fleet fleet(plan);
  fail(fleet, pick(fleet, plan, at(0s)).ticket, server_error(), at(0s));
  EXPECT_EQ(fleet.view(TargetId{0}, at(0s)).condition, TargetCondition::Suspect);
  EXPECT_EQ(fleet.view(TargetId{0}, at(0s)).cause.kind, ErrorKind::ServerError);
  fleet.settle(pick(fleet, plan, at(0s)).ticket, {.kind = Outcome::Kind::Succeeded}, at(1s));
  EXPECT_FALSE(fleet.view(TargetId{0}, at(1s)).cause.known());
}

TEST(Cause, SurvivesAReload) {
  const Plan plan = plan_with_targets({"a"});
  Fleet old(plan);
  fail(old, pick(old, plan, at(0s)).ticket, key_rejected(), at(0s));
  Fleet fresh(plan);
  Succession reload;
  (void)reload.succeed(old, fresh);
  EXPECT_EQ(fresh.view(TargetId{0}, at(0s)).cause.request.view(), "req_1");
}

TEST(Cause, OfAProbeNamesNoRequest) {
  const Plan plan = plan_with_targets({"a"});
  Fleet fleet(plan);
  const Error error = key_rejected();
  fleet.on_probe({.key = {0}, .server = {0}, .error = &error}, at(0s));
  EXPECT_TRUE(fleet.view(TargetId{0}, at(0s)).cause.by_probe);
  EXPECT_TRUE(fleet.view(TargetId{0}, at(0s)).cause.request.empty());
}

TEST(SkipNotes, TellWhatAPickPassedOverAndWhy) {
  const Plan plan = plan_with_targets({"a", "b"});
  Fleet fleet(plan);
  const PickAnswer first = pick(fleet, plan, at(0s));
  fail(fleet, first.ticket, rate_limited(30s), at(0s));
  SkipNotes notes;
  notes.choosing(2);
  for (int round = 0; round < 3; ++round) fleet.release(pick(fleet, plan, at(1s), &notes).ticket);
  ASSERT_EQ(notes.list().size(), 1U);
  const Skip& skip = notes.list()[0];
  EXPECT_EQ(skip.target, first.ticket.target);
  EXPECT_EQ(skip.bar, Bar::Cooling);
  EXPECT_EQ(skip.why, ErrorKind::RateLimited);
  EXPECT_EQ(skip.status, 429);
  EXPECT_EQ(skip.before, 2);
  EXPECT_GE(skip.until, at(30s));
}

TEST(Ticket, SaysThatItsTargetIsALastResort) {
  const Plan plan = plan_with_targets({"a"});
  Fleet fleet(plan);
  EXPECT_FALSE(pick(fleet, plan, at(0s)).ticket.last_resort);
  const Error error = server_error();
  for (int time = 0; time < 10; ++time) fail(fleet, pick(fleet, plan, at(0s)).ticket, error, at(0s));
  EXPECT_TRUE(pick(fleet, plan, at(1s)).ticket.last_resort);
}

TEST(SkipNotes, CountWhatTheyHaveNoRoomFor) {
  SkipNotes notes;
  for (std::uint32_t target = 0; target < kMaxSkips + 3; ++target) notes.note({.target = TargetId{target}});
  notes.note({.target = TargetId{0}, .bar = Bar::Ejected});
  EXPECT_EQ(notes.list().size(), kMaxSkips);
  EXPECT_EQ(notes.list()[0].bar, Bar::Ejected);
  EXPECT_EQ(notes.more(), 3U);
}

TEST(Candidates, AreAllTargetsOfTheRouteWithWhatBarsThem) {
  Plan plan = plan_with_targets({"tried", "fenced", "unwanted", "resting", "full", "well"});
  plan.targets[2].weight = 0;
  plan.quotas.push_back({.name = "q", .models = {{"*", {.concurrent = 0}}}});
  plan.targets[4].quota = QuotaId{0};
  plan.keys[4].quota = QuotaId{0};
  Fleet fleet(plan);
  const Error error = key_rejected();
  fleet.on_probe({.key = {3}, .server = {3}, .error = &error}, at(0s));
  const std::array tried{TargetId{0}};
  PickRequest request{.route = &plan.routes[0], .tried = tried};
  request.fence = without({}, ProviderId{1});
  const Candidates found = fleet.candidates(request, at(0s));
  std::vector<Bar> bars;
  for (const Skip& skip : found.list) bars.push_back(skip.bar);
  EXPECT_EQ(found.list.at(4).until, kNever) << "a place is free when a request ends";
  EXPECT_EQ(bars, (std::vector<Bar>{Bar::Tried, Bar::Fenced, Bar::NoWeight, Bar::Resting, Bar::Limit, Bar::None}));
}

TEST(Candidates, ThatDoNotOwnWhatTheRequestGoesOnWithAreNamed) {
  const Plan plan = plan_with_targets({"owner", "other"});
  Fleet fleet(plan);
  const Candidates found = fleet.candidates({.route = &plan.routes[0], .owner = {.key = 0}}, at(0s));
  EXPECT_EQ(found.list[0].bar, Bar::None);
  EXPECT_EQ(found.list[1].bar, Bar::NotOwner);
}

TEST(Candidates, AreCountedBeyondTheirMost) {
  Plan plan = plan_with_targets({"a"});
  plan.pools[0].targets.assign(kMaxCandidates + 5, TargetId{0});
  Fleet fleet(plan);
  const Candidates found = fleet.candidates({.route = &plan.routes[0]}, at(0s));
  EXPECT_EQ(found.list.size(), kMaxCandidates);
  EXPECT_EQ(found.left_out, 5U);
}

/// Ends the scenario's request by this failure of each attempt.
Stop stopped_by(Scenario& s, const Error& error, Stage stage) {
  (void)s.on(RequestReady{}, at(0s));
  for (int attempt = 0; attempt < 40 && s.dispatch().state() != Dispatch::State::Ended; ++attempt) {
    const Commands out = s.failed(error, stage, at(attempt * 1ms));
    if (!has<StartAttempt>(out) && s.dispatch().state() != Dispatch::State::Ended) break;
  }
  return s.dispatch().stopped();
}

TEST(Stop, SaysWhichRuleEndedTheRequest) {
  const auto in_world = [](const Error& error, Stage stage, Replay replay = Replay::Free) {
    Scenario s = Scenario::with_targets({"a", "b", "c"});
    s.plan().retry.same_target = 0;
    s.request().replay = replay;
    return stopped_by(s, error, stage);
  };
  EXPECT_EQ(in_world(user_error(), Stage::Refused), Stop::RequestsOwn);
  EXPECT_EQ(in_world(forbidden(), Stage::Refused), Stop::SameElsewhere);
  EXPECT_EQ(in_world(reset(), Stage::FreshNoAnswer), Stop::MayHaveRun);
  EXPECT_EQ(in_world(server_error(), Stage::FailedAnswer, Replay::NotExecuted), Stop::MayHaveRun);
  EXPECT_EQ(in_world(refused(), Stage::NotConnected, Replay::Never), Stop::NoReplay);
  EXPECT_EQ(in_world(server_error(), Stage::FailedAnswer), Stop::NothingLeft);
}

TEST(Stop, TellsTheWalkFromAnEmptyPool) {
  Scenario s = Scenario::with_targets({"a", "b", "c"});
  s.plan().retry.walk = 2;
  s.plan().retry.same_target = 0;
  EXPECT_EQ(stopped_by(s, server_error(), Stage::FailedAnswer), Stop::Walk);
}

struct NoBell final : Bell {
  void ring() override {}
};

TEST(Stop, TellsWhyARequestMayNotWait) {
  struct Case {
    std::uint32_t room;
    Duration cooling;
    Stop stop;
  };
  for (const Case& each : {Case{0, 1s, Stop::RoomFull}, Case{10, 60s, Stop::TooLate}}) {
    Plan plan = plan_with_targets({"a"});
    plan.waiting.all = each.room;
    plan.retry.same_target = 0;
    Scenario s(std::move(plan));
    NoBell bell;
    s.request().bell = &bell;
    (void)stopped_by(s, rate_limited(each.cooling), Stage::Refused);
    s.forget_dispatch();
    (void)s.on(RequestReady{}, at(1ms));
    EXPECT_EQ(s.dispatch().stopped(), each.stop);
    s.forget_dispatch();
  }
}

TEST(Stop, TellsWhenWaitingWouldTakeTooLong) {
  Scenario s = Scenario::with_targets({"a"});
  s.plan().pools[0].timeouts.queue = 1s;
  EXPECT_EQ(stopped_by(s, rate_limited(60s), Stage::Refused), Stop::TooLate);
}

TEST(Stop, TellsWhenBackingOffWouldTakeTooLong) {
  Scenario s = Scenario::with_targets({"a"});
  s.plan().retry.backoff = 30s;
  s.plan().retry.jitter = Jitter::None;
  s.plan().retry.max_backoff = 30s;
  s.plan().pools[0].timeouts.total = 5s;
  EXPECT_EQ(stopped_by(s, server_error(), Stage::FailedAnswer), Stop::TooLate);
}

TEST(Stop, IsAnsweredAtTheEndOfAnAnswer) {
  Scenario s = Scenario::with_targets({"a"});
  (void)s.on(RequestReady{}, at(0s));
  (void)s.sent(at(1ms));
  (void)s.head(at(2ms));
  (void)s.first_content(at(2ms));
  (void)s.ended(at(3ms));
  EXPECT_EQ(s.dispatch().stopped(), Stop::Answered);
}

TEST(Stop, KnowsTheClientAndTheDeadline) {
  Scenario left = Scenario::with_targets({"a"});
  (void)left.on(RequestReady{}, at(0s));
  (void)left.on(ClientLeft{}, at(1s));
  EXPECT_EQ(left.dispatch().stopped(), Stop::ClientLeft);

  Scenario late = Scenario::with_targets({"a"});
  late.plan().pools[0].timeouts.total = 2s;
  (void)late.on(RequestReady{}, at(0s));
  (void)late.fired(TimerKind::Total, at(2s));
  EXPECT_EQ(late.dispatch().stopped(), Stop::Deadline);
}

TEST(Decision, EachOfItsWordsIsItsOwn) {
  for (int bar = 0; bar <= static_cast<int>(Bar::LearnedLimit); ++bar) {
    for (int other = 0; other < bar; ++other)
      EXPECT_NE(to_string(static_cast<Bar>(bar)), to_string(static_cast<Bar>(other)));
  }
  for (int stop = 0; stop <= static_cast<int>(Stop::StreamMax); ++stop) {
    for (int other = 0; other < stop; ++other)
      EXPECT_NE(to_string(static_cast<Stop>(stop)), to_string(static_cast<Stop>(other)));
  }
}

}  // namespace
}  // namespace drover::core
