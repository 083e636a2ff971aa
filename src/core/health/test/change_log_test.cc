#include "core/health/change_log.h"

#include <gtest/gtest.h>

namespace drover::core {
namespace {

TEST(ChangeLog, GivesChangesInTheirOrderAndCountsThoseItDropped) {
  ChangeLog log;
  EXPECT_FALSE(log.take().has_value());
  for (std::uint32_t node = 0; node < kChangesKept + 3; ++node) log.add({.node = node});
  EXPECT_EQ(log.lost(), 3U);
  for (std::uint32_t node = 3; node < kChangesKept + 3; ++node) {
    const std::optional<StateChange> change = log.take();
    ASSERT_TRUE(change.has_value());
    EXPECT_EQ(change->node, node);
  }
  EXPECT_FALSE(log.take().has_value());
  EXPECT_EQ(log.lost(), 3U);
}

}  // namespace
}  // namespace drover::core
