#include "upstream/catalog/owner_map.h"

#include <gtest/gtest.h>

namespace drover::upstream {
namespace {

TEST(OwnerMap, KnowsWhoMadeWhat) {
  OwnerMap owners;
  EXPECT_EQ(owners.owner_of(7), std::nullopt);
  owners.learn(7, 1);
  owners.learn(8, 2);
  owners.learn(7, 3);
  EXPECT_EQ(owners.owner_of(7), 3U);
  EXPECT_EQ(owners.owner_of(8), 2U);
}

TEST(OwnerMap, KnowsWhoMadeAnObjectFirst) {
  OwnerMap owners;
  EXPECT_EQ(owners.maker_of(7), 0U);
  owners.learn(7, 1);
  EXPECT_EQ(owners.maker_of(7), 0U) << "no client had a key";
  owners.learn(7, 1, 40);
  owners.learn(7, 2, 50);  // somebody read it later
  EXPECT_EQ(owners.maker_of(7), 40U);
  EXPECT_EQ(owners.owner_of(7), 2U);
}

TEST(OwnerMap, ForgetsWhatWasLearnedFirstWhenItIsFull) {
  OwnerMap owners(3);
  for (std::uint64_t id = 1; id <= 5; ++id) owners.learn(id, 10 * id);
  EXPECT_EQ(owners.owner_of(1), std::nullopt);
  EXPECT_EQ(owners.owner_of(2), std::nullopt);
  for (std::uint64_t id = 3; id <= 5; ++id) EXPECT_EQ(owners.owner_of(id), 10 * id);
}

}  // namespace
}  // namespace drover::upstream
