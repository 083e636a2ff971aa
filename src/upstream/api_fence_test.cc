#include "upstream/api_fence.h"

#include <gtest/gtest.h>

namespace drover::upstream {
namespace {

using dialect::Api;

/// One model that provider 0 (everything) and provider 1 (chat and embeddings) serve.
core::Plan two_providers() {
  core::Plan plan;
  plan.providers.push_back({.name = "all"});
  plan.providers.push_back({.name = "some", .apis = {"chat", "embeddings"}});
  plan.targets.push_back({.provider = core::ProviderId{0}});
  plan.targets.push_back({.provider = core::ProviderId{1}});
  plan.pools.push_back({.model = "both", .targets = {core::TargetId{0}, core::TargetId{1}}});
  plan.pools.push_back({.model = "one", .targets = {core::TargetId{1}}});
  plan.routes.push_back({.name = "both", .pools = {core::PoolId{0}}});
  plan.routes.push_back({.name = "one", .pools = {core::PoolId{1}}});
  return plan;
}

core::ProviderFence fence_of(const core::Plan& plan, Api api) {
  return api_fences(plan)[static_cast<std::size_t>(api)];
}

TEST(ApiFences, KeepAnApiFromProvidersThatDoNotListIt) {
  const core::Plan plan = two_providers();
  for (const Api api : {Api::Chat, Api::Embeddings}) {
    EXPECT_TRUE(fence_of(plan, api).admits(core::ProviderId{0}));
    EXPECT_TRUE(fence_of(plan, api).admits(core::ProviderId{1}));
  }
  for (const Api api : {Api::Responses, Api::Completions, Api::Images, Api::Audio, Api::Rerank, Api::Messages}) {
    EXPECT_TRUE(fence_of(plan, api).admits(core::ProviderId{0}));
    EXPECT_FALSE(fence_of(plan, api).admits(core::ProviderId{1}));
  }
}

TEST(ApiFences, LeavePathsThatHaveNoWordInTheListAlone) {
  EXPECT_TRUE(fence_of(two_providers(), Api::OtherModel).admits(core::ProviderId{1}));
  EXPECT_TRUE(fence_of(two_providers(), Api::Pinned).admits(core::ProviderId{1}));
}

TEST(ApiFences, SayWhenNoTargetOfARouteIsLeft) {
  const core::Plan plan = two_providers();
  EXPECT_TRUE(any_inside(plan, plan.routes[0], fence_of(plan, Api::Responses)));
  EXPECT_FALSE(any_inside(plan, plan.routes[1], fence_of(plan, Api::Responses)));
  EXPECT_TRUE(any_inside(plan, plan.routes[1], fence_of(plan, Api::Chat)));
}

}  // namespace
}  // namespace drover::upstream
