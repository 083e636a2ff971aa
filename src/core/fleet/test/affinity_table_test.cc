#include "core/fleet/affinity_table.h"

#include <gtest/gtest.h>

#include "core/test/scenario.h"

namespace drover::core {
namespace {

using namespace std::chrono_literals;
using namespace testing;

constexpr Duration kKeep = 10min;

AffinityTable open_table() {
  AffinityTable table;
  table.open();
  return table;
}

TEST(AffinityTable, RemembersNothingBeforeItIsOpen) {
  AffinityTable table;
  EXPECT_FALSE(table.is_open());
  EXPECT_EQ(table.find(7, kKeep, at(0s)), nullptr);
  EXPECT_EQ(table.size(), 0U);
}

TEST(AffinityTable, TheFirstTargetIsTheHomeAndAnotherItsStandIn) {
  AffinityTable table = open_table();
  table.sent(7, 1, kKeep, at(0s));
  table.sent(7, 2, kKeep, at(1min));
  const AffinityTable::Entry* const entry = table.find(7, kKeep, at(2min));
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->home, 1U);
  EXPECT_EQ(entry->stand_in, 2U);
  EXPECT_EQ(table.size(), 1U);
  EXPECT_EQ(table.find(8, kKeep, at(2min)), nullptr) << "another conversation";
}

TEST(AffinityTable, AHomeWhoseCacheHasForgottenGivesWayToTheStandIn) {
  AffinityTable table = open_table();
  table.sent(7, 1, kKeep, at(0s));
  table.sent(7, 2, kKeep, at(5min));
  table.sent(7, 2, kKeep, at(10min));
  EXPECT_EQ(table.find(7, kKeep, at(10min))->home, 2U);
}

TEST(AffinityTable, ARequestThatStaysKeepsTheConversationAndCounts) {
  AffinityTable table = open_table();
  table.sent(7, 1, kKeep, at(0s));
  table.asked();
  table.stayed(*table.find(7, kKeep, at(9min)), /*at_home=*/true, at(9min));
  EXPECT_NE(table.find(7, kKeep, at(18min)), nullptr);
  EXPECT_EQ(table.find(7, kKeep, at(20min)), nullptr) << "the conversation was not used for too long";
  table.sent(7, 2, kKeep, at(18min));
  EXPECT_EQ(table.find(7, kKeep, at(18min))->home, 1U) << "its home was used nine minutes before";
  table.asked();
  EXPECT_EQ(table.count().asked, 2U);
  EXPECT_EQ(table.count().kept, 1U);
}

TEST(AffinityTable, ARequestAtTheStandInDoesNotKeepTheHome) {
  AffinityTable table = open_table();
  table.sent(7, 1, kKeep, at(0s));
  table.sent(7, 2, kKeep, at(5min));
  table.stayed(*table.find(7, kKeep, at(9min)), /*at_home=*/false, at(9min));
  table.sent(7, 2, kKeep, at(11min));
  EXPECT_EQ(table.find(7, kKeep, at(11min))->home, 2U);
}

TEST(AffinityTable, AFullRowForgetsTheConversationThatWasLongestUnused) {
  AffinityTable table = open_table();
  // The low seven bits of a key do not choose its row: these share one.
  for (std::uint64_t key = 1; key <= kAffinityRow + 1; ++key) table.sent(key, 1, kKeep, at(1s * static_cast<int>(key)));
  EXPECT_EQ(table.find(1, kKeep, at(1min)), nullptr);
  for (std::uint64_t key = 2; key <= kAffinityRow + 1; ++key) EXPECT_NE(table.find(key, kKeep, at(1min)), nullptr);
  EXPECT_EQ(table.size(), kAffinityRow);
}

}  // namespace
}  // namespace drover::core
