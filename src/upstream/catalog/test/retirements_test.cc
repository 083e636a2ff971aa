#include "upstream/catalog/retirements.h"

#include <gtest/gtest.h>

namespace drover::upstream {
namespace {

constexpr std::int64_t kNow = 1'796'083'200;  // 2026-12-01T00:00:00Z
constexpr std::int64_t kDecember12 = 1'797'033'600;

core::Plan plan_of(const std::string& model) {
  core::Plan plan;
  plan.providers = {{.name = "one"}, {.name = "two"}};
  plan.targets = {{.provider = {0}, .model = model}, {.provider = {0}, .model = model.empty() ? "gpt-4o" : model}};
  plan.pools = {{.model = "*", .targets = {core::TargetId{0}}}, {.model = "gpt-4o", .targets = {core::TargetId{1}}}};
  plan.routes = {{.name = "*", .pools = {core::PoolId{0}}}, {.name = "gpt-4o", .pools = {core::PoolId{1}}}};
  return plan;
}

constexpr const char* kList =
    R"({"data":[{"id":"old","shutdown_date":"2026-12-12"},{"id":"gpt-4o","shutdown_date":"2027-01-14"},{"id":"new"}]})";

TEST(Retirements, AreThoseOfTheModelsInUse) {
  Retirements known;
  const auto fresh = known.take(plan_of("old"), {0}, kList);
  ASSERT_EQ(fresh.size(), 1U);
  EXPECT_EQ(fresh[0].provider, "one");
  EXPECT_EQ(fresh[0].model, "old");
  EXPECT_EQ(fresh[0].shutdown, kDecember12);
  EXPECT_TRUE(known.take(plan_of("old"), {0}, kList).empty()) << "it is new once";
  EXPECT_EQ(known.take(plan_of("old"), {0}, R"({"data":[{"id":"old","shutdown_date":"2026-12-24"}]})").size(), 1U);
}

TEST(Retirements, OfAProviderThatTakesAnyNameAreAllOfItsList) {
  Retirements known;
  EXPECT_EQ(known.take(plan_of(""), {0}, kList).size(), 2U);
  const auto all = known.all();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].model, "old") << "the soonest first";
  std::string entries = R"({"data":[)";
  for (int at = 0; at < 500; ++at)
    entries += R"({"id":"m)" + std::to_string(at) + R"(","shutdown_date":"2026-12-12"},)";
  entries += R"({"id":"gpt-4o","shutdown_date":"2026-12-12"}]})";
  (void)known.take(plan_of(""), {0}, entries);
  EXPECT_EQ(known.all().size(), kMaxRetiring + 1) << "what a route names is kept beyond the bound";
}

TEST(Retirements, GoWithTheirProviderAndWithTheWordOfTheList) {
  Retirements known;
  (void)known.take(plan_of("old"), {0}, kList);
  (void)known.take(plan_of("old"), {0}, R"({"data":[{"id":"old","shutdown_date":null}]})");
  EXPECT_TRUE(known.all().empty());
  (void)known.take(plan_of("old"), {0}, kList);
  core::Plan other = plan_of("old");
  other.providers[0].name = "three";
  known.keep_only(other);
  EXPECT_TRUE(known.all().empty());
}

TEST(Retirements, AreToldWithTheirDay) {
  const Retirement soon{"one", "old", kDecember12};
  EXPECT_EQ(retirement_text(soon, kNow), "provider one will shut down model old on 2026-12-12, in 11 days");
  EXPECT_EQ(retirement_text(soon, kDecember12 + 1), "provider one has shut down model old on 2026-12-12");
  EXPECT_TRUE(is_near(soon, kNow));
  EXPECT_FALSE(is_near(soon, kDecember12 - kRetirementNotice - 1));
}

TEST(Retirements, ANameThatATerminalObeysIsNotShownAsItIs) {
  Retirements known;
  const auto fresh = known.take(plan_of(""), {0}, R"({"data":[{"id":"a\u001b[2Jb","shutdown_date":"2026-12-12"}]})");
  ASSERT_EQ(fresh.size(), 1U);
  EXPECT_EQ(fresh[0].model.find('\x1b'), std::string::npos);
}

TEST(Retirements, OfAProviderForManyNamesAreThoseThatSomeNameBecomes) {
  constexpr const char* kNames =
      R"({"data":[{"id":"anthropic.claude-x","shutdown_date":"2026-12-12"},{"id":"claude-y","shutdown_date":"2026-12-12"},)"
      R"({"id":"gpt-4o","shutdown_date":"2026-12-12"},{"id":"anthropic.claude-z","shutdown_date":"2026-12-12"}]})";
  core::Plan plan;
  plan.providers = {{.name = "one"}};
  plan.targets = {{.provider = {0}, .rename = {.drop = 7, .front = "anthropic.claude-"}},
                  {.provider = {0}, .model = "other"},
                  {.provider = {0}}};
  plan.pools = {{.targets = {core::TargetId{0}}}, {.targets = {core::TargetId{1}}}, {.targets = {core::TargetId{2}}}};
  plan.routes = {{.name = "claude-*", .pools = {core::PoolId{0}}},
                 {.name = "claude-z", .pools = {core::PoolId{1}}},
                 {.name = "!pin", .pools = {core::PoolId{2}}}};
  plan.finish();
  Retirements known;
  const auto fresh = known.take(plan, {0}, kNames);
  ASSERT_EQ(fresh.size(), 1U) << "of the others nobody is asked for";
  EXPECT_EQ(fresh[0].model, "anthropic.claude-x");
}

}  // namespace
}  // namespace drover::upstream
