#include "directory/limit_text.h"

#include <gtest/gtest.h>

namespace drover::directory {
namespace {

TEST(LimitText, SaysHowMuchOfWhatInWhatTime) {
  EXPECT_EQ(limit_text(Unit::Usd, 2'500'000'000, {.kind = money::WindowKind::Month}), "2.50 US dollars (month)");
  EXPECT_EQ(limit_text(Unit::Requests, 600, {.kind = money::WindowKind::Rolling, .span = std::chrono::minutes(1)}),
            "600 requests (1m)");
  EXPECT_EQ(limit_text(Unit::Concurrent, 8, {}), "8 requests at once");
}

}  // namespace
}  // namespace drover::directory
