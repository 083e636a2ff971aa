#include "demo/load/schedule.h"

#include <gtest/gtest.h>

namespace drover::demo {
namespace {

using namespace std::chrono_literals;

constexpr Instant kBegin{5s};

TEST(Schedule, SpreadsTheRequestsOfASecondEvenly) {
  const Schedule schedule{.begin = kBegin, .rate = 1000};
  EXPECT_EQ(schedule.due(0), kBegin);
  EXPECT_EQ(schedule.due(1), kBegin + 1ms);
  EXPECT_EQ(schedule.due(1000), kBegin + 1s);
  EXPECT_EQ(schedule.due(3'600'000), kBegin + 1h);
}

TEST(Schedule, HasNothingDueBeforeItsBegin) {
  const Schedule schedule{.begin = kBegin, .rate = 1000};
  EXPECT_EQ(schedule.due_by(kBegin - 1ns), 0U);
  EXPECT_EQ(schedule.due_by(kBegin), 1U);
}

TEST(Schedule, OwesAllThatBecameDueWhileNobodyLooked) {
  const Schedule schedule{.begin = kBegin, .rate = 1000};
  EXPECT_EQ(schedule.due_by(kBegin + 2500ms), 2501U);
}

TEST(Schedule, CountsExactlyThoseWhoseTimeHasComeAtOddRates) {
  for (const std::uint32_t rate : {1U, 3U, 7U, 999U, 1001U, 20'000U}) {
    const Schedule schedule{.begin = kBegin, .rate = rate};
    for (std::uint64_t request = 0; request < 5000; ++request) {
      ASSERT_EQ(schedule.due_by(schedule.due(request)), request + 1) << rate;
      ASSERT_EQ(schedule.due_by(schedule.due(request) - 1ns), request) << rate;
    }
  }
}

}  // namespace
}  // namespace drover::demo
