// The files in examples/: each has the numbers that its first lines promise, and serves requests. Their provider is put
// behind the mock's address here, and nothing else about them is changed.
#include <fstream>
#include <iterator>
#include <set>

#include "integration/gateway_fixture.h"

namespace drover::test {
namespace {

constexpr std::string_view kProvider = "https://api.holysheep.ai/v1";

config::Environment with_keys(std::string keys) {
  config::Environment environment;
  environment.variable = [keys](std::string_view name) -> std::optional<std::string> {
    if (name == "HOLYSHEEP_KEYS") return keys;
    if (name == "HOLYSHEEP_API_KEY") return keys.substr(0, keys.find(','));
    return std::nullopt;
  };
  environment.read_file = [](const std::string&, std::size_t) -> std::expected<config::FileContent, std::string> {
    return std::unexpected("does not exist");
  };
  return environment;
}

std::expected<config::Settings, config::Problems> example(const std::string& name, const std::string& base_url,
                                                          const std::string& keys) {
  std::ifstream file(std::string(DROVER_SOURCE_DIR) + "/examples/" + name);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  text.replace(text.find(kProvider), kProvider.size(), base_url);
  return config::load_text("listen: 127.0.0.1:0\nadmin: off\nthreads: 1\n" + text, name, with_keys(keys));
}

config::Settings loaded(const std::string& name, const std::string& base_url = std::string(kProvider)) {
  auto settings = example(name, base_url, std::string(kKeyOne) + "," + kKeyTwo + "," + kKeyThree);
  for (const auto& problem : settings ? config::Problems{} : settings.error()) ADD_FAILURE() << problem.to_string();
  return settings ? *std::move(settings) : config::Settings{};
}

TEST(Examples, TheFirstHasTheNumbersOfOneKeyWithRetries) {
  const config::Settings settings = loaded("1-one-key.yaml");
  const core::RetrySettings& retry = settings.plan->retry;
  EXPECT_EQ(settings.plan->keys.size(), 1U);
  EXPECT_EQ(retry.same_target, 3U);
  EXPECT_EQ(retry.backoff, 500ms);
  EXPECT_EQ(retry.multiplier, 2);
  EXPECT_EQ(retry.max_backoff, 2s);
  EXPECT_EQ(retry.jitter, core::Jitter::None);
  EXPECT_EQ(retry.statuses, (std::vector<int>{500, 502, 503, 504}));
  EXPECT_EQ(settings.plan->providers[0].connections.keep, 10U);
  EXPECT_EQ(settings.plan->providers[0].connections.max, 20U);
  EXPECT_EQ(settings.timeouts.total, 30s);
}

TEST(Examples, TheSecondHasTheNumbersOfRoundRobinByScore) {
  const config::Settings settings = loaded("2-round-robin.yaml");
  EXPECT_EQ(settings.plan->keys.size(), 3U);
  EXPECT_EQ(settings.plan->pools[0].balance, core::Balance::RoundRobin);
  EXPECT_EQ(settings.plan->health.mode, core::HealthMode::Score);
  EXPECT_EQ(settings.plan->health.eject_after, 5U);
  EXPECT_EQ(settings.plan->health.when_all_out, core::WhenAllOut::Reset);
}

TEST(Examples, TheThirdHasTheNumbersOfFailoverByHealth) {
  const config::Settings settings = loaded("3-failover.yaml");
  const core::HealthSettings& health = settings.plan->health;
  EXPECT_EQ(settings.plan->pools[0].balance, core::Balance::LeastLatency);
  EXPECT_EQ(health.probe, "/models");
  EXPECT_EQ(health.interval, 30s);
  EXPECT_EQ(health.timeout, 5s);
  EXPECT_EQ(health.eject_after, 3U);
  EXPECT_EQ(health.latency_from, core::LatencyFrom::Probe);
  EXPECT_EQ(health.when_all_out, core::WhenAllOut::First);
  EXPECT_EQ(settings.timeouts.total, 30s);
}

TEST(Examples, WithoutAnyKeyEachSaysWhichVariableIsEmpty) {
  for (const char* name : {"1-one-key.yaml", "2-round-robin.yaml", "3-failover.yaml"}) {
    const auto settings = example(name, std::string(kProvider), "");
    ASSERT_FALSE(settings.has_value());
    EXPECT_THAT(settings.error().front().to_string(), ::testing::HasSubstr("HOLYSHEEP_")) << name;
  }
}

TEST(Examples, EachServesRequests) {
  for (const char* name : {"1-one-key.yaml", "2-round-robin.yaml", "3-failover.yaml"}) {
    MockProvider mock;
    Gateway gateway(loaded(name, mock.url()));
    for (int request = 0; request < 6; ++request) {
      const bool streamed = request % 2 == 1;
      const Answer answer = gateway.post(kChat, streamed ? streamed_chat() : plain_chat());
      EXPECT_EQ(answer.status, 200) << name << answer.body;
      EXPECT_EQ(attempts(answer), 1) << name;
      EXPECT_TRUE(answer.whole());
    }
  }
}

TEST(Examples, TheFirstSendsA503AgainAfterHalfASecond) {
  MockProvider mock;
  mock.fault("503:count=1");
  Gateway gateway(loaded("1-one-key.yaml", mock.url()));
  const auto began = Clock::now();
  const Answer answer = gateway.post(kChat, plain_chat());
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(attempts(answer), 2);
  EXPECT_GE(Clock::now() - began, 500ms);
}

TEST(Examples, TheSecondGoesRoundTheKeysAndPastOneThatFails) {
  MockProvider mock;
  mock.fault("key=" + std::string(kKeyTwo) + ":500");
  Gateway gateway(loaded("2-round-robin.yaml", mock.url()));
  std::set<std::string> seen;
  for (int request = 0; request < 12; ++request) {
    const Answer answer = gateway.post(kChat, plain_chat());
    EXPECT_EQ(answer.status, 200);
    seen.insert(answer.field("x-drover-target").value_or(""));
  }
  EXPECT_EQ(seen, (std::set<std::string>{"holysheep/1", "holysheep/3"}));
}

}  // namespace
}  // namespace drover::test
