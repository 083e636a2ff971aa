#include "core/health/check_points.h"

#include <gtest/gtest.h>

#include "core/test/scenario.h"

namespace drover::core {
namespace {

using namespace testing;

TEST(CheckPoints, HaveEachKeyAtEachServerOnce) {
  Plan plan = plan_with_targets({"b", "a"});
  plan.targets.push_back({.provider = {1}, .server = {1}, .key = {1}, .model = "other", .name = "a:other"});
  const CheckPoints points(plan);
  ASSERT_EQ(points.all().size(), 2U);
  EXPECT_EQ(points.find(KeyId{1}, ServerId{1}), 1U);
  EXPECT_EQ(points[1].target, TargetId{1}) << "the first of its targets";
  EXPECT_FALSE(points.find(KeyId{1}, ServerId{0}).has_value());
  EXPECT_FALSE(points.find(KeyId{7}, ServerId{7}).has_value());
  EXPECT_EQ(points.names(plan), (std::vector<std::string>{"fp-b at https://b", "fp-a at https://a"}));
}

}  // namespace
}  // namespace drover::core
