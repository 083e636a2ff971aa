#include <gtest/gtest.h>

#include <map>

#include "store/row_fields.h"
#include "store/test/each_database.h"
#include "store/trouble.h"

namespace drover::store {
namespace {

using namespace std::chrono_literals;

class StoreSpend : public EachDatabase {
 protected:
  [[nodiscard]] std::map<std::string, std::int64_t> requests_by(SpendQuery query) const {
    std::map<std::string, std::int64_t> found;
    const auto lines = store_->spend(query);
    EXPECT_TRUE(lines);
    if (!lines) return found;
    for (const SpendLine& line : *lines) found[line.name] += line.sums.requests;
    return found;
  }
  /// Requests since `begin` by "principal#tag".
  [[nodiscard]] std::map<std::string, std::int64_t> used_since(WallTime begin) const {
    std::map<std::string, std::int64_t> found;
    const auto done = store_->used_since(begin, [&](const Used& used) {
      found[std::string(used.principal) + "#" + std::string(used.tag)] += used.sums.requests;
    });
    EXPECT_TRUE(done);
    return found;
  }
};
INSTANTIATE_TEST_SUITE_P(Store, StoreSpend, testing::Values(Database::Flavor::Sqlite, Database::Flavor::Postgres),
                         flavor_name);

using Counts = std::map<std::string, std::int64_t>;

TEST_P(StoreSpend, CountsARowThatIsAppendedTwiceOnce) {
  append({row_of("req_1"), row_of("req_2")});
  std::vector<LedgerRow> again = {row_of("req_2"), row_of("req_3"), row_of("req_3")};
  const auto appended = store_->append(again);
  ASSERT_TRUE(appended);
  EXPECT_EQ(appended->fresh, 1U);
  EXPECT_EQ(appended->repeated, 2U);
  EXPECT_EQ(requests_by({}), (Counts{{"acme/search/key_a", 3}}));
  EXPECT_EQ(requests_by({.by = SpendBy::Tag}), (Counts{{"blue", 3}, {"night", 3}}));
}

TEST_P(StoreSpend, AddsUpEveryKindOfToken) {
  LedgerRow failed = row_of("req_2");
  failed.status = 502;
  failed.cost.reset();
  failed.cost_source = CostSource::Unpriced;
  LedgerRow guessed = row_of("req_3");
  guessed.cost_source = CostSource::Estimated;
  append({row_of("req_1"), failed, guessed});
  const auto lines = store_->spend({});
  ASSERT_TRUE(lines);
  ASSERT_EQ(lines->size(), 1U);
  EXPECT_EQ(lines->at(0).sums, (Sums{.requests = 3,
                                     .failed = 1,
                                     .input_uncached = 300,
                                     .cache_read = 60,
                                     .cache_write = 9,
                                     .output = 150,
                                     .reasoning = 30,
                                     .cost = 3000,
                                     .estimated = 1,
                                     .unpriced = 1}));
  EXPECT_EQ(lines->at(0).sums.input(), 369);
}

TEST_P(StoreSpend, IsToldByKeyTeamModelProviderAndTag) {
  LedgerRow other = row_of("req_2", "acme/chat/key_b");
  other.model_answered = "claude-sonnet";
  other.provider = "anthropic";
  other.tags = {"blue"};
  append({row_of("req_1"), other, row_of("req_3", "ci"), row_of("req_4", "acme/search/key_c")});
  EXPECT_EQ(requests_by({.by = SpendBy::Key}),
            (Counts{{"acme/search/key_a", 1}, {"acme/chat/key_b", 1}, {"ci", 1}, {"acme/search/key_c", 1}}));
  EXPECT_EQ(requests_by({.by = SpendBy::Team}), (Counts{{"acme/search", 2}, {"acme/chat", 1}, {"ci", 1}}));
  EXPECT_EQ(requests_by({.by = SpendBy::Model}), (Counts{{"gpt-4o-mini", 3}, {"claude-sonnet", 1}}));
  EXPECT_EQ(requests_by({.by = SpendBy::Provider}), (Counts{{"openai", 3}, {"anthropic", 1}}));
  EXPECT_EQ(requests_by({.by = SpendBy::Tag}), (Counts{{"blue", 4}, {"night", 3}}));
}

TEST_P(StoreSpend, OfATeamLeavesOutItsNamesakes) {
  append({row_of("req_1", "acme/key_a"), row_of("req_2", "acme"), row_of("req_3", "acme2/key_b"),
          row_of("req_4", "acme-x/k")});
  EXPECT_EQ(requests_by({.under = "acme"}), (Counts{{"acme/key_a", 1}, {"acme", 1}}));
}

TEST_P(StoreSpend, IsToldBetweenTwoMomentsAndByDay) {
  append({row_of("req_1", "k", kNoon), row_of("req_2", "k", kNoon + 24h), row_of("req_3", "k", kNoon + 48h)});
  EXPECT_EQ(requests_by({.since = kNoon + 1h, .until = kNoon + 48h}), (Counts{{"k", 1}}));
  const auto lines = store_->spend({.daily = true});
  ASSERT_TRUE(lines);
  ASSERT_EQ(lines->size(), 3U);
  EXPECT_EQ(lines->at(0).day, std::chrono::sys_days(std::chrono::year{2026} / 11 / 30));
  EXPECT_EQ(lines->at(2).day, std::chrono::sys_days(std::chrono::year{2026} / 12 / 2));
}

TEST_P(StoreSpend, HasTheDearestFirst) {
  LedgerRow dear = row_of("req_2", "dear");
  dear.cost = money::NanoUsd{9'000'000'000};
  append({row_of("req_1", "cheap"), dear, row_of("req_3", "cheap")});
  EXPECT_EQ(store_->spend({})->at(0).name, "dear");
}

TEST_P(StoreSpend, SinceAMomentIsRightToTheMicrosecond) {
  append({row_of("req_1", "k", kNoon), row_of("req_2", "k", kNoon + 5min), row_of("req_3", "k", kNoon + 15min),
          row_of("req_4", "k", kNoon + 3h)});
  EXPECT_EQ(used_since(kNoon), (Counts{{"k#", 4}, {"k#blue", 4}, {"k#night", 4}}));
  EXPECT_EQ(used_since(kNoon + 1us)["k#"], 3);
  EXPECT_EQ(used_since(kNoon + 5min)["k#blue"], 3);
  EXPECT_EQ(used_since(kNoon + 5min + 1us)["k#"], 2);
  EXPECT_EQ(used_since(kNoon + 15min + 1us)["k#night"], 1);
  EXPECT_EQ(used_since(kNoon + 4h), Counts{});
}

TEST_P(StoreSpend, StaysWhenOldRowsAreForgotten) {
  append({row_of("req_1", "k", kNoon - 240h), row_of("req_2", "k", kNoon)});
  for (int turn = 0; turn < 10; ++turn) {
    const auto more = store_->maintain(kNoon, std::chrono::days(5));
    ASSERT_TRUE(more) << more.error().message;
    if (!*more) break;
  }
  EXPECT_EQ(requests_by({})["k"], 2);
  // Forgotten: the edge of a quarter of an hour is read from the rows.
  EXPECT_EQ(used_since(kNoon - 240h - 1us)["k#"], 2);
  EXPECT_EQ(used_since(kNoon - 240h)["k#"], 2);
  EXPECT_EQ(store_->check(kNoon)->back().good, true);
  std::vector<LedgerRow> again = {row_of("req_2", "k", kNoon)};
  EXPECT_EQ(store_->append(again)->repeated, 1U);
}

TEST_P(StoreSpend, TakesNamesWithSqlNulAndWrongBytes) {
  const std::string evil = "'; DROP TABLE ledger; --\"{}$1\\";
  LedgerRow row = row_of(evil, evil);
  row.end_user = row.api = row.dialect = row.model_asked = row.model_answered = row.target = row.provider =
      row.outcome = row.price_version = row.trace_id = row.user_agent = evil;
  row.tags = {evil, std::string("a\0b", 3), "\xff", "[\"x\"]", "NULL", ""};
  append({row, row_of("req_2", std::string("nul\0nul", 7)), row_of("req_3", "\xc3\x28")});
  EXPECT_EQ(requests_by({})[evil], 1);
  EXPECT_EQ(requests_by({.by = SpendBy::Tag})[evil], 1);
  EXPECT_EQ(requests_by({.by = SpendBy::Model})[evil], 1);
}

TEST_P(StoreSpend, OfHugeAndNegativeNumbersStaysWithinItsBounds) {
  std::vector<LedgerRow> rows;
  for (int each = 0; each < 50; ++each) {
    LedgerRow row = row_of("req_" + std::to_string(each));
    row.tokens.output = std::numeric_limits<std::int64_t>::max();
    row.tokens.cache_read = -1;
    row.cost = money::NanoUsd{std::numeric_limits<std::int64_t>::max()};
    rows.push_back(row);
  }
  append(rows);
  const auto lines = store_->spend({});
  ASSERT_TRUE(lines);
  EXPECT_EQ(lines->at(0).sums.cost, 50 * kMaxRowCost);
  EXPECT_EQ(lines->at(0).sums.output, 50 * kMaxRowTokens);
  EXPECT_EQ(lines->at(0).sums.cache_read, 0);
}

TEST_P(StoreSpend, TakesRowsOfAnyDay) {
  append({row_of("req_1", "k", WallTime::min()), row_of("req_2", "k", WallTime::max()), row_of("req_3", "k", kNoon)});
  EXPECT_EQ(requests_by({})["k"], 3);
}

TEST_P(StoreSpend, ThatSomebodyChangedIsFoundByTheCheck) {
  append({row_of("req_1")});
  const auto sound = store_->check(kNoon);
  ASSERT_TRUE(sound) << sound.error().message;
  for (const Finding& finding : *sound) EXPECT_TRUE(finding.good) << finding.text;
  directly("UPDATE spend SET cost = cost + 1");
  const auto checked = store_->check(kNoon);
  ASSERT_TRUE(checked);
  EXPECT_FALSE(checked->back().good);
}

TEST_P(StoreSpend, IsThereAfterTheStoreIsOpenedAgain) {
  append({row_of("req_1")});
  const std::string id = store_->id();
  store_ = open_store();
  EXPECT_EQ(requests_by({}), (Counts{{"acme/search/key_a", 1}}));
  EXPECT_EQ(store_->id(), id);
}

TEST_P(StoreSpend, RefusesABatchWithoutEnd) {
  std::vector<LedgerRow> rows(10'001);
  EXPECT_EQ(code_of(store_->append(rows)), kRefused);
}

}  // namespace
}  // namespace drover::store
