#include "upstream/catalog/retirements.h"

#include <gtest/gtest.h>

namespace drover::upstream {
namespace {

constexpr std::int64_t kNow = 1'796'083'200;  // 2026-12-01T00:00:00Z
constexpr std::int64_t kDecember12 = 1'797'033'600;

core::Plan plan_of(const std::string& model) {
  core::Plan plan;
  plan.providers = {{.name = "one"}, {.name = "two"}};
  plan.targets.push_back({.provider = {0}, .model = model});
  plan.routes.push_back({.name = "gpt-4o"});
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

}  // namespace
}  // namespace drover::upstream
