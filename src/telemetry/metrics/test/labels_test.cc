#include "telemetry/metrics/labels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace drover::telemetry {
namespace {

using ::testing::ElementsAre;

TEST(Labels, KeepANamesSlot) {
  Labels labels(10);
  const Slot a = labels.slot("a");
  const Slot b = labels.slot("b");
  EXPECT_NE(a, b);
  EXPECT_EQ(labels.slot("a"), a);
  EXPECT_THAT(labels.names(), ElementsAre("other", "a", "b"));
}

TEST(Labels, H6_AMillionNamesTakeNoMoreSlotsThanTheLimit) {
  Labels labels(3);
  for (int name = 0; name < 1000000; ++name) {
    const Slot slot = labels.slot("model-" + std::to_string(name));
    ASSERT_EQ(slot, name < 3 ? name + 1 : kOtherSlot);
  }
  EXPECT_EQ(labels.names().size(), 4U);
}

}  // namespace
}  // namespace drover::telemetry
