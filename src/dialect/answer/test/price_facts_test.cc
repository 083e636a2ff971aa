#include "dialect/answer/price_facts.h"

#include <gtest/gtest.h>

namespace drover::dialect {
namespace {

TEST(PriceFacts, KnowsTheTiersOfEachProvider) {
  EXPECT_EQ(service_tier(R"("flex")"), ServiceTier::Flex);
  EXPECT_EQ(service_tier(R"("priority")"), ServiceTier::Priority);
  EXPECT_EQ(service_tier(R"("batch")"), ServiceTier::Batch);
  EXPECT_EQ(service_tier(R"("ON_DEMAND_PRIORITY")"), ServiceTier::Priority);
  for (const char* const usual : {R"("default")", R"("standard")", R"("auto")", "null", "", "7", R"({"a":"flex"})"})
    EXPECT_EQ(service_tier(usual), ServiceTier::Standard) << usual;
}

TEST(PriceFacts, ReadsDollarsToTheNano) {
  EXPECT_EQ(nano_usd("0.00014"), 140'000);
  EXPECT_EQ(nano_usd("1.4e-4"), 140'000);
  EXPECT_EQ(nano_usd("0"), 0);
  EXPECT_EQ(nano_usd("2"), 2'000'000'000);
}

TEST(PriceFacts, TakesNoNonsenseForDollars) {
  for (const char* const raw : {"", "null", "\"0.1\"", "-0.1", "1e300", "1e999", "NaN", "1.5x", "{}", "[1]", "2000000"})
    EXPECT_EQ(nano_usd(raw), -1) << raw;
}

}  // namespace
}  // namespace drover::dialect
