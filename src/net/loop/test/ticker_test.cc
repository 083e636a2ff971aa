#include "net/loop/ticker.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "net/test/test_kit.h"

namespace drover::net {
namespace {

using namespace testing;

/// A deadline that counts how often it expired and then does something.
struct Alarm {
  explicit Alarm(Ticker& ticker) : deadline(ticker, [](void* self) { static_cast<Alarm*>(self)->rang(); }, this) {}
  void rang() {
    ++count;
    if (then) then();
  }
  std::function<void()> then;
  int count = 0;
  Deadline deadline;
};

Instant at(Duration since_start) {
  return Instant(std::chrono::hours(1)) + since_start;
}

struct Bench {
  asio::io_context context;
  Ticker ticker{context};
};

TEST(Ticker, CallsWhatIsDueAndNothingElse) {
  Bench bench;
  Alarm early(bench.ticker);
  Alarm late(bench.ticker);
  early.deadline.arm(at(1s));
  late.deadline.arm(at(3s));

  bench.ticker.expire(at(2s));

  EXPECT_EQ(early.count, 1);
  EXPECT_FALSE(early.deadline.armed());
  EXPECT_EQ(late.count, 0);
  EXPECT_TRUE(late.deadline.armed());
}

TEST(Ticker, ForgetsADisarmedDeadline) {
  Bench bench;
  Alarm alarm(bench.ticker);
  alarm.deadline.arm(at(1s));
  alarm.deadline.disarm();
  bench.ticker.expire(at(2s));
  EXPECT_EQ(alarm.count, 0);
  EXPECT_EQ(bench.ticker.armed_count(), 0u);
}

TEST(Ticker, TakesALaterTimeInPlaceOfAnEarlierOne) {
  Bench bench;
  Alarm alarm(bench.ticker);
  alarm.deadline.arm(at(1s));
  alarm.deadline.arm(at(5s));
  bench.ticker.expire(at(2s));
  EXPECT_EQ(alarm.count, 0);
  bench.ticker.expire(at(5s));
  EXPECT_EQ(alarm.count, 1);
}

TEST(Ticker, DisarmsForTheTimeThatNeverComes) {
  Bench bench;
  Alarm alarm(bench.ticker);
  alarm.deadline.arm(at(1s));
  alarm.deadline.arm(kNever);
  EXPECT_FALSE(alarm.deadline.armed());
}

TEST(Ticker, LetsACallbackArmItselfAgain) {
  Bench bench;
  Alarm alarm(bench.ticker);
  alarm.then = [&] { alarm.deadline.arm(at(10s)); };
  alarm.deadline.arm(at(1s));
  bench.ticker.expire(at(2s));
  EXPECT_EQ(alarm.count, 1);
  EXPECT_EQ(alarm.deadline.at(), at(10s));
  bench.ticker.expire(at(10s));
  EXPECT_EQ(alarm.count, 2);
}

TEST(Ticker, LetsACallbackDestroyItsOwnDeadline) {
  Bench bench;
  auto alarm = std::make_unique<Alarm>(bench.ticker);
  bool rang = false;
  alarm->then = [&] {
    rang = true;
    alarm.reset();
  };
  alarm->deadline.arm(at(1s));
  bench.ticker.expire(at(2s));
  EXPECT_TRUE(rang);
  EXPECT_EQ(bench.ticker.armed_count(), 0u);
}

/// Each of several due deadlines in turn destroys, disarms or postpones all the others.
TEST(Ticker, LetsACallbackChangeAnyOtherDueDeadline) {
  enum { Destroy, Disarm, Postpone };
  for (int change : {Destroy, Disarm, Postpone}) {
    Bench bench;
    std::vector<std::unique_ptr<Alarm>> alarms;
    int rang = 0;
    for (int made = 0; made < 5; ++made) {
      alarms.push_back(std::make_unique<Alarm>(bench.ticker));
      Alarm* self = alarms.back().get();
      self->then = [&, self] {
        ++rang;
        for (std::unique_ptr<Alarm>& other : alarms) {
          if (other.get() == self || !other) continue;
          if (change == Destroy) other.reset();
          if (change == Disarm) other->deadline.disarm();
          if (change == Postpone) other->deadline.arm(at(10s));
        }
      };
      self->deadline.arm(at(1s));
    }
    bench.ticker.expire(at(2s));
    EXPECT_EQ(rang, 1);
    EXPECT_EQ(bench.ticker.armed_count(), change == Postpone ? 4u : 0u);
  }
}

TEST(Ticker, ChoosesAmongManyInAnyOrder) {
  Bench bench;
  Random random(7);
  std::vector<std::unique_ptr<Alarm>> alarms;
  for (int made = 0; made < 500; ++made) {
    alarms.push_back(std::make_unique<Alarm>(bench.ticker));
    alarms.back()->deadline.arm(at(std::chrono::seconds(1 + random.below(100))));
  }
  for (int step = 0; step < 200; ++step) alarms[random.below(500)]->deadline.disarm();
  for (int now = 1; now <= 100; ++now) {
    bench.ticker.expire(at(std::chrono::seconds(now)));
    for (const std::unique_ptr<Alarm>& alarm : alarms) {
      if (!alarm->deadline.armed()) continue;
      ASSERT_GT(alarm->deadline.at(), at(std::chrono::seconds(now)));
    }
  }
  EXPECT_EQ(bench.ticker.armed_count(), 0u);
}

/// How many deadlines a thousand ticks look at when one is due in each, beside `others` that are due much later.
std::uint64_t looks_beside(std::size_t others) {
  Bench bench;
  std::vector<std::unique_ptr<Alarm>> waiting;
  for (std::size_t made = 0; made < others; ++made) {
    waiting.push_back(std::make_unique<Alarm>(bench.ticker));
    waiting.back()->deadline.arm(at(1h));
  }
  Alarm busy(bench.ticker);
  for (int tick = 1; tick <= 1000; ++tick) {
    busy.deadline.arm(at(tick * Ticker::kTick));
    bench.ticker.expire(at(tick * Ticker::kTick));
  }
  EXPECT_EQ(busy.count, 1000);
  return bench.ticker.looks();
}

TEST(Ticker, E17_ATickCostsWhatIsDueInItAndNotWhatIsArmed) {
  constexpr std::size_t kStreams = 20'000;
  // The list is looked through once at the beginning and once every kSoon ticks.
  EXPECT_LE(looks_beside(kStreams) - looks_beside(0), kStreams * (1000 / Ticker::kSoon + 2));
}

TEST(Ticker, PuttingOffCostsOneLookWhenTheFirstTimeComes) {
  Bench bench;
  Alarm alarm(bench.ticker);
  for (int chunk = 0; chunk < 1000; ++chunk) alarm.deadline.arm(at(2min + chunk * 1ms));
  bench.ticker.expire(at(2min));
  EXPECT_EQ(alarm.count, 0);
  bench.ticker.expire(at(2min + 999ms));
  EXPECT_EQ(alarm.count, 1);
  EXPECT_LE(bench.ticker.looks(), 8U);
}

TEST(Ticker, TakesAnEarlierTimeInPlaceOfAFarOne) {
  Bench bench;
  Alarm alarm(bench.ticker);
  alarm.deadline.arm(at(1h));
  bench.ticker.expire(at(1s));
  alarm.deadline.arm(at(2s));
  bench.ticker.expire(at(2s));
  EXPECT_EQ(alarm.count, 1);
}

TEST(Ticker, WakesItsLoopForTheEarliestDeadlineEvenWhenThatIsArmedLast) {
  Loop loop(1);
  Alarm late(loop.ticker());
  Alarm early(loop.ticker());
  Instant start = loop.now();
  late.deadline.arm(start + 1h);
  early.deadline.arm(start + 30ms);
  ASSERT_TRUE(drive(loop, [&] { return early.count == 1; }));
  EXPECT_GE(loop.now() - start, 30ms);
  EXPECT_EQ(late.count, 0);
}

}  // namespace
}  // namespace drover::net
