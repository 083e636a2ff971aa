// The prober on a loop of its own before real sockets: what it asks, how often, what it makes of the answers.
#include <algorithm>
#include <chrono>
#include <functional>
#include <thread>

#include "integration/gateway_fixture.h"
#include "net/dns/resolver.h"
#include "net/loop/clock.h"
#include "net/loop/loop.h"
#include "upstream/connections/connection_pools.h"
#include "upstream/connections/fetch.h"
#include "upstream/connections/prober.h"

namespace drover::test {
namespace {

using core::TargetCondition;

/// A prober with its loop, driven by the test.
struct Probes {
  explicit Probes(const std::string& yaml)
      : prober({&loop, &resolver, &pools}, [this](std::string_view line) { said.emplace_back(line); }) {
    use(yaml);
  }
  ~Probes() { loop.abandon(); }

  void use(const std::string& yaml) {
    const config::Settings settings = load(yaml);
    plan = settings.plan;
    auto catalog = upstream::Catalog::build(plan, tls);
    ASSERT_TRUE(catalog.has_value());
    auto fresh = std::make_shared<upstream::SharedFleet>(
        plan, [this](const core::StateChange&, std::string_view label) { changes.emplace_back(label); });
    fleet = std::move(fresh);
    prober.use(*catalog, fleet);
  }
  bool until(const std::function<bool()>& done) {
    const Instant limit = net::monotonic_now() + 20s;
    while (!done()) {
      if (net::monotonic_now() > limit) return false;
      loop.context().run_one_for(20ms);
    }
    return true;
  }
  void run_for(Duration span) {
    const Instant limit = net::monotonic_now() + span;
    while (net::monotonic_now() < limit) loop.context().run_one_for(10ms);
  }
  [[nodiscard]] core::TargetView view(std::uint32_t target) {
    return fleet->with([&](core::Fleet& inner) { return inner.view(core::TargetId{target}, loop.now()); });
  }
  [[nodiscard]] bool checked(std::uint32_t target) { return view(target).last_check.has_value(); }

  net::Loop loop{1};
  net::Resolver resolver{loop};
  upstream::ConnectionPools pools{loop, 1};
  upstream::TlsStore tls;
  std::shared_ptr<const core::Plan> plan;
  std::shared_ptr<upstream::SharedFleet> fleet;
  std::vector<std::string> said;
  std::vector<std::string> changes;
  upstream::Prober prober;
};

std::string probed(const std::vector<std::string>& servers, const std::vector<std::string>& keys,
                   const std::string& health = "probe: /models, interval: 200ms, timeout: 150ms") {
  std::string yaml = one_provider(servers, keys);
  const std::string off = "health: { probe: off }";
  return yaml.replace(yaml.find(off), off.size(), "health: { " + health + " }");
}

TEST(Probe, AsksForTheModelsWithEachKeyAndNothingElse) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(R"({"object":"list","data":[]})")));
  Probes p(probed({url_of(upstream)}, {kKeyOne, kKeyTwo}));
  ASSERT_TRUE(p.until([&] { return p.checked(0) && p.checked(1); }));
  EXPECT_TRUE(p.view(0).last_check->healthy);
  EXPECT_GT(p.view(0).probe_seconds, 0);
  std::size_t with_one = 0;
  for (const auto& heard : upstream.heard()) {
    EXPECT_TRUE(heard.head.starts_with("GET /v1/models HTTP/1.1\r\n")) << heard.head;
    with_one += heard.head.find(kKeyOne) != std::string::npos ? 1 : 0;
  }
  EXPECT_GE(with_one, 1U);
}

/// Anthropic's base URL is written without the /v1.
TEST(Probe, AsksAnthropicsModelsWhereTheyAre) {
  for (const std::string end : {"", "/v1"}) {
    RawUpstream upstream;
    upstream.always(Say{}.bytes(sized(R"({"data":[]})")));
    const std::string url = url_of(upstream);
    std::string yaml = probed({url.substr(0, url.rfind("/v1")) + end}, {kKeyOne});
    Probes p(yaml.replace(yaml.find("    servers:"), 0, "    dialect: anthropic\n"));
    ASSERT_TRUE(p.until([&] { return p.checked(0); }));
    EXPECT_TRUE(p.view(0).last_check->healthy);
    EXPECT_THAT(upstream.heard().front().head, testing::StartsWith("GET /v1/models HTTP/1.1\r\n"));
  }
}

TEST(Probe, WarnsOnceOfAModelInUseThatIsShutDownSoon) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(R"({"data":[{"id":"gpt-4o","shutdown_date":"2020-01-14"}]})")));
  Probes p(probed({url_of(upstream)}, {kKeyOne, kKeyTwo}));
  ASSERT_TRUE(p.until([&] { return upstream.heard().size() > 6 && p.checked(0) && p.checked(1); }));
  EXPECT_EQ(p.said, std::vector<std::string>{"provider one has shut down model gpt-4o on 2020-01-14"});
  ASSERT_EQ(p.prober.retirements().all().size(), 1U);
}

TEST(Probe, TellsNothingThatHoldsOurKey) {
  RawUpstream upstream;
  upstream.always(
      Say{}.bytes(sized(R"({"data":[{"id":")" + std::string(kKeyOne) + R"(","shutdown_date":"2020-01-14"}]})")));
  Probes p(probed({url_of(upstream)}, {kKeyOne}));
  ASSERT_TRUE(p.until([&] { return p.checked(0); }));
  EXPECT_TRUE(p.said.empty());
  EXPECT_TRUE(p.prober.retirements().all().empty());
}

TEST(Probe, N2_A404BelowABaseUrlWithoutAVersionIsDoubted) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized("{}", "Content-Type: application/json\r\n", "404 Not Found")));
  const std::string url = url_of(upstream);
  for (const std::string& path : {std::string(), std::string("/v1")}) {
    Probes p(probed({url.substr(0, url.rfind("/v1")) + path}, {kKeyOne, kKeyTwo}));
    ASSERT_TRUE(p.until([&] { return !p.said.empty(); }));
    EXPECT_THAT(p.said.front(), testing::HasSubstr("is not probed any more"));
    EXPECT_EQ(p.said.size(), path.empty() ? 2U : 1U);
    EXPECT_THAT(p.said.back(),
                path.empty() ? testing::HasSubstr("does base_url lack /v1?") : testing::HasSubstr("404"));
  }
}

TEST(Probe, AnAnswerOverTheLimitIsAFailure) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized("[" + std::string(upstream::kMaxFetchedBytes, ' ') + "]")));
  Probes p(probed({url_of(upstream)}, {kKeyOne}, "probe: /models, interval: 2s, timeout: 2s"));
  ASSERT_TRUE(p.until([&] { return p.checked(0); }));
  EXPECT_FALSE(p.view(0).last_check->healthy);
}

TEST(Probe, ThreeFailuresTakeAKeyOutAndASuccessBringsItBack) {
  MockProvider mock;
  mock.fault("key=" + std::string(kKeyTwo) + ":path=/v1/models:500:count=3");
  Probes p(probed({mock.url()}, {kKeyOne, kKeyTwo}));
  ASSERT_TRUE(p.until([&] { return p.view(1).condition == TargetCondition::Ejected; }));
  EXPECT_EQ(p.view(0).condition, TargetCondition::Ok);
  EXPECT_EQ(p.changes, std::vector<std::string>{"key one/2"});
  ASSERT_TRUE(p.until([&] { return p.view(1).condition == TargetCondition::Ok; }));
  EXPECT_EQ(p.changes.size(), 2U);
}

TEST(Probe, GivesUpAfterItsTimeoutAndCountsIt) {
  MockProvider mock;
  mock.fault("path=/v1/models:hang");
  Probes p(probed({mock.url()}, {kKeyOne}));
  ASSERT_TRUE(p.until([&] { return p.checked(0); }));
  EXPECT_FALSE(p.view(0).last_check->healthy);
  EXPECT_EQ(p.view(0).last_check->why, ErrorKind::TotalTimeout);
  EXPECT_EQ(p.view(0).consecutive_failures, 1U);
}

TEST(Probe, RestsAKeyThatIsRefusedAndSaysSo) {
  MockProvider mock;
  mock.fault("key=" + std::string(kKeyTwo) + ":path=/v1/models:401");
  Probes p(probed({mock.url()}, {kKeyOne, kKeyTwo}));
  ASSERT_TRUE(p.until([&] { return p.checked(1); }));
  EXPECT_EQ(p.view(1).condition, TargetCondition::Resting);
  EXPECT_EQ(p.changes, std::vector<std::string>{"key one/2"});
}

TEST(Probe, A403RestsTheKeyOnlyWhenItSaysThatTheKeyIsMeant) {
  for (const bool names_key : {true, false}) {
    RawUpstream upstream;
    const std::string code = names_key ? "invalid_api_key" : "not_here";
    upstream.always(Say{}.bytes(sized(R"({"error":{"message":"no","type":"x","code":")" + code + R"("}})",
                                      "Content-Type: application/json\r\n", "403 Forbidden")));
    Probes p(probed({url_of(upstream)}, {kKeyOne}));
    ASSERT_TRUE(p.until([&] { return p.checked(0); }));
    EXPECT_EQ(p.view(0).condition, names_key ? TargetCondition::Resting : TargetCondition::Ok);
    EXPECT_EQ(p.view(0).last_check->status, 403);
  }
}

TEST(Probe, AProviderWithoutThePathIsWarnedAboutOnceAndNotProbedAgain) {
  for (const char* status : {"404 Not Found", "405 Method Not Allowed", "501 Not Implemented"}) {
    RawUpstream upstream;
    upstream.always(Say{}.bytes(sized("{}", "Content-Type: application/json\r\n", status)));
    Probes p(probed({url_of(upstream)}, {kKeyOne, kKeyTwo, kKeyThree}));
    ASSERT_TRUE(p.until([&] { return !p.said.empty(); }));
    p.run_for(500ms);
    const std::size_t asked = upstream.heard().size();
    p.run_for(500ms);
    EXPECT_EQ(upstream.heard().size(), asked);
    ASSERT_EQ(p.said.size(), 1U);
    EXPECT_THAT(p.said[0], ::testing::HasSubstr("provider one is not probed any more"));
    EXPECT_EQ(p.view(0).condition, TargetCondition::Ok);
  }
}

TEST(Probe, AWebPageFromAPathThatNeverAnsweredTurnsTheProbeOff) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized("<!doctype html><title>Welcome</title>", "Content-Type: text/html\r\n")));
  Probes p(probed({url_of(upstream)}, {kKeyOne}));
  ASSERT_TRUE(p.until([&] { return !p.said.empty(); }));
  EXPECT_THAT(p.said[0], ::testing::HasSubstr("a web page"));
  EXPECT_EQ(p.view(0).condition, TargetCondition::Ok);
  EXPECT_FALSE(p.checked(0));
}

TEST(Probe, AWebPageFromAPathThatDidAnswerIsAFailure) {
  RawUpstream upstream;
  upstream.next(Say{}.bytes(sized("{}")));
  upstream.always(Say{}.bytes(sized("\n<html>down for maintenance</html>", "Content-Type: text/html\r\n")));
  Probes p(probed({url_of(upstream)}, {kKeyOne}));
  ASSERT_TRUE(p.until([&] { return p.checked(0) && !p.view(0).last_check->healthy; }));
  EXPECT_EQ(p.view(0).last_check->why, ErrorKind::WrongContentType);
  EXPECT_EQ(p.view(0).consecutive_failures, 1U);
  EXPECT_TRUE(p.said.empty());
}

TEST(Probe, LooksAtAServerWithoutKeysToo) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized("{}")));
  std::string yaml = probed({url_of(upstream), refusing_url()}, {});
  yaml.replace(yaml.find("keys:\n"), 6, "auth: none\n");
  Probes p(yaml);
  ASSERT_TRUE(p.until([&] { return p.checked(0) && p.view(1).condition == TargetCondition::Ejected; }));
  EXPECT_EQ(p.view(0).condition, TargetCondition::Ok);
}

TEST(Probe, J12_AReloadGoesOnWithWhatStaysAndForgetsTheRest) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized("{}")));
  Probes p(probed({url_of(upstream)}, {kKeyOne, kKeyTwo}));
  ASSERT_TRUE(p.until([&] { return p.checked(0) && p.checked(1); }));
  p.use(probed({url_of(upstream)}, {kKeyThree, kKeyTwo}));
  EXPECT_EQ(p.prober.watched(), 2U);
  ASSERT_TRUE(p.until([&] { return p.checked(0) && p.checked(1); }));
  const auto with_removed = [&] {
    const auto heard = upstream.heard();
    return std::ranges::count_if(heard, [](const auto& one) { return one.head.find(kKeyOne) != std::string::npos; });
  };
  const auto before = with_removed();
  p.run_for(500ms);
  EXPECT_EQ(with_removed(), before);
  p.use(one_provider({url_of(upstream)}, {kKeyOne}));  // probe: off
  EXPECT_EQ(p.prober.watched(), 0U);
}

TEST(Probe, TheGatewayProbesBesideItsRequestsAndGoesOnAfterAReload) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized(kPlainAnswer)));
  Gateway gateway(probed({url_of(upstream)}, {kKeyOne}));
  EXPECT_EQ(gateway.post(kChat, plain_chat()).status, 200);
  const auto probes_with = [&](const char* key) {
    return std::ranges::count_if(upstream.heard(), [&](const HeardRequest& one) {
      return one.head.starts_with("GET /v1/models ") && one.head.find(key) != std::string::npos;
    });
  };
  const auto comes = [](const std::function<bool()>& done) {
    const auto limit = Clock::now() + 20s;
    while (!done() && Clock::now() < limit) std::this_thread::yield();
    return done();
  };
  EXPECT_TRUE(comes([&] { return probes_with(kKeyOne) >= 2; }));
  ASSERT_TRUE(gateway.reload(load(probed({url_of(upstream)}, {kKeyTwo}))).has_value());
  EXPECT_TRUE(comes([&] { return probes_with(kKeyTwo) >= 2; }));
}

TEST(Probe, I18_AThousandKeysMakeNoStorm) {
  RawUpstream upstream;
  upstream.always(Say{}.bytes(sized("{}")));
  std::vector<std::string> keys;
  for (int at = 0; at < 1000; ++at) keys.push_back("sk-test-many-" + std::to_string(100000 + at));
  Probes p(probed({url_of(upstream)}, keys, "probe: /models, interval: 1s, timeout: 500ms"));
  EXPECT_THAT(p.said, ::testing::ElementsAre(::testing::HasSubstr("each is looked at every 10 s")));
  const auto began = std::chrono::steady_clock::now();
  std::size_t most = 0;
  ASSERT_TRUE(p.until([&] {
    most = std::max(most, p.prober.in_flight());
    return upstream.heard().size() >= 60;
  }));
  const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  std::printf("1,000 keys: 60 probes took %.2f s, at most %zu in flight\n", took, most);
  EXPECT_LE(most, upstream::kMaxProbesInFlight);
  EXPECT_GE(took, 0.4);  // 100 a second, after a burst of at most ten
}

}  // namespace
}  // namespace drover::test
