// Waiting requests in groups by when they were sent.
#include "core/health/cohorts.h"

#include <gtest/gtest.h>

namespace drover::core {
namespace {

using namespace std::chrono_literals;

constexpr Duration kWidth = 10ms;

/// When the group of this number begins.
Instant begin_of(std::size_t group) {
  return Instant(1h) + kWidth * static_cast<Duration::rep>(group);
}

/// One request for each of the groups up to `end`.
void send(Cohorts& cohorts, std::size_t begin, std::size_t end) {
  for (std::size_t group = begin; group < end; ++group) cohorts.sent(begin_of(group), kWidth);
}
/// The same, and each is answered before the next is sent.
void send_and_answer(Cohorts& cohorts, std::size_t end) {
  for (std::size_t group = 0; group < end; ++group) {
    cohorts.sent(begin_of(group), kWidth);
    cohorts.ended(begin_of(group), /*answered=*/true);
  }
}

TEST(Cohorts, HoldTheRequestsOfOneWidthTogether) {
  Cohorts cohorts;
  cohorts.sent(begin_of(0), kWidth);
  cohorts.sent(begin_of(0) + kWidth / 2, kWidth);
  cohorts.sent(begin_of(1), kWidth);
  EXPECT_EQ(cohorts.from(begin_of(0)).sent, 3U);
  EXPECT_EQ(cohorts.from(begin_of(1)).sent, 1U);
}

TEST(Cohorts, KeepTheLatestGroupsOfATargetThatAnswers) {
  for (const std::size_t groups : {kCohorts - 1, kCohorts, kCohorts + 1, 3 * kCohorts + 5}) {
    Cohorts cohorts;
    send_and_answer(cohorts, groups);
    EXPECT_EQ(cohorts.from(begin_of(0)).answered, std::min(groups, kCohorts)) << groups;
    EXPECT_EQ(cohorts.from(begin_of(groups - 2)).answered, 2U) << groups;
    EXPECT_EQ(cohorts.silent({}, 1.0, begin_of(groups)).waiting, 0U) << groups;
  }
}

TEST(Cohorts, LoseNoSilentRequestHoweverManyGroupsThereWere) {
  for (const std::size_t answered : {std::size_t{0}, kCohorts / 2, 3 * kCohorts + 5}) {
    Cohorts cohorts;
    send_and_answer(cohorts, answered);
    send(cohorts, answered, answered + 4 * kCohorts);
    const Cohorts::Silent silent = cohorts.silent({}, 1.0, begin_of(answered + 4 * kCohorts));
    EXPECT_EQ(silent.waiting, 4 * kCohorts) << answered;
    EXPECT_EQ(silent.since, begin_of(answered)) << answered;
  }
}

TEST(Cohorts, TakeAnEndedRequestOutOfTheGroupItWasSentIn) {
  Cohorts cohorts;
  send_and_answer(cohorts, kCohorts + 3);
  send(cohorts, kCohorts + 3, kCohorts + 6);
  cohorts.ended(begin_of(kCohorts + 4), /*answered=*/false);
  EXPECT_EQ(cohorts.silent({}, 1.0, begin_of(kCohorts + 6)).waiting, 2U);
  cohorts.ended(begin_of(kCohorts + 4), /*answered=*/true);
  const Cohorts::Silent silent = cohorts.silent({}, 1.0, begin_of(kCohorts + 6));
  EXPECT_EQ(silent.waiting, 1U);
  EXPECT_EQ(silent.since, begin_of(kCohorts + 5));
}

TEST(Cohorts, BeginAnewOnceTheyAreCleared) {
  Cohorts cohorts;
  send(cohorts, 0, kCohorts + 7);
  cohorts.clear();
  EXPECT_EQ(cohorts.from(begin_of(0)).sent, 0U);
  send(cohorts, kCohorts + 7, kCohorts + 9);
  EXPECT_EQ(cohorts.silent({}, 1.0, begin_of(kCohorts + 9)).waiting, 2U);
}

}  // namespace
}  // namespace drover::core
