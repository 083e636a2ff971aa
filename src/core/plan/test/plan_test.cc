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

}  // namespace
}  // namespace drover::core
