// Which models a client may name.
#include "gateway/routing/model_access.h"

#include <gtest/gtest.h>

#include <string>

#include "gateway/process/snapshot.h"

namespace drover::gateway {
namespace {

TEST(ModelAccess, NoNameLeadsToARouteOfTheGatewaysOwn) {
  core::Plan plan;
  const std::string own = std::string(1, kInternalRoute) + "pin0";
  plan.routes.push_back({.name = own, .pools = {}});
  plan.routes.push_back({.name = "gpt-4o", .pools = {}});
  plan.finish();
  EXPECT_NE(find_route(plan, "gpt-4o"), nullptr);
  EXPECT_EQ(find_route(plan, own), nullptr);
  EXPECT_EQ(find_route(plan, ""), nullptr);
}

}  // namespace
}  // namespace drover::gateway
