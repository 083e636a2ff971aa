#include "config/yaml/suggest.h"

#include <gtest/gtest.h>

#include "config/schema.h"

namespace drover::config {
namespace {

TEST(Suggest, CountsASwapOfNeighboursAsOneChange) {
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("abc", "abc"), 0U);
  EXPECT_EQ(edit_distance("abc", "acb"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(Suggest, CutsLongWordsSoThatItsCostIsBounded) {
  EXPECT_EQ(edit_distance(std::string(100'000, 'a'), std::string(100'000, 'a')), 0U);
}

TEST(Suggest, FindsTheNearestWordWithinAThirdOfIt) {
  EXPECT_EQ(nearest("holyshep", {"openai", "holysheep"}), "holysheep");
  EXPECT_EQ(nearest("HolySheep", {"openai", "holysheep"}), "holysheep");
  EXPECT_FALSE(nearest("mistral", {"openai", "holysheep"}));
  EXPECT_FALSE(nearest("anything", {}));
}

TEST(Suggest, KnowsTheWordsOtherGatewaysUse) {
  EXPECT_EQ(nearest_key("policy", schema::kModel.keys), "balance");
  EXPECT_EQ(nearest_key("polcy", schema::kModel.keys), "balance");
  EXPECT_EQ(nearest_key("strategy", schema::kModel.keys), "balance");
  EXPECT_EQ(nearest_key("api_key", schema::kProvider.keys), "keys");
  EXPECT_EQ(nearest_key("url", schema::kProvider.keys), "base_url");
  EXPECT_EQ(nearest_key("base-url", schema::kProvider.keys), "base_url");
  EXPECT_EQ(nearest_key("model_list", schema::kTop.keys), "models");
  EXPECT_EQ(nearest_key("rpm", schema::kModelLimits.keys), "requests_per_minute");
}

TEST(Suggest, OffersASynonymOnlyWhereItsKeyMayStand) {
  EXPECT_FALSE(nearest_key("strategy", schema::kLimits.keys));
  EXPECT_FALSE(nearest_key("zzzzzz", schema::kTop.keys));
}

}  // namespace
}  // namespace drover::config
