#include "core/recording/recording.h"

#include <gtest/gtest.h>

#include "core/test/scenario.h"

namespace drover::core {
namespace {

using namespace std::chrono_literals;
using namespace testing;

std::string text_of(const RecordedLine& line) {
  std::string text;
  append_line(text, line);
  return text.substr(0, text.size() - 1);
}

/// Writes a line, reads it and writes it again.
std::string there_and_back(const RecordedLine& line) {
  const auto read = read_recorded(text_of(line));
  return read ? text_of(*read) : "cannot be read: " + read.error();
}

std::string problem_of(std::string_view line) {
  const auto read = read_recorded(line);
  return read ? "" : read.error();
}

constexpr AttemptId kSeven{7};

/// One event of each kind, with a value in every field.
std::vector<Event> one_of_each() {
  QuotaHinted hinted{.attempt = kSeven, .hints = {}};
  hinted.hints.by_dimension[1] = {.limit = 10, .remaining = -3, .reset = 2s};
  AttemptFailed failed{.attempt = kSeven, .error = rate_limited(30s), .stage = Stage::Refused, .has_answer = true};
  failed.error.code = "rate limit, 100% \n \xff";
  failed.upstream_status = 503;
  failed.used = {.requests = {1}, .input_tokens = {2}, .output_tokens = {3}, .cost = {4}, .cached_tokens = {5}};
  return {RequestReady{},
          CapacityGranted{},
          AttemptConnected{kSeven},
          RequestSent{kSeven},
          Progress{kSeven},
          hinted,
          HeadArrived{kSeven},
          LifecycleEvent{kSeven},
          FirstContent{kSeven},
          Content{kSeven},
          KeepAlive{kSeven},
          AttemptEnded{kSeven, {.input_tokens = {9}, .reported = true}},
          failed,
          TimerFired{TimerKind::Comment},
          DownstreamBlocked{},
          DownstreamUnblocked{},
          ClientLeft{},
          Drain{}};
}

TEST(Recording, ReadsEveryEventItWrites) {
  const std::vector<Event> events = one_of_each();
  ASSERT_EQ(events.size(), std::variant_size_v<Event>);
  for (std::size_t at = 0; at < events.size(); ++at) {
    ASSERT_EQ(events[at].index(), at) << "one of each, in their order";
    const RecordedEvent line{.number = 3, .now = at == 0 ? kNever : Instant(5s), .event = events[at]};
    EXPECT_EQ(there_and_back(line), text_of(line));
  }
}

TEST(Recording, KeepsWhatAFailureSays) {
  const auto read = read_recorded(text_of(RecordedEvent{.number = 1, .now = Instant(1s), .event = one_of_each()[12]}));
  ASSERT_TRUE(read) << read.error();
  const auto& failed = std::get<AttemptFailed>(std::get<RecordedEvent>(*read).event);
  EXPECT_EQ(failed.error.kind, ErrorKind::RateLimited);
  EXPECT_EQ(failed.error.retry_after, Duration(30s));
  EXPECT_EQ(failed.error.code, "rate limit, 100% \n \xff");
  EXPECT_EQ(failed.upstream_status, 503);
  EXPECT_EQ(failed.used.cost.value, 4);
}

TEST(Recording, LeavesSentencesOut) {
  AttemptFailed failed{.attempt = kSeven, .error = server_error()};
  failed.error.message = "what somebody said";
  EXPECT_EQ(text_of(RecordedEvent{.event = failed}).find("somebody"), std::string::npos);
  EndWithError end;
  end.error.message = "what somebody said";
  EXPECT_EQ(command_text(end).find("somebody"), std::string::npos);
}

TEST(Recording, ReadsEveryLineItWrites) {
  Plan plan = plan_with_targets({"a"});
  DispatchRequest facts{.id = "an id", .plan = &plan, .route = plan.routes.data()};
  facts.replay = Replay::NotExecuted;
  facts.client_timeout = 3s;
  facts.affinity = ~std::uint64_t{0};
  const ProviderSet inside{0};
  facts.fence.within = &inside;
  const RecordedRequest request = recorded(4, 99, facts);
  EXPECT_EQ(request.providers, "0");
  EXPECT_EQ(there_and_back(request), text_of(request));
  EXPECT_EQ(std::get<RecordedRequest>(*read_recorded(text_of(request))).id, "an id");
  const RecordedProbe sick{.now = Instant(1s), .key = {1}, .server = {2}, .error = key_rejected()};
  const RecordedProbe well{.now = Instant(1s), .key = {1}, .server = {2}, .latency = 20ms};
  for (const RecordedLine& line : std::initializer_list<RecordedLine>{
           RecordingHead{.program = "1.2.3", .fleet_seed = 5, .plan = "abc"}, sick, well,
           RecordedLook{.number = 1, .now = Instant(2s)}, RecordedEnd{4}, RecordingClosed{"full"}}) {
    EXPECT_EQ(there_and_back(line), text_of(line));
  }
}

TEST(Recording, E8_NamesTheProvidersThatARequestMayUseHoweverManyThereAre) {
  Plan plan;
  plan.providers.resize(200);
  RecordedRequest line{.providers = "1,64,199"};
  const auto set = providers_of(line, plan);
  ASSERT_TRUE(set.has_value());
  EXPECT_EQ(set->mark(), (ProviderSet{1, 64, 199}.mark()));
  for (const char* wrong : {"", "200", "1,", ",1", "1;2", "x", "-1"}) {
    line.providers = wrong;
    EXPECT_FALSE(providers_of(line, plan).has_value()) << wrong;
  }
}

TEST(Recording, SaysWhatIsWrongWithALine) {
  const std::string good = text_of(RecordedEvent{.number = 1, .now = Instant(1s), .event = AttemptConnected{kSeven}});
  EXPECT_EQ(problem_of(good), "");
  EXPECT_EQ(problem_of(good + " more=1"), "more than this program knows of");
  EXPECT_EQ(problem_of(good.substr(0, good.rfind(' '))), "expected attempt=");
  EXPECT_EQ(problem_of(good + "x"), "attempt has no value that it could have");
  EXPECT_EQ(problem_of("event number=1 now=2 what=no_such_thing"), "an event that this program does not know");
  EXPECT_EQ(problem_of("event number=1 now=2 what=timer_fired timer=12"), "timer has no value that it could have");
  EXPECT_EQ(problem_of("event number=1 now=2 what=timer_fired timer=-1"), "timer has no value that it could have");
  EXPECT_EQ(problem_of("event number=18446744073709551616 now=2 what=drain"), "number has no value that it could have");
  EXPECT_EQ(problem_of("drover-recording 4 program=1 fleet_seed=1 plan=x"),
            "another form of recording than this program reads");
  EXPECT_EQ(problem_of("closed why=%"), "why has no value that it could have");
  EXPECT_EQ(problem_of("closed why=%g0"), "why has no value that it could have");
  EXPECT_EQ(problem_of(""), "not a line of a recording");
  EXPECT_EQ(problem_of("GET / HTTP/1.1"), "not a line of a recording");
}

}  // namespace
}  // namespace drover::core
