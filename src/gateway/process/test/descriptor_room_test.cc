#include "gateway/process/descriptor_room.h"

#include <gtest/gtest.h>

#include <memory>

namespace drover::gateway {
namespace {

/// One server of a provider that takes so many connections.
config::Settings settings_with(std::uint64_t clients, std::uint32_t upstream) {
  auto plan = std::make_shared<core::Plan>();
  plan->providers.emplace_back().connections.max = upstream;
  plan->servers.emplace_back();
  config::Settings settings;
  settings.plan = plan;
  settings.limits.connections = clients;
  return settings;
}

TEST(DescriptorRoom, X2_LeavesEachClientAnUpstreamAndAReserve) {
  EXPECT_EQ(descriptor_room(settings_with(50'000, 10'000), 1024).connections, (1024 - kDescriptorReserve) / 2);
}

TEST(DescriptorRoom, X2_KeepsNoMoreForUpstreamsThanTheyMayHave) {
  EXPECT_EQ(descriptor_room(settings_with(50'000, 100), 1024).connections, 1024 - kDescriptorReserve - 100);
}

TEST(DescriptorRoom, TakesNothingFromSettingsThatFit) {
  const DescriptorRoom room = descriptor_room(settings_with(300, 1000), 1024);
  EXPECT_EQ(room.connections, 300U);
  EXPECT_EQ(room.wanted, 300 + 300 + kDescriptorReserve);
}

TEST(DescriptorRoom, X2_ServesSomebodyWithAnyLimit) {
  for (std::uint64_t descriptors = 0; descriptors < 300; ++descriptors) {
    const std::uint64_t fits = descriptor_room(settings_with(50'000, 10'000), descriptors).connections;
    EXPECT_GE(fits, 1U);
    EXPECT_LE(fits, std::max<std::uint64_t>(1, descriptors / 2));
  }
}

}  // namespace
}  // namespace drover::gateway
