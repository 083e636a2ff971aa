#include "base/window_count.h"

#include <gtest/gtest.h>

#include <deque>

#include "base/random.h"

namespace drover {
namespace {

using namespace std::chrono_literals;

Instant at(Duration since) {
  return Instant(since);
}

TEST(WindowCount, CountsWhatHappenedWithinTheSpan) {
  WindowCount<10> window(10s);
  window.add(at(1s), 3);
  window.add(at(5s), 4);
  EXPECT_EQ(window.total(at(5s)), 7);
  EXPECT_EQ(window.total(at(12s)), 4);
  EXPECT_EQ(window.total(at(60s)), 0);
}

TEST(WindowCount, TakesBackWhereItWasAdded) {
  WindowCount<10> window(10s);
  window.add(at(1s), 5);
  window.add(at(6s), 2);
  window.add(at(1s), -5);
  EXPECT_EQ(window.total(at(6s)), 2);
}

TEST(WindowCount, IgnoresTakingBackWhatHasLeftTheWindow) {
  WindowCount<10> window(10s);
  window.add(at(1s), 5);
  EXPECT_EQ(window.total(at(40s)), 0);
  window.add(at(1s), -5);
  EXPECT_EQ(window.total(at(40s)), 0);
}

TEST(WindowCount, SaysWhenEnoughWillHaveLeft) {
  WindowCount<10> window(10s);
  window.add(at(0s), 3);
  window.add(at(4s), 3);
  EXPECT_EQ(window.falls_to(6, at(5s)), at(5s));
  EXPECT_EQ(window.falls_to(3, at(5s)), at(11s));
  EXPECT_EQ(window.falls_to(0, at(5s)), at(15s));
  EXPECT_EQ(window.falls_to(-1, at(5s)), kNever);
}

TEST(WindowCount, KeepsItsPromiseOfWhenRoomComes) {
  Random random(3);
  WindowCount<60> window(60s);
  Instant now{};
  for (int round = 0; round < 2000; ++round) {
    now += Duration(static_cast<Duration::rep>(random.below(3'000'000'000)));
    window.add(now, static_cast<std::int64_t>(random.below(5)));
    const auto room = static_cast<std::int64_t>(random.below(20));
    const Instant when = window.falls_to(room, now);
    WindowCount<60> later = window;
    ASSERT_LE(later.total(when), room);
  }
}

TEST(WindowCount, NeverCountsLessThanAnExactLogOfTheSpan) {
  Random random(5);
  WindowCount<60> window(60s);
  std::deque<Instant> log;
  Instant now{};
  for (int round = 0; round < 5000; ++round) {
    now += Duration(static_cast<Duration::rep>(random.below(random.below(50) == 0 ? 90'000'000'000 : 2'000'000'000)));
    window.add(now, 1);
    log.push_back(now);
    while (log.front() <= now - 60s) log.pop_front();
    ASSERT_GE(window.total(now), static_cast<std::int64_t>(log.size()));
  }
}

TEST(WindowCount, IsReadWithoutBeingMovedOn) {
  WindowCount<10> window(10s);
  window.add(at(1s), 3);
  window.add(at(5s), 4);
  EXPECT_EQ(window.total_at(at(5s)), 7);
  EXPECT_EQ(window.total_at(at(12s)), 4);
  EXPECT_EQ(window.total_at(at(60s)), 0);
  EXPECT_EQ(window.total_at(at(3s)), 7) << "a time that lies behind it is read as its newest";
  EXPECT_EQ(window.total(at(5s)), 7) << "nothing was forgotten";
}

TEST(WindowCount, IsEmptyWhenItsNewestAmountHasLeft) {
  WindowCount<10> window(10s);
  EXPECT_EQ(window.empties_at(at(3s)), at(3s));
  window.add(at(1s), 3);
  window.add(at(5s), 4);
  const Instant empty = window.empties_at(at(6s));
  EXPECT_EQ(empty, at(16s));
  EXPECT_EQ(window.total_at(empty), 0);
  window.add(at(5s), -4);
  EXPECT_EQ(window.empties_at(at(6s)), at(12s));
  EXPECT_EQ(window.empties_at(at(40s)), at(40s));
}

TEST(WindowCount, ReadsTheSameAsItCounts) {
  Random random(7);
  WindowCount<10> window(10s);
  Duration now = 100s;
  for (int step = 0; step < 2000; ++step) {
    now += std::chrono::milliseconds(random.below(3000));
    window.add(at(now), static_cast<std::int64_t>(random.below(5)));
    const Instant later = at(now + std::chrono::milliseconds(random.below(15'000)));
    WindowCount<10> moved = window;
    ASSERT_EQ(window.total_at(later), moved.total(later));
    ASSERT_EQ(moved.total(window.empties_at(later)), 0);
  }
}

}  // namespace
}  // namespace drover
