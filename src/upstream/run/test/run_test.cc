// One request driven over a real connection, with a client that is a string: what a Run does of its own accord.
#include "upstream/run/run.h"

#include <gtest/gtest.h>

#include <array>

#include "net/test/echo_kit.h"
#include "upstream/run/shared_fleet.h"

namespace drover::upstream {
namespace {

using namespace std::chrono_literals;
using net::testing::drive;

constexpr std::string_view kFirst =
    "data: {\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":null}]}\n\n";
constexpr std::string_view kPing = ": ping\n\n";

/// Takes all that it is sent.
class StringClient final : public net::AnswerWriter {
 public:
  void watch(net::GoneObserver*) override {}
  void start(const net::AnswerStart&) override { started_ = true; }
  [[nodiscard]] bool started() const override { return started_; }
  [[nodiscard]] Result<net::WriteState> write(net::Pieces pieces, net::More, net::Keep) override {
    for (const std::string_view piece : pieces) text.append(piece);
    return net::WriteState::Done;
  }
  [[nodiscard]] net::Awaitable<Result<void>> until_written(Instant) override { co_return Result<void>{}; }
  [[nodiscard]] std::uint64_t pending_bytes() const override { return 0; }
  void abort() override {}
  void interrupt() override {}

  std::string text;

 private:
  bool started_ = false;
};

/// Answers the first request with `said` and then nothing more.
net::Awaitable<void> say_and_fall_silent(std::unique_ptr<net::ServerConnection> connection, net::Loop& loop,
                                         std::string said) {
  Result<net::ServerExchange*> next = co_await connection->next();
  if (!next) co_return;
  net::ServerExchange& exchange = **next;
  exchange.start(
      {.status = 200, .fields = "Content-Type: text/event-stream\r\n", .framing = {.kind = http::BodyKind::Chunked}});
  const std::array<std::string_view, 1> pieces{said};
  const auto written = exchange.write(pieces, net::More::Yes, net::Keep::Copy);
  if (!written) co_return;
  const Result<void> ended = co_await exchange.until_readable(loop.now() + 30s);
  static_cast<void>(ended);
}

struct World {
  explicit World(std::string said, core::DialectKind speaks = core::DialectKind::OpenAi) {
    listeners.accept_on(loop, 0, [this, said](net::TcpSocket socket, std::size_t) {
      auto connection = net::http1_server(loop, std::move(socket), nullptr, {});
      net::asio::co_spawn(loop.executor(), say_and_fall_silent(std::move(connection), loop, said), net::asio::detached);
    });
    auto made = std::make_shared<core::Plan>();
    made->providers.push_back({.name = "p", .dialect = speaks});
    made->servers.push_back({.base_url = "http://127.0.0.1:" + std::to_string(listeners.ports()[0]) + "/v1"});
    made->keys.push_back({.name = "1", .fingerprint = "f"});
    made->targets.push_back({.name = "p/1"});
    made->pools.push_back({.model = "m", .targets = {core::TargetId{0}}});
    made->routes.push_back({.name = "m", .pools = {core::PoolId{0}}});
    made->finish();
    plan = made;
    catalog = *Catalog::build(plan, tls);
    fleet = std::make_unique<SharedFleet>(plan, [](const core::StateChange&, std::string_view) {});
    request.method = "POST";
    const bool gemini = speaks == core::DialectKind::Gemini;
    request.path = gemini ? "/v1beta/models/m:streamGenerateContent" : "/v1/chat/completions";
    request.api = gemini ? dialect::Api::Generate : dialect::Api::Chat;
    request.dialect = &dialect_of(speaks);
    request.speaks = speaks;
    request.inspection.stream = true;
  }
  ~World() { listeners.stop(0); }

  core::DispatchRequest dispatch(Duration comment_every) {
    core::DispatchRequest asked;
    asked.plan = plan.get();
    asked.route = &plan->routes.front();
    asked.answer = core::AnswerKind::Stream;
    asked.arrived = loop.now();
    asked.comment_every = comment_every;
    return asked;
  }

  net::Loop loop{1};
  net::Resolver resolver{loop};
  ConnectionPools pools{loop, 1};
  net::Listeners listeners = *net::Listeners::bind({{"127.0.0.1", 0}}, 1);
  TlsStore tls;
  std::shared_ptr<const core::Plan> plan;
  std::shared_ptr<const Catalog> catalog;
  std::unique_ptr<SharedFleet> fleet;
  UpstreamRequest request;
  StringClient client;
};

net::Awaitable<bool> performed(Run& run) {
  co_await run.perform();
  co_return true;
}

struct Started {
  Started(World& world, Duration comment_every)
      : loop(world.loop),
        run({.tools = {&world.loop, &world.resolver, &world.pools},
             .catalog = world.catalog.get(),
             .fleet = world.fleet.get(),
             .request = &world.request,
             .client = &world.client,
             .observer = nullptr,
             .extra_fields = {}},
            world.dispatch(comment_every)) {
    net::testing::begin(world.loop, performed(run), ended);
  }
  ~Started() {
    run.expire();
    EXPECT_TRUE(drive(loop, [this] { return ended.has_value(); }));
  }
  net::Loop& loop;
  Run run;
  std::optional<bool> ended;
};

std::size_t count(std::string_view text, std::string_view of) {
  std::size_t found = 0;
  for (std::size_t at = text.find(of); at != text.npos; at = text.find(of, at + of.size())) ++found;
  return found;
}

TEST(Run, C14_SendsPingsIntoTheSilenceOfAStreamBehindWholeEvents) {
  World world{std::string(kFirst) + "data: half an event"};
  const Started started(world, 30ms);
  ASSERT_TRUE(drive(world.loop, [&] { return count(world.client.text, kPing) >= 3; }));
  EXPECT_EQ(world.client.text.substr(0, kFirst.size() + kPing.size()), std::string(kFirst) + std::string(kPing));
  EXPECT_EQ(world.client.text.find("half"), std::string::npos);
}

TEST(Run, C14_SendsGooglesProgramsAnEmptyTextBecauseTheyReadCommentsAsJson) {
  const std::string first =
      "data: {\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"a\"}]},\"index\":0}]}\r\n\r\n";
  World world{first, core::DialectKind::Gemini};
  const Started started(world, 30ms);
  ASSERT_TRUE(drive(world.loop, [&] { return count(world.client.text, R"("parts":[{"text":""}])") >= 3; }));
  EXPECT_EQ(world.client.text.substr(0, first.size()), first);
  EXPECT_EQ(count(world.client.text, "\n:"), 0U);
}

TEST(Run, C14_SendsNoPingIntoTheMiddleOfAnEvent) {
  // Longer than what is held of an event, so that its beginning is with the client before its end has come.
  World world{"data: {\"choices\":[{\"delta\":{\"content\":\"" + std::string(kMaxReadBytes + 1, 'x')};
  const Started started(world, 30ms);
  ASSERT_TRUE(drive(world.loop, [&] { return world.client.text.size() > kMaxReadBytes; }));
  const Instant later = world.loop.now() + 200ms;
  ASSERT_TRUE(drive(world.loop, [&] { return world.loop.now() > later; }));
  EXPECT_EQ(count(world.client.text, kPing), 0U);
}

}  // namespace
}  // namespace drover::upstream
