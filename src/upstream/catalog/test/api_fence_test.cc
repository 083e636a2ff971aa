#include "upstream/catalog/api_fence.h"

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

bool admits(const core::Plan& plan, Api api, std::uint32_t provider, const core::ProviderSet* within = nullptr) {
  const ApiFences fences(plan, within);
  return core::ProviderFence{.within = fences.of(api)}.admits(core::ProviderId{provider});
}
bool inside(const core::Plan& plan, std::size_t route, Api api) {
  const ApiFences fences(plan);
  return any_inside(plan, plan.routes[route], {.within = fences.of(api)});
}

TEST(ApiFences, KeepAnApiFromProvidersThatDoNotListIt) {
  const core::Plan plan = two_providers();
  for (const Api api : {Api::Chat, Api::Embeddings}) {
    EXPECT_TRUE(admits(plan, api, 0));
    EXPECT_TRUE(admits(plan, api, 1));
  }
  for (const Api api : {Api::Responses, Api::Completions, Api::Images, Api::Audio, Api::Rerank, Api::Messages}) {
    EXPECT_TRUE(admits(plan, api, 0));
    EXPECT_FALSE(admits(plan, api, 1));
  }
}

TEST(ApiFences, LeavePathsThatHaveNoWordInTheListAlone) {
  EXPECT_TRUE(admits(two_providers(), Api::OtherModel, 1));
  EXPECT_TRUE(admits(two_providers(), Api::Pinned, 1));
}

TEST(ApiFences, SayWhenNoTargetOfARouteIsLeft) {
  const core::Plan plan = two_providers();
  EXPECT_TRUE(inside(plan, 0, Api::Responses));
  EXPECT_FALSE(inside(plan, 1, Api::Responses));
  EXPECT_TRUE(inside(plan, 1, Api::Chat));
}

TEST(ApiFences, E8_HoldForTheSixtyFifthProviderAndTheTwoHundredth) {
  for (const std::uint32_t last : {65U, 199U}) {
    core::Plan plan;
    plan.providers.resize(last + 1);
    plan.providers[0].apis = {"embeddings"};
    EXPECT_FALSE(admits(plan, Api::Chat, 0));
    EXPECT_TRUE(admits(plan, Api::Chat, 64));
    EXPECT_TRUE(admits(plan, Api::Chat, last)) << "what the first one lists is nothing to it";
    plan.providers[last].apis = {"embeddings"};
    EXPECT_FALSE(admits(plan, Api::Chat, last));
    EXPECT_TRUE(admits(plan, Api::Embeddings, last));
    const core::ProviderSet clients{0, 64};
    EXPECT_TRUE(admits(plan, Api::Chat, 64, &clients));
    EXPECT_FALSE(admits(plan, Api::Chat, 63, &clients));
    EXPECT_FALSE(admits(plan, Api::Chat, 0, &clients));
    EXPECT_FALSE(admits(plan, Api::Pinned, last, &clients));
  }
}

}  // namespace
}  // namespace drover::upstream
