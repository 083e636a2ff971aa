#include "client/interface/settings_of.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace drover::client {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

/// Every member set to something that is not its default.
v0::Options everything() {
  v0::Options options;
  v0::ProviderOptions provider;
  provider.name = "one";
  provider.servers = {"http://a.example/v1", "http://b.example/v1"};
  provider.keys = {"sk-0a1b2c3d4e5f"};
  provider.keys[0].name = "first";
  provider.keys[0].weight = 3;
  provider.keys[0].quota = "team";
  provider.auth = "header: x-api-key";
  provider.headers = {{"X-Team", "a: \"b\" # c"}};
  provider.usage = "ask";
  provider.connections = {7, 9, "5s"};
  provider.apis = {"chat"};
  options.providers = {provider};
  options.quotas = {{"team", {{"m", 1, 2, 3, 4, 5}}}};
  v0::ModelOptions model;
  model.name = "m";
  model.balance = "p2c";
  model.affinity = "20m";
  model.targets = {"one"};
  model.targets[0].model = "m-there";
  model.targets[0].key = "first";
  model.targets[0].priority = 1;
  model.targets[0].weight = 2;
  model.fallback = {"n"};
  v0::ModelOptions other;
  other.name = "n";
  other.targets = {"one"};
  options.models = {model, other};
  options.retry = {2, 3, "100ms", "1s", "none", "50%", "never", 1.5, {500}, "2%"};
  options.timeouts = {"1s", "9s", "2s", "3s", "4s", "50s", "6m", "7s"};
  options.health = {"/health", "10s", "2s", "score", "11s", "12s", "reset", "probe", 4};
  options.limits = {"1MiB", "2MiB", 8};
  options.threads = 2;
  return options;
}

TEST(SettingsOfOptions, CarryEveryMember) {
  const config::Settings settings = settings_of(everything()).value();
  const core::Plan& plan = *settings.plan;
  ASSERT_EQ(plan.providers.size(), 1U);
  EXPECT_EQ(plan.servers.size(), 2U);
  EXPECT_EQ(plan.providers[0].auth.header, "x-api-key");
  EXPECT_EQ(plan.providers[0].headers[0].second, "a: \"b\" # c");
  EXPECT_EQ(plan.providers[0].usage, core::UsageMode::Ask);
  EXPECT_EQ(plan.providers[0].connections.keep, 7U);
  EXPECT_EQ(plan.providers[0].connections.idle, 5s);
  EXPECT_EQ(plan.providers[0].apis, (std::vector<std::string>{"chat"}));
  EXPECT_EQ(plan.keys[0].name, "first");
  EXPECT_EQ(plan.keys[0].weight, 3U);
  EXPECT_EQ(plan.keys[0].secret.reveal(), "sk-0a1b2c3d4e5f");
  EXPECT_EQ(plan.quotas[0].models.at("m").concurrent, 5);
  EXPECT_EQ(plan.targets[0].model, "m-there");
  EXPECT_EQ(plan.targets[0].priority, 1U);
  EXPECT_EQ(plan.route_for("m")->pools.size(), 2U);
  EXPECT_EQ(plan.retry.walk, 2U);
  EXPECT_EQ(plan.retry.same_target, 3U);
  EXPECT_EQ(plan.retry.backoff, 100ms);
  EXPECT_EQ(plan.retry.statuses, (std::vector<int>{500}));
  EXPECT_DOUBLE_EQ(plan.retry.hedge, 0.02);
  EXPECT_EQ(settings.timeouts.send, 9s);
  EXPECT_EQ(settings.timeouts.total, 50s);
  EXPECT_EQ(settings.timeouts.queue, 7s);
  EXPECT_EQ(plan.health.probe, "/health");
  EXPECT_EQ(plan.health.mode, core::HealthMode::Score);
  EXPECT_EQ(plan.health.eject_after, 4U);
  EXPECT_EQ(settings.limits.body, std::uint64_t{1} << 20U);
  EXPECT_EQ(settings.limits.in_flight, 8U);
  EXPECT_EQ(settings.threads, 2U);
}

TEST(SettingsOfOptions, HaveTheFilesDefaultsWhereNothingIsSaid) {
  v0::Options options;
  v0::ProviderOptions provider;
  provider.name = "one";
  provider.servers = {"http://a.example/v1"};
  provider.keys = {"sk-0a1b2c3d4e5f"};
  options.providers = {provider};
  const config::Settings settings = settings_of(options).value();
  EXPECT_EQ(settings.plan->retry.walk, core::RetrySettings{}.walk);
  EXPECT_EQ(settings.timeouts.total, core::Timeouts{}.total);
  EXPECT_EQ(settings.limits.body, config::Limits{}.body);
  EXPECT_NE(settings.plan->route_for("anything"), nullptr);
}

TEST(SettingsOfOptions, KeepACommaInAKeyOutOfTheList) {
  v0::Options options = everything();
  options.providers[0].keys[0].value = "sk-a b";
  const v0::Error error = settings_of(options).error();
  EXPECT_THAT(error.message, HasSubstr("holds spaces"));
}

TEST(DefaultModel, IsTheOneGivenElseTheFirstByName) {
  const config::Settings settings = settings_of(everything()).value();
  EXPECT_EQ(default_model("given", *settings.plan), "given");
  ::unsetenv("DROVER_MODEL");
  EXPECT_EQ(default_model("", *settings.plan), "m");
  EXPECT_EQ(default_model("", core::Plan{}), "gpt-6-luna");
  ::setenv("DROVER_MODEL", "from-env", 1);
  EXPECT_EQ(default_model("", *settings.plan), "from-env");
  ::unsetenv("DROVER_MODEL");
}

}  // namespace
}  // namespace drover::client
