#include <gtest/gtest.h>

#include "store/database/postgres_database.h"
#include "store/database/postgres_trouble.h"
#include "store/test/freezing_proxy.h"
#include "store/test/postgres_server.h"
#include "store/test/store_test_kit.h"
#include "store/trouble.h"

namespace drover::store {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// What a bound of 0.3 s may take on a busy machine.
constexpr auto kSoon = 6s;

class Postgres : public testing::Test {
 protected:
  void SetUp() override {
    server_ = PostgresServer::shared();
    if (server_ == nullptr) GTEST_SKIP() << PostgresServer::why_not();
    database_ = server_->new_database();
  }
  [[nodiscard]] std::vector<std::string> names(std::string_view sql) const {
    PostgresDatabase database(server_->place(database_));
    database.allow(30s);
    std::vector<std::string> found;
    EXPECT_TRUE(database.connect());
    EXPECT_TRUE(database.run(sql, {}, [&](const AnswerRow& row) { found.emplace_back(row.text(0)); }));
    return found;
  }

  PostgresServer* server_ = nullptr;
  std::string database_;
};

TEST_F(Postgres, RefusesAWrongPasswordWithoutShowingIt) {
  const auto opened = Store(server_->guest_place(database_, "wr0ng-secret")).open();
  EXPECT_EQ(code_of(opened), kLogin);
  EXPECT_TRUE(needs_a_person(opened.error()));
  EXPECT_EQ(opened.error().message.find("wr0ng-secret"), std::string::npos);
  EXPECT_EQ(code_of(Store(server_->guest_place(database_, "")).open()), kLogin);
  Store right(server_->guest_place(database_, "right@pass/word"));
  right.allow(30s);
  const auto good = right.open();
  EXPECT_TRUE(good) << good.error().message;
}

TEST_F(Postgres, SaysThatADatabaseIsMissing) {
  const auto opened = Store(server_->place("nowhere")).open();
  EXPECT_EQ(code_of(opened), kLogin);
  EXPECT_NE(opened.error().message.find("nowhere"), std::string::npos);
}

TEST_F(Postgres, RefusesADatabaseThatIsNotUtf8) {
  EXPECT_EQ(code_of(Store(server_->place(server_->new_database("LATIN1"))).open()), kEncoding);
}

TEST_F(Postgres, IsAwayWhenNobodyListens) {
  Place place = server_->guest_place(database_, "x");
  place.port = 1;
  EXPECT_EQ(code_of(Store(place).open()), kAway);
}

TEST_F(Postgres, IsAwayWhenItAcceptsAndNeverAnswers) {
  FreezingProxy proxy(server_->port());
  proxy.freeze();
  Place place = server_->guest_place(database_, "right@pass/word");
  place.port = proxy.port();
  Store store(place);
  store.allow(300ms);
  const auto begun = Clock::now();
  EXPECT_EQ(code_of(store.open()), kAway);
  EXPECT_LT(Clock::now() - begun, kSoon);
  // Within a second nobody asks again: the answer is at once.
  EXPECT_EQ(code_of(store.spend({})), kAway);
}

TEST_F(Postgres, ThatFreezesInTheMiddleIsAwayAndComesBackByItself) {
  FreezingProxy proxy(server_->port());
  Place place = server_->guest_place(database_, "right@pass/word");
  place.port = proxy.port();
  Store store(place);
  store.allow(30s);
  std::vector<LedgerRow> rows = {row_of("req_1")};
  ASSERT_TRUE(store.append(rows));
  proxy.freeze();
  store.allow(300ms);
  const auto begun = Clock::now();
  EXPECT_EQ(code_of(store.append(rows)), kAway);
  EXPECT_LT(Clock::now() - begun, kSoon);
  EXPECT_FALSE(store.is_open());
  proxy.thaw();
  store.allow(30s);
  ASSERT_TRUE(store.open());
  EXPECT_EQ(store.append(rows)->repeated, 1U);
}

TEST_F(Postgres, ComesBackAfterTheServerWasStartedAgain) {
  Store store(server_->place(database_));
  store.allow(30s);
  std::vector<LedgerRow> rows = {row_of("req_1")};
  ASSERT_TRUE(store.append(rows));
  server_->restart();
  EXPECT_EQ(code_of(store.append(rows)), kAway);
  ASSERT_TRUE(store.open());
  EXPECT_EQ(store.append(rows)->repeated, 1U);
}

TEST_F(Postgres, DoesNotWaitForALockLongerThanItsBound) {
  Store store(server_->place(database_));
  store.allow(30s);
  ASSERT_TRUE(store.open());
  PostgresDatabase other(server_->place(database_));
  other.allow(30s);
  ASSERT_TRUE(other.connect());
  ASSERT_TRUE(other.script("BEGIN; LOCK TABLE spend"));
  store.allow(300ms);
  int waited = 0;
  store.while_waiting([&] { ++waited; });
  std::vector<LedgerRow> rows = {row_of("req_1")};
  const auto begun = Clock::now();
  EXPECT_EQ(code_of(store.append(rows)), kAway);
  EXPECT_LT(Clock::now() - begun, kSoon);
  EXPECT_GT(waited, 0);
}

TEST_F(Postgres, HasAPartitionForEachDayAheadOfTimeAndDropsOldOnes) {
  Store store(server_->place(database_));
  store.allow(30s);
  std::vector<LedgerRow> rows = {row_of("req_1", "k", kNoon - 240h), row_of("req_2", "k", kNoon - 216h)};
  ASSERT_TRUE(store.append(rows));
  ASSERT_TRUE(store.maintain(kNoon, std::chrono::days(0)));
  const std::string_view list = "SELECT relname FROM pg_class WHERE relname ~ '^ledger_[0-9]+$' ORDER BY 1";
  EXPECT_EQ(names(list),
            (std::vector<std::string>{"ledger_20261120", "ledger_20261121", "ledger_20261129", "ledger_20261130",
                                      "ledger_20261201", "ledger_20261202", "ledger_20261203"}));
  const auto more = store.maintain(kNoon, std::chrono::days(5));
  ASSERT_TRUE(more);
  EXPECT_TRUE(*more);
  EXPECT_FALSE(*store.maintain(kNoon, std::chrono::days(5)));
  EXPECT_EQ(names(list).front(), "ledger_20261129");
}

TEST_F(Postgres, MakesAPartitionAgainThatAnotherDroverDropped) {
  Store store(server_->place(database_));
  store.allow(30s);
  std::vector<LedgerRow> rows = {row_of("req_1")};
  ASSERT_TRUE(store.append(rows));
  PostgresDatabase other(server_->place(database_));
  other.allow(30s);
  ASSERT_TRUE(other.connect());
  ASSERT_TRUE(other.script("DROP TABLE ledger_20261130"));
  std::vector<LedgerRow> next = {row_of("req_2")};
  static_cast<void>(store.append(next));  // the one that finds out
  EXPECT_TRUE(store.append(next));
}

TEST_F(Postgres, TellsOtherDroversOfAChange) {
  Store store(server_->place(database_));
  Store other(server_->place(database_));
  store.allow(30s);
  other.allow(30s);
  ASSERT_TRUE(store.open());
  ASSERT_TRUE(other.open());
  EXPECT_FALSE(other.changed_elsewhere());
  ASSERT_TRUE(store.write(new_key("key_a", "a"), kNoon));
  pollfd waited{.fd = other.descriptor(), .events = POLLIN, .revents = 0};
  ASSERT_EQ(::poll(&waited, 1, 20'000), 1);
  EXPECT_TRUE(other.changed_elsewhere());
  EXPECT_FALSE(other.changed_elsewhere());
}

TEST_F(Postgres, IsOpenedByFourAtOnce) {
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int each = 0; each < 4; ++each) {
    threads.emplace_back([this, &good, each] {
      Store store(server_->place(database_));
      store.allow(30s);
      std::vector<LedgerRow> rows = {row_of("req_" + std::to_string(each)), row_of("req_same")};
      const auto appended = store.append(rows);
      EXPECT_TRUE(appended) << appended.error().message;
      good += appended ? static_cast<int>(appended->fresh) : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 5);
}

TEST(PostgresTrouble, TakesTheStateAndLeavesOutTheDetails) {
  EXPECT_EQ(
      first_line(
          "connection to server at \"x\" failed: FATAL:  28P01: password authentication failed\nLOCATION: auth.c"),
      "password authentication failed");
  EXPECT_EQ(code_of_state("28P01"), kLogin);
  EXPECT_EQ(code_of_state("57014"), kAway);
  EXPECT_EQ(code_of_state("53100"), kFull);
  EXPECT_EQ(code_of_state("22021"), kRefused);
  EXPECT_EQ(code_of_state("25006"), kReadOnly);
  EXPECT_EQ(code_of_state("XX000"), kFailed);
}

}  // namespace
}  // namespace drover::store
