// Random operations against a model that is so simple that it can be believed, and many threads at once.
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <thread>

#include "base/random.h"
#include "directory/test/asker_book_kit.h"

namespace drover::directory {
namespace {

using namespace std::chrono_literals;

/// Each amount by itself, with its day and its time; nothing is summed up in advance.
class Model {
 public:
  struct Entry {
    std::string path;
    Duration at{};
    std::int64_t amount = 0;
  };

  [[nodiscard]] std::int64_t day_sum(std::string_view path, Duration now) const {
    return sum(path, [&](const Entry& each) { return day(each.at) == day(now); });
  }
  /// What has surely left a rolling hour is not in it; what surely has not, is.
  [[nodiscard]] std::int64_t last(std::string_view path, Duration span, Duration now) const {
    return sum(path, [&](const Entry& each) { return each.at > now - span; });
  }
  std::size_t add(Entry entry) {
    entries_.push_back(std::move(entry));
    return entries_.size() - 1;
  }
  Entry& operator[](std::size_t at) { return entries_[at]; }

 private:
  /// The model's moment 0 is noon.
  static std::int64_t day(Duration at) { return (at + 12h) / 24h; }
  template <class Takes>
  [[nodiscard]] std::int64_t sum(std::string_view path, Takes takes) const {
    std::int64_t total = 0;
    for (const Entry& each : entries_) {
      const bool below = path.empty() || each.path == path || each.path.starts_with(std::string(path) + "/");
      if (below && takes(each)) total += each.amount;
    }
    return total;
  }
  std::vector<Entry> entries_;
};

TEST(AskerBookModel, AgreesWithASimpleModelUnderRandomOperations) {
  constexpr std::int64_t kDay = 3'000;
  constexpr std::int64_t kHour = 400;
  std::size_t admitted = 0;
  std::size_t refused = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Random random(seed);
    AskerBook book(seed);
    Model model;
    limit(book, node("a"), {hard(Unit::Tokens, kDay, "day")});
    limit(book, node("a/b"), {hard(Unit::Tokens, kHour, "1h")});
    struct Running {
      Lease lease;
      std::size_t entry;
    };
    std::vector<Running> running;
    Duration now{};
    for (int step = 0; step < 600; ++step) {
      now += std::chrono::seconds(random.below(120));
      if (!running.empty() && random.below(2) == 0) {
        const std::size_t at = random.below(running.size());
        Model::Entry& entry = model[running[at].entry];
        // What has left the hour, or may have, is settled as it was reserved: the two need not agree when it left.
        if (now - entry.at < 1h) {
          entry.amount = static_cast<std::int64_t>(random.below(80));
          ASSERT_TRUE(running[at].lease.settle(tokens(entry.amount)));
        }
        running.erase(running.begin() + static_cast<std::ptrdiff_t>(at));
        continue;
      }
      const std::string path = random.below(2) == 0 ? "a/b/k" : "a/c";
      const auto estimate = static_cast<std::int64_t>(random.below(60));
      const std::int64_t day_before = model.day_sum("a", now);
      Reservation got = book.reserve({.principal = path}, tokens(estimate), moment(now));
      const bool day_room = day_before < kDay;
      const bool hour_room = path == "a/c" || model.last("a/b", 1h + 72s, now) < kHour;
      const bool hour_full = path != "a/c" && model.last("a/b", 1h, now) >= kHour;
      if (day_room && hour_room) ASSERT_TRUE(got) << "refused while there is room, seed " << seed;
      if (!day_room || hour_full) ASSERT_FALSE(got) << "admitted over a limit, seed " << seed;
      if (!got) {
        ++refused;
        continue;
      }
      ++admitted;
      running.push_back({*std::move(got), model.add({.path = path, .at = now, .amount = estimate})});
      ASSERT_EQ(sum_of(book, "a", moment(now)) > 0 || model.day_sum("a", now) == 0, true);
    }
    const auto left = book.left({.principal = "a/c"}, moment(now));
    EXPECT_EQ(left[static_cast<std::size_t>(Unit::Tokens)]->remaining,
              std::max<std::int64_t>(kDay - model.day_sum("a", now), 0));
    running.clear();
    EXPECT_EQ(book.open_leases(), 0);
  }
  EXPECT_GT(admitted, 1'000U);
  EXPECT_GT(refused, 1'000U);
}

TEST(AskerBookThreads, NoLimitIsPassedByMoreThanOneRequestAThread) {
  constexpr int kThreads = 4;
  constexpr std::int64_t kCost = 7;
  AskerBook book(1);
  limit(book, node("a"), {hard(Unit::Usd, 10'000, "total"), hard(Unit::Concurrent, kThreads, "total")});
  std::atomic<std::int64_t> spent = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&] {
      while (true) {
        Reservation got = book.reserve({.principal = "a/k"}, {.cost = {3}}, moment());
        if (!got && got.error().held_by_running) continue;
        if (!got) return;
        spent += kCost;
        got->settle({.cost = {kCost}});
      }
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_GE(spent, 10'000);
  EXPECT_LE(spent, 10'000 + kThreads * kCost);
  EXPECT_EQ(sum_of(book, "a", moment()), spent);
}

TEST(AskerBookThreads, CountsAddUpWhileLimitsChangeAndSumsAreRead) {
  constexpr int kThreads = 3;
  constexpr int kRounds = 4'000;
  AskerBook book(1);
  limit(book, node("a"), {hard(Unit::Tokens, kMostLimited, "total")});
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int round = 0; round < kRounds; ++round) {
        Reservation got = book.reserve({.principal = "a/k"}, tokens(5), moment());
        ASSERT_TRUE(got);
        (void)got->extend(tokens(1), moment());
        if (round % 3 == thread) got->settle(tokens(5));
      }
    });
  }
  for (int round = 0; round < 300; ++round) {
    limit(book, node("a"), {hard(Unit::Tokens, kMostLimited - round, "total"), soft(Unit::Requests, round, "day")});
    limit(book, node("a/k"), {hard(Unit::Requests, kMostLimited, "1h")});
    (void)book.sums(moment());
    (void)book.left({.principal = "a/k"}, moment());
    book.forget(node("a/k"));
  }
  for (std::thread& each : threads) each.join();
  std::int64_t expected = 0;
  for (int thread = 0; thread < kThreads; ++thread) {
    for (int round = 0; round < kRounds; ++round) expected += round % 3 == thread ? 5 : 6;
  }
  EXPECT_EQ(sum_of(book, "a", moment()), expected);
  EXPECT_EQ(book.open_leases(), 0);
}

}  // namespace
}  // namespace drover::directory
