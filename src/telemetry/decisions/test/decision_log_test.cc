#include "telemetry/decisions/decision_log.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace drover::telemetry {
namespace {

constexpr std::size_t kPlenty = std::size_t{1} << 20;

void write(DecisionStore& store, const std::string& id, bool failed, const std::string& model = "m") {
  store.write({.id = id, .model = model, .keep = failed});
}

bool keeps(const DecisionStore& store, const std::string& id) {
  std::vector<KeptDecision> found;
  store.find(id, found);
  return !found.empty();
}

TEST(DecisionStore, FindsWhatWasWritten) {
  DecisionStore store({.records = 10, .bytes = kPlenty});
  write(store, "req_1", false, "gpt-4o");
  std::vector<KeptDecision> found;
  store.find("req_1", found);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].record.model, "gpt-4o");
  EXPECT_FALSE(keeps(store, "req_2"));
  EXPECT_FALSE(keeps(store, ""));
}

TEST(DecisionStore, ForgetsTheOldestFirst) {
  DecisionStore store({.records = 4, .bytes = kPlenty});
  for (int at = 0; at < 6; ++at) write(store, std::to_string(at), false);
  EXPECT_EQ(store.size(), 4U);
  EXPECT_FALSE(keeps(store, "1"));
  EXPECT_TRUE(keeps(store, "2"));
  EXPECT_TRUE(keeps(store, "5"));
}

TEST(DecisionStore, ForgetsASuccessBeforeAFailure) {
  DecisionStore store({.records = 8, .bytes = kPlenty});
  write(store, "failed", true);
  for (int at = 0; at < 100; ++at) write(store, std::to_string(at), false);
  EXPECT_TRUE(keeps(store, "failed"));
  EXPECT_EQ(store.size(), 8U);
}

TEST(DecisionStore, X8_RequestsOfUnknownOriginMakeNobodyForget) {
  DecisionStore store({.records = 32, .bytes = kPlenty});
  write(store, "good", false);
  write(store, "failed", true);
  for (int at = 0; at < 1000; ++at) store.write({.id = "s" + std::to_string(at), .stranger = true});
  EXPECT_TRUE(keeps(store, "good"));
  EXPECT_TRUE(keeps(store, "failed"));
  EXPECT_TRUE(keeps(store, "s999"));
  EXPECT_FALSE(keeps(store, "s997"));
  EXPECT_EQ(store.size(), 4U);
}

TEST(DecisionStore, HasRoomForNewSuccessesHoweverManyFailuresThereWere) {
  DecisionStore store({.records = 8, .bytes = kPlenty});
  for (int at = 0; at < 100; ++at) write(store, "f" + std::to_string(at), true);
  EXPECT_EQ(store.size(), 6U);  // three quarters
  EXPECT_FALSE(keeps(store, "f93"));
  EXPECT_TRUE(keeps(store, "f94"));
  write(store, "good", false);
  write(store, "better", false);
  EXPECT_TRUE(keeps(store, "good"));
  EXPECT_TRUE(keeps(store, "better"));
  EXPECT_TRUE(keeps(store, "f94"));
}

TEST(DecisionStore, IsBoundedInBytesToo) {
  DecisionStore store({.records = 100'000, .bytes = 0});  // the least: two of the longest
  const std::string target(200, 't');
  DecisionSpace& space = store.space();
  space.candidates.fill({.target = target});
  std::size_t most = 0;
  for (int at = 0; at < 200; ++at) {
    store.write({.id = std::to_string(at), .keep = at % 2 == 0, .candidates = space.candidates});
    most = std::max(most, store.size());
    ASSERT_TRUE(keeps(store, std::to_string(at))) << at;
  }
  EXPECT_LT(most, 12U);
  EXPECT_GE(store.size(), 2U);
}

TEST(DecisionStore, GivesLongRecordsBackWhole) {
  DecisionStore store({.records = 10, .bytes = kPlenty});
  DecisionSpace& space = store.space();
  for (std::size_t at = 0; at < space.candidates.size(); ++at) space.candidates[at].status = static_cast<int>(at);
  for (int round = 0; round < 50; ++round) {  // its cells lie where others were
    write(store, "small" + std::to_string(round), round % 3 == 0);
    store.write({.id = "long" + std::to_string(round), .keep = true, .candidates = space.candidates});
    std::vector<KeptDecision> found;
    store.find("long" + std::to_string(round), found);
    ASSERT_EQ(found.size(), 1U);
    for (std::size_t at = 0; at < space.candidates.size(); ++at)
      ASSERT_EQ(found[0].record.candidates[at].status, static_cast<int>(at));
  }
}

TEST(DecisionLog, LooksInEveryThreadsStoreNewestFirst) {
  DecisionLog log;
  DecisionStore& first = log.add_thread(2);
  DecisionStore& second = log.add_thread(2);
  first.write({.unix_milliseconds = 1, .id = "again", .model = "old"});
  second.write({.unix_milliseconds = 2, .id = "again", .model = "new"});
  const auto found = log.find("again");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].record.model, "new");
  EXPECT_TRUE(log.find("other").empty());
}

TEST(DecisionLog, ShowsTheNewestOfAnIdThatIsUsedAgainAndAgain) {
  DecisionLog log({.records = 50, .bytes = kPlenty});
  DecisionStore& store = log.add_thread(1);
  for (int at = 0; at < 120; ++at) store.write({.unix_milliseconds = at, .id = "again", .keep = at % 9 == 0});
  const auto found = log.find("again");
  ASSERT_EQ(found.size(), kMaxFound);
  for (std::size_t at = 0; at < kMaxFound; ++at)
    EXPECT_EQ(found[at].record.unix_milliseconds, 119 - static_cast<std::int64_t>(at));
}

TEST(DecisionLog, IsDividedAmongTheThreads) {
  DecisionLog log({.records = 40, .bytes = kPlenty});
  DecisionStore& store = log.add_thread(4);
  for (int at = 0; at < 100; ++at) write(store, std::to_string(at), false);
  EXPECT_EQ(store.size(), 10U);
}

TEST(DecisionLog, MayBeAskedWhileAThreadWrites) {
  DecisionLog log({.records = 100, .bytes = kPlenty});
  DecisionStore& store = log.add_thread(1);
  std::jthread writes([&store] {
    for (int at = 0; at < 20'000; ++at) write(store, std::to_string(at % 200), at % 7 == 0, std::to_string(at));
  });
  for (int at = 0; at < 2'000; ++at) {
    for (const KeptDecision& kept : log.find(std::to_string(at % 200)))
      ASSERT_EQ(std::stoi(std::string(kept.record.model)) % 200, at % 200);
  }
}

}  // namespace
}  // namespace drover::telemetry
