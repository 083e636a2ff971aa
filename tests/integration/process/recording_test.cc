// A recording of the real gateway, with threads, faults, limits, waits, hedges and probes, plays again in simulated
// time to the very same commands.
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "gateway/process/snapshot.h"
#include "integration/gateway_fixture.h"
#include "sim/replay.h"
#include "upstream/run/recorder.h"

namespace drover::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// A gateway that writes down what it does, and what became of the file.
class Recorded {
 public:
  explicit Recorded(const std::string& yaml, std::uint64_t most_bytes = upstream::kRecordingBytes)
      : folder_(std::filesystem::temp_directory_path() / ("drover-recording-" + std::to_string(::getpid()))),
        settings_(load(yaml)) {
    std::filesystem::create_directory(folder_);
    std::ofstream(path()) << "what was there before, for everybody to read";
    auto recorder =
        upstream::Recorder::create(path(), {.program = "test", .fleet_seed = 5, .plan = "mark"}, most_bytes);
    if (!recorder) throw std::runtime_error(recorder.error().message);
    gateway = std::make_unique<Gateway>(settings_, std::move(*recorder));
  }
  ~Recorded() {
    gateway.reset();
    std::filesystem::remove_all(folder_);
  }
  Recorded(const Recorded&) = delete;
  Recorded& operator=(const Recorded&) = delete;

  [[nodiscard]] std::string path() const { return folder_ / "recording"; }
  /// Ends the gateway.
  [[nodiscard]] std::string text() {
    gateway.reset();
    std::ifstream file(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  /// Plays the file again, line by line.
  [[nodiscard]] std::unique_ptr<sim::Replay> replay() {
    auto replay = std::make_unique<sim::Replay>(gateway::gateway_plan(settings_).plan, "mark");
    std::istringstream lines(text());
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
      const auto problem = replay->play(line);
      if (!problem) continue;
      ADD_FAILURE() << "line " << number << ": " << *problem << "\n" << line;
      break;
    }
    replay->finish();
    return replay;
  }

  std::unique_ptr<Gateway> gateway;

 private:
  std::filesystem::path folder_;
  config::Settings settings_;
};

void expect_same(const sim::Replay& replay) {
  ASSERT_FALSE(replay.difference()) << "line " << replay.difference()->line << "\n"
                                    << replay.difference()->event << "\nrecorded " << replay.difference()->recorded
                                    << "\nplayed   " << replay.difference()->played;
}

/// Everything goes wrong now and then, and all the ways to choose, wait and ask twice are in use.
std::string eventful(const MockProvider& mock) {
  std::string yaml = "listen: 127.0.0.1:0\nadmin: off\nthreads: 2\nproviders:\n  one:\n    servers: [ " + mock.url(0) +
                     ", " + mock.url(1) + " ]\n    keys:\n";
  for (const char* key : {kKeyOne, kKeyTwo, kKeyThree}) {
    yaml += std::string("      - { value: ") + key + ", limits: { concurrent: 1 } }\n";
  }
  return yaml +
         "models:\n  \"*\": { balance: p2c, targets: [ one ] }\n"
         "retry: { hedge: 100%, budget: 100% }\n"
         "timeouts: { head: 300ms, first_content: 200ms, idle: 200ms, queue: 1s }\n"
         "health: { probe: /models, interval: 1s, timeout: 500ms, eject_for: 200ms }\n";
}

TEST(Recording, OfAnEventfulTimePlaysAgainToTheSameCommands) {
  constexpr int kClients = 8;
  constexpr int kEach = 30;
  MockProvider mock(mock_settings(3));
  for (const char* fault :
       {"500:p=0.1", "429:retry-after=1:p=0.03", "reset:p=0.05", "close-after:p=0.1", "hang:p=0.03", "stall:p=0.02",
        "error-mid:p=0.03", "path=/v1/chat:html:p=0.02", "path=/v1/models:500:p=0.5"}) {
    mock.fault(fault);
  }
  Recorded recorded(eventful(mock));
  std::vector<std::jthread> clients;
  for (int which = 0; which < kClients; ++which) {
    clients.emplace_back([&recorded, which] {
      for (int request = 0; request < kEach; ++request) {
        HttpClient client = recorded.gateway->client();
        const bool leaves = request % 10 == which;
        const std::string body = (request + which) % 2 == 0 ? plain_chat() : streamed_chat();
        ASSERT_TRUE(client.send_request("POST", kChat, body));
        if (!leaves) (void)client.read_answer();
      }
    });
  }
  clients.clear();  // joins
  const std::unique_ptr<sim::Replay> replay = recorded.replay();
  expect_same(*replay);
  EXPECT_EQ(replay->requests(), static_cast<std::uint64_t>(kClients * kEach));
  EXPECT_GT(replay->events(), 4 * replay->requests());
  EXPECT_GT(replay->probes(), 0U);
  EXPECT_EQ(replay->closed(), "stopped");
  std::printf("played %zu requests, %zu events, %zu commands, %zu probes\n",
              static_cast<std::size_t>(replay->requests()), static_cast<std::size_t>(replay->events()),
              static_cast<std::size_t>(replay->commands()), static_cast<std::size_t>(replay->probes()));
}

TEST(Recording, HoldsNoKeyNoPromptAndNothingThatWasSaid) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(R"({"error":{"message":"a sentence","code":"some_code"}})",
                                    "Content-Type: application/json\r\n", "500 No")));
  Recorded recorded(one_provider({url_of(upstream)}, {kKeyOne}));
  EXPECT_EQ(recorded.gateway->post(kChat, chat_body("gpt-4o", ",\"user\":\"somebody\"")).status, 500);
  const auto mode = std::filesystem::status(recorded.path()).permissions();
  EXPECT_EQ(mode & std::filesystem::perms::all,
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const std::string text = recorded.text();
  EXPECT_THAT(text, HasSubstr("attempt_failed"));
  for (const char* secret : {kKeyOne, "hello", "somebody", "a sentence"}) EXPECT_THAT(text, Not(HasSubstr(secret)));
}

TEST(Recording, EndsAtItsLimitAndIsGoodUpToThere) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  Recorded recorded(one_provider({url_of(upstream)}, {kKeyOne}), 10'000);
  HttpClient client = recorded.gateway->client();
  for (int request = 0; request < 50; ++request) ASSERT_EQ(client.post(kChat, plain_chat()).status, 200);
  const std::unique_ptr<sim::Replay> replay = recorded.replay();
  expect_same(*replay);
  EXPECT_EQ(replay->closed(), "full");
  EXPECT_GT(replay->requests(), 2U);
  EXPECT_LT(replay->requests(), 50U);
  EXPECT_LT(std::filesystem::file_size(recorded.path()), 12'000U);
}

TEST(Recording, EndsWithTheConfigurationItBeganWith) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  const std::string yaml = one_provider({url_of(upstream)}, {kKeyOne});
  Recorded recorded(yaml);
  EXPECT_EQ(recorded.gateway->post(kChat, plain_chat()).status, 200);
  ASSERT_TRUE(recorded.gateway->reload(load(yaml)));
  for (int request = 0; request < 4; ++request) EXPECT_EQ(recorded.gateway->post(kChat, plain_chat()).status, 200);
  const std::unique_ptr<sim::Replay> replay = recorded.replay();
  expect_same(*replay);
  EXPECT_LT(replay->requests(), 4U);  // a worker may take a request before it has heard of the reload
  EXPECT_GE(replay->requests(), 1U);
}

TEST(Recording, SaysWhyItCannotBegin) {
  const auto recorder = upstream::Recorder::create("/nowhere/at/all", {.program = "test", .plan = "mark"});
  ASSERT_FALSE(recorder);
  EXPECT_EQ(recorder.error().message, "The recording /nowhere/at/all cannot be written: No such file or directory.");
}

}  // namespace
}  // namespace drover::test
