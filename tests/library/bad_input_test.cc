// What a caller can do wrong, and what can go wrong around a client: each has a stated result, and nothing hangs.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <future>
#include <memory>
#include <stdexcept>

#include "library/library_fixture.h"

namespace drover::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

lib::Error refused(const lib::Options& options) {
  auto made = lib::Client::create(options);
  return made ? lib::Error{} : made.error();
}

TEST(LibraryOptions, RefuseAProviderWithoutKeysInTheFilesWords) {
  const lib::Error error = refused(options_of({"http://127.0.0.1:1/v1"}, {}));
  EXPECT_EQ(error.kind, lib::ErrorKind::BadConfig);
  EXPECT_THAT(error.message, HasSubstr("keys"));
}

TEST(LibraryOptions, RefuseAPlaceholderAndDoNotRepeatIt) {
  const lib::Error error = refused(options_of({"http://127.0.0.1:1/v1"}, {"sk-your-key-here"}));
  EXPECT_EQ(error.kind, lib::ErrorKind::BadConfig);
  EXPECT_THAT(error.message, HasSubstr("is a placeholder, not a key"));
  EXPECT_THAT(error.message, Not(HasSubstr("sk-your-key-here")));
}

TEST(LibraryOptions, TellEveryMistakeAtOnce) {
  lib::Options options = options_of({"http://127.0.0.1:1/v1"});
  options.models[0].balance = "fastest";
  options.timeouts.total = "soon";
  options.retry.walk = 99;
  const lib::Error error = refused(options);
  EXPECT_THAT(error.message, HasSubstr("balance"));
  EXPECT_THAT(error.message, HasSubstr("total"));
  EXPECT_THAT(error.message, HasSubstr("walk"));
}

TEST(LibraryOptions, AreDataAndNeverYaml) {
  lib::Options options = options_of({"http://127.0.0.1:1/v1"});
  options.timeouts.idle = "1s, total: 1ms } #";
  options.providers[0].name = "a: { b";
  const lib::Error error = refused(options);
  EXPECT_EQ(error.kind, lib::ErrorKind::BadConfig);
  EXPECT_THAT(error.message, HasSubstr("idle"));
}

TEST(LibraryOptions, FromAFileThatIsNotThereSaySo) {
  auto made = lib::Client::from_file("/nowhere/drover.yaml");
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr("/nowhere/drover.yaml"));
}

TEST(LibraryOptions, FromAnEnvironmentWithoutKeysSayWhichAreLookedFor) {
  ::unsetenv("HOLYSHEEP_API_KEY");
  ::unsetenv("YOUR_HOLYSHEEP_API_KEY");
  ::unsetenv("GEMINI_API_KEY");
  ::unsetenv("OPENAI_API_KEY");
  auto made = lib::Client::from_env();
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr("HOLYSHEEP_API_KEY"));
  EXPECT_THROW((void)lib::Client::from_env().value(), lib::Exception);
}

class BadRequests : public ::testing::Test {
 protected:
  MockProvider mock_;
  lib::Client client_ = lib::Client::create(options_of({mock_.url()})).value();
};

TEST_F(BadRequests, WithInvalidJsonAreRefusedHere) {
  lib::ChatRequest request = hello();
  request.extra.push_back({"logit_bias", "{not json"});
  EXPECT_EQ(client_.chat(request).error().kind, lib::ErrorKind::BadRequest);
  EXPECT_EQ(client_.post("/v1/responses", "[1,2}").error().status, 400);
  EXPECT_EQ(mock_.requests(), 0U);
}

TEST_F(BadRequests, WithInvalidUtf8AreRefusedHere) {
  EXPECT_EQ(client_.chat("\xff\xfe").error().kind, lib::ErrorKind::BadRequest);
  EXPECT_EQ(mock_.requests(), 0U);
}

TEST_F(BadRequests, WithoutMessagesOrModelAreRefusedHere) {
  EXPECT_EQ(client_.chat(lib::ChatRequest{}).error().code, "no_messages");
  EXPECT_EQ(client_.post("/v1/responses", "{\"input\":\"hi\"}").error().code, "missing_model");
  EXPECT_EQ(client_.embed({}).error().code, "missing_model");
}

TEST_F(BadRequests, ToPathsThatNameNoModelAreRefusedHere) {
  for (const char* path : {"", "v1/responses", "/v1/../admin", "/v1/files", "/other", "/v1/chat completions"})
    EXPECT_EQ(client_.post(path, "{\"model\":\"gpt-4o\"}").error().code, "bad_path") << path;
}

TEST_F(BadRequests, ForAStreamAreToldByTheStream) {
  lib::ChatStream stream = client_.stream(lib::ChatRequest{});
  EXPECT_FALSE(stream.next());
  ASSERT_NE(stream.error(), nullptr);
  EXPECT_EQ(stream.error()->code, "no_messages");
}

TEST_F(BadRequests, ForAModelThatIsNotConfiguredNameThoseThatAre) {
  lib::Options options = options_of({mock_.url()});
  options.models[0].name = "gpt-4o";
  lib::Client strict = lib::Client::create(options).value();
  lib::ChatRequest request = hello();
  request.model = "gpt-9";
  const lib::Error error = strict.chat(request).error();
  EXPECT_EQ(error.kind, lib::ErrorKind::NotFound);
  EXPECT_THAT(error.message, HasSubstr("gpt-4o"));
}

TEST(LibraryAnswers, ThatAreNoJsonAreAnErrorWithWhatCame) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized("{\"choices\":[")));
  lib::Options options = options_of({url_of(upstream)});
  options.retry.same_target = 0;
  const auto reply = lib::Client::create(options).value().chat("hello");
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().attempts, 1);
  EXPECT_GE(reply.error().status, 500);
}

TEST(LibraryClient, DestroyedWithCallsInFlightEndsThemAll) {
  MockProvider mock;
  mock.fault("hang");
  auto client = std::make_unique<lib::Client>(lib::Client::create(options_of({mock.url()})).value());
  auto future = client->chat_async("hello");
  std::promise<std::string> told;
  client->chat("hello", [&told](lib::Result<lib::ChatReply> reply) { told.set_value(reply.error().code); });
  lib::ChatStream stream = client->stream("hello");
  ASSERT_TRUE(mock->wait_for([](const mock::Journal& journal) { return journal.total() == 3; }));
  client.reset();
  EXPECT_EQ(future.get().error().code, "client_closed");
  EXPECT_EQ(told.get_future().get(), "client_closed");
  EXPECT_FALSE(stream.next());
  EXPECT_EQ(stream.error()->code, "client_closed");
}

TEST(LibraryClient, DestroyedWhileConnectingEndsTheCall) {
  MockProvider mock;
  mock.fault("accept-hang");
  auto client = std::make_unique<lib::Client>(lib::Client::create(options_of({mock.url()})).value());
  auto future = client->chat_async("hello");
  client.reset();
  EXPECT_EQ(future.get().error().code, "client_closed");
}

TEST(LibraryClient, AStreamThatOutlivesItKeepsWhatWasRead) {
  MockProvider mock;
  mock.fault("stall:after=3");
  auto client = std::make_unique<lib::Client>(lib::Client::create(options_of({mock.url()})).value());
  lib::ChatStream stream = client->stream("hello");
  ASSERT_TRUE(stream.next());
  client.reset();
  while (stream.next()) {
  }
  EXPECT_EQ(stream.error()->code, "client_closed");
}

TEST(LibraryStream, DestroyedCancelsTheCallAtTheProvider) {
  MockProvider mock;
  mock.fault("stall:after=3");
  lib::Client client = lib::Client::create(options_of({mock.url()})).value();
  {
    lib::ChatStream stream = client.stream("hello");
    ASSERT_TRUE(stream.next());
  }
  EXPECT_TRUE(mock->wait_for([](const mock::Journal& journal) {
    return !journal.records().empty() && journal.records().back().outcome == mock::Outcome::ClientGone;
  }));
}

TEST(LibraryStream, ASlowReaderStopsTheReadsFromItsProvider) {
  mock::Settings settings = mock_settings();
  settings.answer_tokens = mock::Distribution::fixed(100'000.0);  // some 20 MB of events
  settings.record = {};
  MockProvider mock(settings);
  lib::Client client = lib::Client::create(options_of({mock.url()})).value();
  lib::ChatStream stream = client.stream("hello");
  ASSERT_TRUE(stream.next());
  lib::Client other = lib::Client::create(options_of({mock.url()})).value();
  for (int call = 0; call < 2; ++call) {  // time for the stream to run ahead, if it could
    lib::ChatStream quick = other.stream("hello");
    std::size_t events = 0;
    for (const lib::ChatEvent& event : quick) events += event.json.empty() ? 0U : 1U;
    EXPECT_GT(events, 1000U);
  }
  EXPECT_FALSE(mock->journal().records().front().ended.has_value());
  std::size_t events = 0;
  for (const lib::ChatEvent& event : stream) events += event.json.empty() ? 0U : 1U;
  EXPECT_EQ(stream.error(), nullptr);
  EXPECT_GT(events, 1000U);
}

TEST(LibraryCallbacks, MayThrowAndTheLogIsTold) {
  MockProvider mock;
  std::promise<std::string> said;
  lib::Options options = options_of({mock.url()});
  options.hooks.log = [&said](const lib::LogLine& line) { said.set_value(line.text); };
  lib::Client client = lib::Client::create(options).value();
  client.chat("hello", [](const lib::Result<lib::ChatReply>&) { throw std::runtime_error("oops"); });
  EXPECT_EQ(said.get_future().get(), "a callback threw: oops");
  EXPECT_TRUE(client.chat("hello"));
}

TEST(LibraryCallbacks, MayUseTheClientAndWait) {
  MockProvider mock;
  lib::Client client = lib::Client::create(options_of({mock.url()})).value();
  std::promise<bool> good;
  client.chat("hello", [&](const lib::Result<lib::ChatReply>&) { good.set_value(client.chat("again").ok()); });
  EXPECT_TRUE(good.get_future().get());
}

TEST(LibraryCallbacks, MayDestroyTheClient) {
  MockProvider mock;
  auto client = std::make_shared<std::unique_ptr<lib::Client>>(
      std::make_unique<lib::Client>(lib::Client::create(options_of({mock.url()})).value()));
  std::promise<void> gone;
  (*client)->chat("hello", [client, &gone](const lib::Result<lib::ChatReply>&) {
    client->reset();
    gone.set_value();
  });
  gone.get_future().get();
}

TEST(LibraryCallbacks, AreToldOfACancelledCall) {
  MockProvider mock;
  mock.fault("hang");
  lib::Client client = lib::Client::create(options_of({mock.url()})).value();
  std::promise<std::string> told;
  const lib::Pending pending =
      client.chat("hello", [&told](lib::Result<lib::ChatReply> reply) { told.set_value(reply.error().code); });
  ASSERT_TRUE(mock->wait_for([](const mock::Journal& journal) { return journal.total() == 1; }));
  pending.cancel();
  EXPECT_EQ(told.get_future().get(), "cancelled");
  pending.cancel();  // nothing more happens
}

TEST(LibraryHooks, AreToldOfEveryCall) {
  MockProvider mock;
  std::promise<lib::CallRecord> told;
  lib::Options options = options_of({mock.url()});
  options.hooks.call = [&told](const lib::CallRecord& record) { told.set_value(record); };
  lib::Client client = lib::Client::create(options).value();
  ASSERT_TRUE(client.chat("hello"));
  const lib::CallRecord record = told.get_future().get();
  EXPECT_EQ(record.model, "gpt-4o");
  EXPECT_EQ(record.target, "one/1");
  EXPECT_EQ(record.status, 200);
  EXPECT_EQ(record.attempts, 1);
  EXPECT_FALSE(record.error);
  EXPECT_TRUE(record.usage.known);
}

TEST(LibraryHooks, AreToldWhatTheGatewaysLogSays) {
  MockProvider mock;
  mock.fault("key=" + std::string(kKeyTwo) + ":429:retry-after=7");
  std::promise<std::string> said;
  lib::Options options = options_of({mock.url()}, {kKeyOne, kKeyTwo});
  options.hooks.log = [&said](const lib::LogLine& line) { said.set_value(line.text); };
  lib::Client client = lib::Client::create(options).value();
  for (int call = 0; call < 3; ++call) EXPECT_TRUE(client.chat("hello"));
  const std::string line = said.get_future().get();
  EXPECT_THAT(line, HasSubstr("cools down for 7"));
  EXPECT_THAT(line, Not(HasSubstr(kKeyTwo)));
  const lib::Status status = client.status();
  ASSERT_EQ(status.targets.size(), 2U);
  EXPECT_EQ(status.targets[1].state, "cooling");
  EXPECT_EQ(status.targets[1].why, "rate_limited");
  EXPECT_TRUE(status.targets[1].for_another);
}

TEST(LibraryProbes, TakeOutADeadKeyBeforeTheFirstCall) {
  MockProvider mock;
  mock.fault("key=" + std::string(kKeyTwo) + ":401");
  std::promise<std::string> said;
  lib::Options options = options_of({mock.url()}, {kKeyOne, kKeyTwo});
  options.health.probe = "/models";
  options.hooks.log = [&said, told = std::make_shared<bool>()](const lib::LogLine& line) {
    if (!std::exchange(*told, true)) said.set_value(line.text);
  };
  lib::Client client = lib::Client::create(options).value();
  EXPECT_THAT(said.get_future().get(), HasSubstr("key one/2"));
  for (int call = 0; call < 4; ++call) EXPECT_EQ(client.chat("hello").value().origin.attempts, 1);
}

TEST(LibraryLimits, WithoutDescriptorsThereIsAnErrorAndNoClientThatHangs) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const int lowest_free = ::dup(0);
  ::close(lowest_free);
  for (int more = 0; more < 6; ++more) {  // none, one, ... until it has all it needs
    rlimit few = before;
    few.rlim_cur = static_cast<rlim_t>(lowest_free + more);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
    auto made = lib::Client::create(options_of({"http://127.0.0.1:1/v1"}));
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    if (made) continue;
    EXPECT_EQ(made.error().kind, lib::ErrorKind::LocalResource) << made.error().to_string();
  }
}

TEST(LibraryLimits, ATimeOfAgesIsADay) {
  MockProvider mock;
  lib::Client client = lib::Client::create(options_of({mock.url()})).value();
  lib::ChatRequest request = hello();
  request.timeout = std::chrono::milliseconds::max();
  EXPECT_TRUE(client.chat(request));
}

TEST(LibraryLimits, ShedCallsAboveInFlight) {
  MockProvider mock;
  mock.fault("hang:count=1");
  lib::Options options = options_of({mock.url()});
  options.limits.in_flight = 1;
  lib::Client client = lib::Client::create(options).value();
  auto first = client.chat_async("hello");
  const auto second = client.chat("hello");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, lib::ErrorKind::Shed);
  EXPECT_TRUE(second.error().retry_after);
}

TEST(LibraryLimits, RefuseARequestThatIsTooLong) {
  lib::Options options = options_of({"http://127.0.0.1:1/v1"});
  options.limits.body = "1KiB";
  lib::Client client = lib::Client::create(options).value();
  EXPECT_EQ(client.chat(std::string(2000, 'x')).error().kind, lib::ErrorKind::TooLarge);
}

TEST(LibraryLimits, ACallMayBringAShorterTime) {
  MockProvider mock;
  mock.fault("hang");
  lib::Client client = lib::Client::create(options_of({mock.url()})).value();
  lib::ChatRequest request = hello();
  request.timeout = 50ms;
  EXPECT_EQ(client.chat(request).error().kind, lib::ErrorKind::TotalTimeout);
}

/// Runs `child` in a fork; its exit code, which is 0 when it returned true.
template <class Child>
int exit_code_of_fork(Child child) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::alarm(20);  // a hang is a failure, not a test that never ends
    ::_exit(child() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

TEST(LibraryFork, TheChildIsToldAndTheParentGoesOn) {
  MockProvider mock;
  auto client = std::make_unique<lib::Client>(lib::Client::create(options_of({mock.url()})).value());
  ASSERT_TRUE(client->chat("hello"));
  auto stream = std::make_unique<lib::ChatStream>(client->stream("hello"));
  EXPECT_EQ(exit_code_of_fork([&] {
              const bool told = client->chat("hello").error().code == "forked";
              const bool future_told = client->chat_async("hello").get().error().code == "forked";
              const bool stream_told = !stream->next() && stream->error()->code == "forked";
              const bool empty = client->status().targets.empty();
              stream.reset();
              client.reset();  // neither waits for threads that are not there nor touches the parent's sockets
              return told && future_told && stream_told && empty;
            }),
            0);
  EXPECT_TRUE(client->chat("hello"));
  EXPECT_FALSE(text_of(*stream).empty());
  EXPECT_EQ(stream->error(), nullptr);
}

TEST(LibraryFork, TheChildMayMakeAClientOfItsOwn) {
  MockProvider mock;
  lib::Client client = lib::Client::create(options_of({mock.url()})).value();
  ASSERT_TRUE(client.chat("hello"));
  EXPECT_EQ(exit_code_of_fork([&] { return lib::Client::create(options_of({mock.url()})).value().chat("hello").ok(); }),
            0);
}

}  // namespace
}  // namespace drover::test
