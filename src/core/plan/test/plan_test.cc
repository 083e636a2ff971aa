#include "core/plan/plan.h"

#include <gtest/gtest.h>

namespace drover::core {
namespace {

Plan plan_with_routes(std::initializer_list<const char*> names) {
  Plan plan;
  for (const char* name : names) plan.routes.push_back({.name = name, .pools = {}});
  return plan;
}

TEST(Plan, FindsARouteByItsOwnName) {
  Plan plan = plan_with_routes({"gpt-4o", "claude", "gpt-4o-mini"});
  plan.finish();
  ASSERT_NE(plan.route_for("gpt-4o-mini"), nullptr);
  EXPECT_EQ(plan.route_for("gpt-4o-mini")->name, "gpt-4o-mini");
  EXPECT_EQ(plan.route_for("claude")->name, "claude");
}

TEST(Plan, GivesAnyOtherNameToTheStarRoute) {
  Plan plan = plan_with_routes({"gpt-4o", "*"});
  plan.finish();
  ASSERT_NE(plan.route_for("unheard-of"), nullptr);
  EXPECT_EQ(plan.route_for("unheard-of")->name, "*");
}

TEST(Plan, KnowsNoRouteForAnUnknownNameWithoutAStarRoute) {
  Plan plan = plan_with_routes({"gpt-4o"});
  plan.finish();
  EXPECT_EQ(plan.route_for("gpt-5"), nullptr);
  EXPECT_EQ(plan.route_for(""), nullptr);
}

TEST(Plan, F3_GivesAnyOtherNameToTheLongestGlobThatTakesIt) {
  Plan plan = plan_with_routes({"*", "gpt-*", "gpt-4*", "gpt-4o", "org/*", "g*"});
  for (const bool indexed : {false, true}) {
    if (indexed) plan.finish();
    const auto name_for = [&](std::string_view model) { return plan.route_for(model)->name; };
    EXPECT_EQ(name_for("gpt-4o"), "gpt-4o");
    EXPECT_EQ(name_for("gpt-4o-mini"), "gpt-4*");
    EXPECT_EQ(name_for("gpt-5"), "gpt-*");
    EXPECT_EQ(name_for("gemini"), "g*");
    EXPECT_EQ(name_for("org/x/y"), "org/*");
    EXPECT_EQ(name_for("or"), "*");
    EXPECT_EQ(name_for(""), "*");
  }
}

TEST(Plan, F3_KnowsNoRouteWhereNoGlobTakesTheName) {
  Plan plan = plan_with_routes({"claude-*", "gpt-4o"});
  plan.finish();
  EXPECT_EQ(plan.route_for("gpt-5"), nullptr);
  EXPECT_EQ(plan.route_for("claude"), nullptr);
}

TEST(Plan, F3_ATargetRenamesWhatItIsAskedFor) {
  EXPECT_EQ((Target{.model = "one", .rename = {}}.model_for("x")), "one");
  EXPECT_EQ((Target{.rename = {}}.model_for("x")), "x");
  EXPECT_EQ((Target{.rename = {.drop = 7, .front = "a/"}}.model_for("openai/x")), "a/x");
  EXPECT_EQ((Target{.rename = {.drop = 7, .front = "a/"}}.model_for("x")), "a/");
}

TEST(Plan, AnswersTheSameWithoutItsIndex) {
  Plan plan = plan_with_routes({"b", "a"});
  EXPECT_EQ(plan.route_for("a")->name, "a");
  plan.finish();
  plan.routes.push_back({.name = "c", .pools = {}});
  ASSERT_NE(plan.route_for("c"), nullptr);
  EXPECT_EQ(plan.route_for("c")->name, "c");
}

/// Two routes for many names over one key, whose quota limits two of the provider's models.
Plan plan_that_renames() {
  Plan plan;
  plan.providers.push_back({.name = "p"});
  plan.keys.push_back({.provider = {0}, .name = "1"});
  plan.quotas.push_back({.name = "q", .models = {{"big", {.requests_per_minute = 1}}, {"*", {.concurrent = 9}}}});
  plan.quotas[0].models["anthropic.claude-x"] = {.requests_per_minute = 2};
  plan.targets.push_back({.quota = QuotaId{0}, .rename = {.drop = 4, .front = ""}});
  plan.targets.push_back({.quota = QuotaId{0}, .rename = {.drop = 7, .front = "anthropic.claude-"}});
  plan.pools = {{.model = "org/*", .targets = {TargetId{0}}}, {.model = "claude-*", .targets = {TargetId{1}}}};
  plan.routes = {{.name = "org/*", .pools = {PoolId{0}}}, {.name = "claude-*", .pools = {PoolId{1}}}};
  plan.finish();
  return plan;
}

TEST(Plan, NumbersTheNamesThatClientsUseForModelsWithLimits) {
  const Plan plan = plan_that_renames();
  EXPECT_NE(plan.limited_model("org/big"), kUnlimitedModel);
  EXPECT_NE(plan.limited_model("claude-x"), kUnlimitedModel);
  EXPECT_EQ(plan.limited_model("org/small"), kUnlimitedModel);
  EXPECT_EQ(plan.limited_model("claude-y"), kUnlimitedModel);
  EXPECT_EQ(plan.limited_model("org/*"), kUnlimitedModel) << "the star of a quota is no model";
}

TEST(Plan, KnowsByWhichNameAProvidersModelIsReached) {
  Plan plan = plan_that_renames();
  EXPECT_EQ(plan.name_asked(plan.routes[0], plan.targets[0], "big"), "org/big");
  EXPECT_EQ(plan.name_asked(plan.routes[1], plan.targets[1], "anthropic.claude-x"), "claude-x");
  EXPECT_EQ(plan.name_asked(plan.routes[1], plan.targets[1], "big"), std::nullopt) << "no name becomes this one";
  plan.routes.push_back({.name = "org/big", .pools = {PoolId{1}}});
  plan.finish();
  EXPECT_EQ(plan.name_asked(plan.routes[0], plan.targets[0], "big"), std::nullopt) << "another route has the name";
}

}  // namespace
}  // namespace drover::core
