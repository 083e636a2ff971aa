#include "sim/replay.h"

#include <gtest/gtest.h>

#include <sstream>

#include "sim/world/world.h"

namespace drover::sim {
namespace {

using namespace std::chrono_literals;

/// Two requests at two keys, of which the first fails at one, recorded as by the gateway.
class Recorded {
 public:
  Recorded() : plan(std::make_shared<core::Plan>(simple_plan(2))), fleet(plan, 17) {
    core::append_line(text, core::RecordingHead{.program = "test", .fleet_seed = 17, .plan = "mark"});
    begin(1);
    begin(2);
    on(1, core::RequestReady{});
    on(1, core::AttemptConnected{{1}});
    on(2, core::RequestReady{});
    on(1, core::RequestSent{{1}});
    core::AttemptFailed failed{.attempt = {1}, .stage = core::Stage::FailedAnswer};
    failed.error = {
        .kind = ErrorKind::ServerError, .scope = ErrorScope::Target, .retry = RetryClass::OtherKey, .status = 500};
    on(1, failed);
    on(2, core::ClientLeft{});
    on(1, core::AttemptConnected{{2}});
    on(1, core::RequestSent{{2}});
    on(1, core::HeadArrived{{2}});
    on(1, core::AttemptEnded{{2}, {}});
    for (const std::uint64_t number : {1U, 2U}) core::append_line(text, core::RecordedEnd{number});
    core::append_line(text, core::RecordingClosed{"stopped"});
  }

  std::shared_ptr<core::Plan> plan;
  std::string text;

 private:
  struct Request {
    Random random{0};
    std::unique_ptr<core::Dispatch> dispatch{};
  };

  void begin(std::uint64_t number) {
    const core::DispatchRequest facts{
        .id = number == 1 ? "first" : "second", .plan = plan.get(), .route = plan->routes.data(), .arrived = now};
    core::append_line(text, core::recorded(number, 40 + number, facts));
    Request& request = requests[number];
    request.random = Random(40 + number);
    request.dispatch = std::make_unique<core::Dispatch>(facts, fleet, request.random);
  }
  void on(std::uint64_t number, const core::Event& event) {
    now += 10ms;
    core::append_line(text, core::RecordedEvent{.number = number, .now = now, .event = event});
    core::append_commands(text, requests[number].dispatch->on(event, now));
  }

  core::Fleet fleet;
  Instant now = Instant(1h);
  std::map<std::uint64_t, Request> requests;
};

std::string changed(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

/// The sentence that ended the play, or nothing.
std::optional<std::string> play(Replay& replay, const std::string& text) {
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line)) {
    if (auto problem = replay.play(line)) return problem;
  }
  replay.finish();
  return std::nullopt;
}

TEST(Replay, GoesTheSameWay) {
  const Recorded recorded;
  Replay replay(recorded.plan, "mark");
  EXPECT_EQ(play(replay, recorded.text), std::nullopt);
  EXPECT_FALSE(replay.difference());
  EXPECT_EQ(replay.requests(), 2U);
  EXPECT_EQ(replay.events(), 10U);
  EXPECT_GT(replay.commands(), 10U);
  EXPECT_EQ(replay.span(), Duration(90ms));
  EXPECT_EQ(replay.closed(), "stopped");
}

TEST(Replay, SaysWhereItWentAnotherWay) {
  const Recorded recorded;
  Replay replay(recorded.plan, "mark");
  const std::size_t second = recorded.text.find("start_attempt attempt=2 ");
  ASSERT_NE(second, std::string::npos);
  std::string text = recorded.text;
  text.replace(second, 23, "start_attempt attempt=3");
  EXPECT_EQ(play(replay, text), std::nullopt);
  ASSERT_TRUE(replay.difference());
  EXPECT_EQ(replay.difference()->request, "first");
  EXPECT_NE(replay.difference()->event.find("attempt_failed"), std::string::npos);
  EXPECT_EQ(replay.difference()->recorded.find("start_attempt attempt=3"), 0U);
  EXPECT_EQ(replay.difference()->played.find("start_attempt attempt=2"), 0U);
}

TEST(Replay, NoticesACommandThatIsMissingAndOneThatIsTooMany) {
  const Recorded recorded;
  {
    Replay replay(recorded.plan, "mark");
    EXPECT_EQ(play(replay, changed(recorded.text, "> forward attempt=2\n", "")), std::nullopt);
    ASSERT_TRUE(replay.difference());
    EXPECT_EQ(replay.difference()->played, "forward attempt=2");
  }
  Replay replay(recorded.plan, "mark");
  EXPECT_EQ(play(replay, changed(recorded.text, "> forward attempt=2\n", "> forward attempt=2\n> send_head\n")),
            std::nullopt);
  ASSERT_TRUE(replay.difference());
  EXPECT_EQ(replay.difference()->recorded, "send_head");
}

TEST(Replay, ACutRecordingIsPlayedAsFarAsItGoes) {
  const Recorded recorded;
  const std::string text = recorded.text.substr(0, recorded.text.rfind("> forward"));
  Replay replay(recorded.plan, "mark");
  EXPECT_EQ(play(replay, text), std::nullopt);
  EXPECT_FALSE(replay.difference());
  EXPECT_EQ(replay.closed(), "");
}

TEST(Replay, RefusesWhatCannotBePlayed) {
  const Recorded recorded;
  const auto problem = [&](const std::string& text) {
    Replay replay(recorded.plan, "mark");
    return play(replay, text).value_or("");
  };
  EXPECT_EQ(problem(changed(recorded.text, "plan=mark", "plan=other")),
            "it was recorded with another configuration than this one");
  EXPECT_EQ(problem(recorded.text.substr(recorded.text.find('\n') + 1)), "a recording begins with its head");
  EXPECT_EQ(problem(changed(recorded.text, "route=0", "route=1")), "a route that the configuration does not have");
  EXPECT_EQ(problem(changed(recorded.text, "request number=2", "request number=1")),
            "a request that has begun already");
  EXPECT_EQ(problem(changed(recorded.text, "event number=2", "event number=9")),
            "an event of a request that has not begun");
}

}  // namespace
}  // namespace drover::sim
