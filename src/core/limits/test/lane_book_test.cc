#include "core/limits/lane_book.h"

#include <gtest/gtest.h>

#include "core/test/scenario.h"

namespace drover::core {
namespace {

using namespace std::chrono_literals;
using namespace testing;

/// Hints that cannot be true: more is left than the limit.
QuotaHints impossible() {
  QuotaHints hints;
  hints.of(QuotaDimension::AllRequests) = {.limit = 10, .remaining = 11, .reset = 1s};
  return hints;
}

/// Ten requests a second for ten seconds, then a refusal, teach a rate.
void teach(LaneLimit& lane) {
  for (int request = 0; request < 100; ++request) (void)lane.take({}, at(100ms * request));
  lane.refused({}, at(10s));
}

TEST(LaneBook, KeepsALimitAndANameForEachLane) {
  LaneBook book;
  EXPECT_EQ(book.add("lane a"), 0U);
  EXPECT_EQ(book.add("lane b"), 1U);
  EXPECT_EQ(book.names(), (std::vector<std::string>{"lane a", "lane b"}));
  teach(book[1]);
  EXPECT_TRUE(book[0].unknown());
  EXPECT_FALSE(book[1].unknown());
  EXPECT_TRUE(book.any_rate_learned());
}

TEST(LaneBook, CountsImpossibleValuesAndTellsThemOnceInAWhileForEachLane) {
  LaneBook book;
  (void)book.add("lane a");
  (void)book.add("lane b");
  EXPECT_FALSE(book.hint(0, {}, {}, at(0s), at(1s))) << "nothing was said";
  EXPECT_TRUE(book.hint(0, impossible(), {}, at(0s), at(1s)));
  EXPECT_FALSE(book.hint(0, impossible(), {}, at(0s), at(1s) + kTellNonsenseEvery / 2));
  EXPECT_TRUE(book.hint(1, impossible(), {}, at(0s), at(1s))) << "another lane";
  EXPECT_TRUE(book.hint(0, impossible(), {}, at(0s), at(1s) + kTellNonsenseEvery));
  EXPECT_EQ(book.nonsense(), 4U);
  book.count_nonsense();
  EXPECT_EQ(book.nonsense(), 5U);
}

TEST(LaneBook, CarriesWhatIsKnownOfALaneToAnotherBook) {
  LaneBook old;
  (void)old.add("lane gone");
  (void)old.add("lane a");
  EXPECT_TRUE(old.hint(1, impossible(), {}, at(0s), at(1s)));
  teach(old[1]);

  LaneBook next;
  (void)next.add("lane a");
  next.carry(0, old, 1);
  next.take_count(old);
  EXPECT_EQ(next[0].learned_per_second(), old[1].learned_per_second());
  EXPECT_EQ(next.nonsense(), 1U);
  EXPECT_FALSE(next.hint(0, impossible(), {}, at(0s), at(2s))) << "it was told already";
  EXPECT_EQ(next.names(), std::vector<std::string>{"lane a"}) << "names are the plan's";
}

}  // namespace
}  // namespace drover::core
