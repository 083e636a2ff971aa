#include <gmock/gmock.h>

#include "config/test/test_world.h"

namespace drover::config {
namespace {

using testing::HasSubstr;
using testing::Not;

std::expected<Settings, Problems> from(std::map<std::string, std::string> variables) {
  const FakeWorld in{.variables = std::move(variables), .files = {}};
  return from_environment(in.environment());
}

std::string only_problem(const std::expected<Settings, Problems>& result) {
  return !result && result.error().size() == 1 ? result.error()[0].to_string() : "not one problem";
}

TEST(FromEnvironment, TakesOneCompanysKeys) {
  const auto settings = from({{"HOLYSHEEP_API_KEY", "canary-1, canary-2,canary-3"}});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->plan->servers[0].base_url, "https://api.holysheep.ai/v1");
  EXPECT_EQ(plan_names(*settings), (std::vector<std::string>{"1", "2", "3"}));
  ASSERT_NE(settings->plan->route_for("anything"), nullptr);
  EXPECT_TRUE(settings->listen[0].loopback());
}

TEST(FromEnvironment, KnowsTheOtherNamesOfTheVariables) {
  EXPECT_EQ(from({{"YOUR_HOLYSHEEP_API_KEY", "canary-1"}}).value().plan->providers[0].name, "holysheep");
  const auto openai = from({{"OPENAI_API_KEY", "canary-1"}});
  EXPECT_EQ(openai.value().plan->servers[0].base_url, "https://api.openai.com/v1");
}

TEST(FromEnvironment, F10_ServesAnthropicsKeyAlone) {
  const auto settings = from({{"ANTHROPIC_API_KEY", "canary-1,canary-2"}});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->plan->providers[0].dialect, core::DialectKind::Anthropic);
  EXPECT_EQ(settings->plan->servers[0].base_url, "https://api.anthropic.com");
  ASSERT_NE(settings->plan->route_for("claude-opus-4-8"), nullptr);
  EXPECT_TRUE(settings->pin_for(core::DialectKind::Anthropic));
}

TEST(FromEnvironment, ServesGooglesKeyAloneAndBesideTheOthers) {
  const auto settings = from({{"GEMINI_API_KEY", "canary-1"}});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->plan->providers[0].dialect, core::DialectKind::Gemini);
  EXPECT_EQ(settings->plan->servers[0].base_url, "https://generativelanguage.googleapis.com");
  EXPECT_TRUE(settings->pin_for(core::DialectKind::Gemini));
  const auto all =
      from({{"GEMINI_API_KEY", "canary-1"}, {"OPENAI_API_KEY", "canary-2"}, {"ANTHROPIC_API_KEY", "canary-3"}});
  ASSERT_TRUE(all);
  EXPECT_EQ(all->plan->targets.size(), 3U);
}

TEST(FromEnvironment, F10_ServesAnthropicsKeyBesideOneOfTheOtherDialect) {
  for (const char* variable : {"OPENAI_API_KEY", "HOLYSHEEP_API_KEY"}) {
    const auto settings = from({{variable, "canary-1"}, {"ANTHROPIC_API_KEY", "canary-2"}});
    ASSERT_TRUE(settings) << variable;
    const core::Route* route = settings->plan->route_for("anything");
    ASSERT_NE(route, nullptr);
    EXPECT_EQ(settings->plan->pools[route->pools[0].index()].targets.size(), 2U);
  }
}

TEST(FromEnvironment, F10_NamesOnlyTheCompaniesThatCompete) {
  const std::map<std::string, std::string> variables = {
      {"OPENAI_API_KEY", "canary-1"}, {"HOLYSHEEP_API_KEY", "canary-2"}, {"ANTHROPIC_API_KEY", "canary-3"}};
  const auto all = from(variables);
  EXPECT_THAT(only_problem(all), HasSubstr("environment: HOLYSHEEP_API_KEY and OPENAI_API_KEY are both set"));
  const std::string& shown = all.error()[0].suggestion;
  const Settings settings = loaded(shown.substr(shown.find("providers:")), {.variables = variables, .files = {}});
  EXPECT_EQ(settings.plan->targets.size(), 3U);
}

TEST(FromEnvironment, PrefersTheFirstNameOfACompany) {
  const auto settings = from({{"HOLYSHEEP_API_KEY", "canary-1"}, {"YOUR_HOLYSHEEP_API_KEY", "canary-2"}});
  ASSERT_EQ(settings.value().plan->keys.size(), 1U);
  EXPECT_EQ(settings.value().plan->keys[0].secret.reveal(), "canary-1");
}

TEST(FromEnvironment, SaysSoWhenThereAreNoKeys) {
  const auto nothing = from({});
  ASSERT_FALSE(nothing);
  EXPECT_TRUE(nothing_configured(nothing.error()));
  const auto empty = from({{"OPENAI_API_KEY", ""}});
  ASSERT_FALSE(empty);
  EXPECT_TRUE(nothing_configured(empty.error()));
}

TEST(FromEnvironment, WantsAFileForTwoCompaniesAndShowsOneThatLoads) {
  const auto both = from({{"HOLYSHEEP_API_KEY", "canary-1"}, {"OPENAI_API_KEY", "canary-2"}});
  ASSERT_FALSE(both);
  EXPECT_FALSE(nothing_configured(both.error()));
  const std::string& shown = both.error()[0].suggestion;
  EXPECT_THAT(only_problem(both),
              HasSubstr("HOLYSHEEP_API_KEY and OPENAI_API_KEY are both set, and failover between two "
                        "companies needs a file that says so"));
  FakeWorld in{.variables = {{"HOLYSHEEP_API_KEY", "canary-1"}, {"OPENAI_API_KEY", "canary-2"}}, .files = {}};
  const Settings settings = loaded(shown.substr(shown.find("providers:")), in);
  ASSERT_EQ(settings.plan->targets.size(), 2U);
  EXPECT_EQ(settings.plan->targets[1].priority, 1U);
}

TEST(FromEnvironment, RefusesPlaceholdersWithoutALineNumber) {
  const auto placeholder = from({{"OPENAI_API_KEY", "sk-your-key-here"}});
  ASSERT_FALSE(placeholder);
  EXPECT_FALSE(nothing_configured(placeholder.error()));
  EXPECT_EQ(only_problem(placeholder),
            "environment: providers.openai.keys[0].env: environment variable 'OPENAI_API_KEY' is a placeholder, not a "
            "key; put the real key there");
}

TEST(FromEnvironment, NeverShowsAKey) {
  const auto bad = from({{"HOLYSHEEP_API_KEY", "canary-1,canary-1"}});
  ASSERT_FALSE(bad);
  EXPECT_THAT(only_problem(bad), HasSubstr("this is the same key as '1'"));
  EXPECT_THAT(only_problem(bad), Not(HasSubstr("canary")));
}

}  // namespace
}  // namespace drover::config
