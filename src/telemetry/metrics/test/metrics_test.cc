#include "telemetry/metrics/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <thread>

namespace drover::telemetry {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

/// Counts a little of everything.
std::string everything(Metrics& metrics) {
  Tally& tally = metrics.add_thread();
  ModelTally& model = tally.models[metrics.model_slot("gpt-4o")];
  model.requests[0][0].add(3);
  model.requests[1][4].add();
  for (Histogram& duration : model.duration) duration.observe(20ms);
  model.first_content.observe(7s);
  model.request_bytes.add(10);
  model.answer_bytes.add(20);
  TargetTally& target = tally.targets[metrics.target_slot("holysheep/1")];
  target.answered().add(2);
  target.failed(ErrorKind::RateLimited).add();
  target.first_content.observe(1s);
  target.input_tokens.add(9);
  target.output_tokens.add(8);
  target.cached_tokens.add(7);
  target.estimated_tokens.add(6);
  target.fresh_connections.add();
  target.reused_connections.add(2);
  tally.failovers[static_cast<std::size_t>(ErrorKind::RateLimited)].add();
  tally.retries[static_cast<std::size_t>(ErrorKind::ServerError)].add();
  target.lost().add();
  tally.second(core::Beside::Hedge, Race::Won).add(3);
  tally.second(core::Beside::Trial, Race::Lost).add();
  tally.connections.add();
  metrics.state_changed(core::StateChange::What::CoolingDown, "key holysheep/1");
  Gauges gauges;
  gauges.version = "0.1.0";
  gauges.targets[metrics.target_slot("holysheep/1")] = {.in_flight = 4, .usable = 1};
  gauges.shutdowns.push_back({"openai", "gpt-4o", 1799884800});
  return metrics.render(gauges);
}

TEST(Metrics, NameEveryCountWithItsLabels) {
  Metrics metrics;
  const std::string text = everything(metrics);
  for (const char* line : {
           "drover_requests_total{model=\"gpt-4o\",mode=\"plain\",status=\"2xx\"} 3\n",
           "drover_model_shutdown_time_seconds{provider=\"openai\",model=\"gpt-4o\"} 1799884800\n",
           "drover_requests_total{model=\"gpt-4o\",mode=\"streamed\",status=\"client_gone\"} 1\n",
           "drover_request_duration_seconds_bucket{model=\"gpt-4o\",mode=\"plain\",le=\"0.01\"} 0\n",
           "drover_request_duration_seconds_bucket{model=\"gpt-4o\",mode=\"plain\",le=\"0.025\"} 1\n",
           "drover_request_duration_seconds_bucket{model=\"gpt-4o\",mode=\"plain\",le=\"+Inf\"} 1\n",
           "drover_request_duration_seconds_sum{model=\"gpt-4o\",mode=\"plain\"} 0.02\n",
           "drover_attempts_total{target=\"holysheep/1\",class=\"ok\"} 2\n",
           "drover_attempts_total{target=\"holysheep/1\",class=\"rate_limited\"} 1\n",
           "drover_tokens_total{target=\"holysheep/1\",kind=\"cached\"} 7\n",
           "drover_failovers_total{class=\"rate_limited\"} 1\n",
           "drover_retries_total{class=\"server_error\"} 1\n",
           "drover_attempts_total{target=\"holysheep/1\",class=\"lost_race\"} 1\n",
           "drover_hedges_total{beside=\"late\",result=\"won\"} 3\n",
           "drover_hedges_total{beside=\"trial\",result=\"lost\"} 1\n",
           "drover_state_changes_total{node=\"key holysheep/1\",change=\"cooldown\"} 1\n",
           "drover_target_in_flight{target=\"holysheep/1\"} 4\n",
           "drover_build_info{version=\"0.1.0\"} 1\n",
       }) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(Metrics, SumTheThreads) {
  Metrics metrics;
  const Slot slot = metrics.model_slot("m");
  constexpr int kThreads = 4;
  constexpr int kRequests = 10000;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([slot, &tally = metrics.add_thread()] {
      for (int request = 0; request < kRequests; ++request) tally.models[slot].requests[0][0].add();
    });
  }
  for (int scrape = 0; scrape < 20; ++scrape) (void)metrics.render({});  // while they count
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(metrics.render({}), HasSubstr("model=\"m\",mode=\"plain\",status=\"2xx\"} 40000\n"));
}

TEST(Metrics, H6_ThousandsOfTargetsShareOneLabelPastTheLimit) {
  Metrics metrics;
  Tally& tally = metrics.add_thread();
  for (int target = 0; target < 5000; ++target) {
    tally.targets[metrics.target_slot("p/" + std::to_string(target))].answered().add();
  }
  const std::string text = metrics.render({});
  EXPECT_THAT(text, HasSubstr("drover_attempts_total{target=\"other\",class=\"ok\"} 4800\n"));
  EXPECT_THAT(text, Not(HasSubstr("p/200\"")));
}

TEST(Metrics, ALabelIsEscapedAndNotObeyed) {
  Metrics metrics;
  metrics.add_thread().models[metrics.model_slot("a\"b\\c\nd")].requests[0][0].add();
  EXPECT_THAT(metrics.render({}), HasSubstr(R"(model="a\"b\\c\nd")"));
}

/// The rules of https://prometheus.io/docs/practices/naming that promtool checks, for machines without promtool.
TEST(Metrics, FollowThePrometheusNamingRules) {
  Metrics metrics;
  std::istringstream text(everything(metrics));
  std::set<std::string> helped;
  const std::regex type("# TYPE ([a-z_]+) (counter|gauge|histogram)");
  const std::regex help("# HELP ([a-z_]+) .+");
  std::smatch found;
  for (std::string line; std::getline(text, line);) {
    if (std::regex_match(line, found, help)) helped.insert(found[1]);
    if (!std::regex_match(line, found, type)) continue;
    const std::string name = found[1];
    EXPECT_TRUE(helped.contains(name)) << name;
    EXPECT_TRUE(name.starts_with("drover_")) << name;
    EXPECT_EQ(name.ends_with("_total"), found[2] == "counter") << name;
    EXPECT_EQ(found[2] == "histogram", name.ends_with("_seconds") && !name.ends_with("_time_seconds")) << name;
    for (const char* unit : {"_ms", "_milliseconds", "_minutes", "_kb", "_count", "_sum", "_bucket"}) {
      EXPECT_FALSE(name.ends_with(unit)) << name;
    }
  }
  EXPECT_GT(helped.size(), 15U);
}

TEST(Metrics, PassPromtoolCheckMetrics) {
  if (std::system("command -v promtool >/dev/null 2>&1") != 0) GTEST_SKIP() << "promtool is not installed";
  Metrics metrics;
  const std::string text = everything(metrics);
  FILE* tool = ::popen("promtool check metrics 2>&1", "w");
  ASSERT_NE(tool, nullptr);
  ASSERT_EQ(std::fwrite(text.data(), 1, text.size(), tool), text.size());
  EXPECT_EQ(::pclose(tool), 0);
}

}  // namespace
}  // namespace drover::telemetry
