#include "store/ledger/ledger.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <map>

#include "store/database/sqlite_database.h"
#include "store/test/freezing_proxy.h"
#include "store/test/postgres_server.h"
#include "store/test/store_test_kit.h"
#include "store/trouble.h"

namespace drover::store {
namespace {

using namespace std::chrono_literals;

/// Whether it becomes true within 30 seconds.
bool soon(const std::function<bool()>& is) {
  const auto end = std::chrono::steady_clock::now() + 30s;
  while (!is()) {
    if (std::chrono::steady_clock::now() > end) return false;
    ::poll(nullptr, 0, 5);
  }
  return true;
}

/// What a directory would know.
class Known {
 public:
  Ledger::OnRecords listener() {
    return [this](Records&& records) {
      const std::lock_guard lock(mutex_);
      if (records.first) keys_.clear();
      for (directory::Key& key : records.keys) keys_[key.id] = key;
      stale_ = records.stale;
      sets_ += records.last ? 1 : 0;
    };
  }
  [[nodiscard]] bool blocked(const std::string& id) const {
    const std::lock_guard lock(mutex_);
    const auto found = keys_.find(id);
    return found != keys_.end() && found->second.blocked;
  }
  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return keys_.size();
  }
  [[nodiscard]] bool stale() const {
    const std::lock_guard lock(mutex_);
    return stale_;
  }
  [[nodiscard]] int sets() const {
    const std::lock_guard lock(mutex_);
    return sets_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, directory::Key> keys_{};
  bool stale_ = false;
  int sets_ = 0;
};

class LedgerTest : public testing::Test {
 protected:
  [[nodiscard]] LedgerSettings settings() const {
    LedgerSettings settings{.place = {.path = folder_.file("ledger.db")}, .folder = folder_.file("state")};
    settings.call_time = 20s;
    return settings;
  }
  [[nodiscard]] std::int64_t requests_in_store() const {
    Store store(settings().place);
    store.allow(20s);
    const auto lines = store.spend({});
    return lines && !lines->empty() ? lines->at(0).sums.requests : 0;
  }
  static void push(Ring& ring, int first, int count) {
    for (int each = first; each < first + count; ++each) {
      ASSERT_TRUE(soon([&] { return ring.waiting() < 1000; }));
      ring.push(row_of("req_" + std::to_string(each)));
    }
  }

  TestFolder folder_;
  Known known_{};
};

TEST_F(LedgerTest, WritesWhatIsPushed) {
  Ledger ledger(settings(), {});
  Ring& ring = ledger.add_ring();
  ASSERT_TRUE(ledger.start());
  push(ring, 0, 2500);
  EXPECT_TRUE(soon([&] { return ledger.stats().written == 2500; }));
  ledger.stop(20s);
  EXPECT_EQ(requests_in_store(), 2500);
  EXPECT_EQ(ledger.stats().lost, 0U);
  EXPECT_EQ(ledger.stats().spooled, 0U);
}

TEST_F(LedgerTest, WritesWhatWasPushedBeforeItStops) {
  Ledger ledger(settings(), {});
  Ring& first = ledger.add_ring();
  Ring& second = ledger.add_ring();
  ASSERT_TRUE(ledger.start());
  push(first, 0, 10);
  push(second, 10, 10);
  ledger.stop(20s);
  EXPECT_EQ(requests_in_store(), 20);
  EXPECT_EQ(ledger.stats().backlog, 0U);
}

TEST_F(LedgerTest, SpoolsWhileTheStoreIsLockedAndReplaysOnce) {
  LedgerSettings quick = settings();
  quick.call_time = 100ms;
  Ledger ledger(quick, {});
  Ring& ring = ledger.add_ring();
  ASSERT_TRUE(ledger.start());
  SqliteDatabase other(settings().place.path);
  ASSERT_TRUE(other.connect());
  ASSERT_TRUE(other.script("BEGIN IMMEDIATE"));
  push(ring, 0, 300);
  ASSERT_TRUE(soon([&] { return ledger.stats().spooled >= 300; }));
  EXPECT_EQ(ledger.stats().written, 0U);
  EXPECT_FALSE(ledger.stats().last_error.empty());
  ASSERT_TRUE(other.script("COMMIT"));
  EXPECT_TRUE(soon([&] { return ledger.stats().written >= 300 && ledger.stats().backlog == 0; }));
  ledger.stop(20s);
  EXPECT_EQ(requests_in_store(), 300);
  EXPECT_EQ(ledger.stats().lost, 0U);
}

TEST_F(LedgerTest, KeepsRowsInTheSpoolAcrossARestart) {
  LedgerSettings away = settings();
  away.place.path = folder_.file("missing/ledger.db");
  {
    Ledger ledger(away, {});
    Ring& ring = ledger.add_ring();
    EXPECT_EQ(code_of(ledger.start()), kFileTrouble);
    push(ring, 0, 50);
    ledger.stop(1s);
    EXPECT_EQ(ledger.stats().lost, 0U);
  }
  Ledger ledger(settings(), {});
  ASSERT_TRUE(ledger.start());
  EXPECT_TRUE(soon([&] { return ledger.stats().written == 50; }));
  ledger.stop(20s);
  EXPECT_EQ(requests_in_store(), 50);
}

TEST_F(LedgerTest, CountsWhatNeitherStoreNorSpoolTakes) {
  LedgerSettings small = settings();
  small.place.path = folder_.file("missing/ledger.db");
  small.spool_bytes = 2000;
  Ledger ledger(small, {});
  Ring& ring = ledger.add_ring();
  EXPECT_FALSE(ledger.start());
  push(ring, 0, 100);
  ledger.stop(1s);
  const LedgerStats stats = ledger.stats();
  EXPECT_GT(stats.spooled, 0U);
  EXPECT_EQ(stats.spooled + stats.lost, 100U);
  EXPECT_LE(stats.spool_bytes, 2000U);
}

TEST_F(LedgerTest, LosesNothingThatIsASecondOldWhenItIsKilled) {
  const pid_t child = ::fork();
  if (child == 0) {
    Ledger ledger(settings(), {});
    Ring& ring = ledger.add_ring();
    if (!ledger.start()) ::_exit(1);
    for (int each = 0; each < 500; ++each) ring.push(row_of("req_" + std::to_string(each)));
    if (!soon([&] { return ledger.stats().written == 500; })) ::_exit(2);
    ring.push(row_of("req_last"));
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status)) << status;
  Ledger ledger(settings(), {});
  Ring& ring = ledger.add_ring();
  ASSERT_TRUE(ledger.start());
  push(ring, 0, 500);  // sent again: counted once
  ledger.stop(20s);
  EXPECT_EQ(ledger.stats().repeated, 500U);
  EXPECT_GE(requests_in_store(), 500);
  EXPECT_LE(requests_in_store(), 501);
}

TEST_F(LedgerTest, TellsAllKeysAtAStartAndThenEachChange) {
  ASSERT_TRUE(Store(settings().place).write(new_key("key_a", "a"), kNoon));
  Ledger ledger(settings(), known_.listener());
  ASSERT_TRUE(ledger.start());
  EXPECT_EQ(known_.size(), 1U);
  EXPECT_EQ(known_.sets(), 1);
  ASSERT_TRUE(Store(settings().place).write(new_key("key_b", "b"), kNoon));
  EXPECT_TRUE(soon([&] { return known_.size() == 2; }));
}

TEST_F(LedgerTest, TellsOfAnEmptyStoreToo) {
  Ledger ledger(settings(), known_.listener());
  ASSERT_TRUE(ledger.start());
  EXPECT_EQ(known_.sets(), 1);
}

TEST_F(LedgerTest, RunsJobsOnItsThreadAndTellsOfTheirChangesAtOnce) {
  Ledger ledger(settings(), known_.listener());
  ASSERT_TRUE(ledger.start());
  std::atomic<bool> done{false};
  ASSERT_TRUE(ledger.post([&](Store& store) {
    directory::Key key = key_of("key_a", "a");
    key.blocked = true;
    EXPECT_TRUE(store.write({.keys = {{key, 0}}}, kNoon));
    done = true;
  }));
  EXPECT_TRUE(soon([&] { return known_.blocked("key_a"); }));
  EXPECT_TRUE(done);
  ledger.stop(20s);
  EXPECT_FALSE(ledger.post([](Store&) {}));
}

TEST_F(LedgerTest, RefusesJobsWhenTooManyWait) {
  Ledger ledger(settings(), {});
  for (std::size_t each = 0; each < Ledger::kMaxJobs; ++each) ASSERT_TRUE(ledger.post([](Store&) {}));
  EXPECT_FALSE(ledger.post([](Store&) {}));
}

TEST_F(LedgerTest, StartsFromTheSnapshotWhileTheStoreIsAwayAndLearnsTheRestLater) {
  ASSERT_TRUE(Store(settings().place).write(new_key("key_a", "a"), kNoon));
  {
    Ledger ledger(settings(), {});
    ASSERT_TRUE(ledger.start());
    ASSERT_TRUE(soon([&] { return ledger.stats().snapshot.has_value(); }));
  }
  ASSERT_TRUE(Store(settings().place).write(new_key("key_b", "b"), kNoon));
  std::filesystem::create_directory(folder_.file("aside"));
  for (const std::string name : {"ledger.db", "ledger.db-wal", "ledger.db-shm"}) {
    std::error_code ignored;
    std::filesystem::rename(folder_.file(name), folder_.file("aside/" + name), ignored);
  }
  std::filesystem::create_directory(folder_.file("ledger.db"));  // nothing can be opened there
  Ledger ledger(settings(), known_.listener());
  EXPECT_FALSE(ledger.start());
  EXPECT_EQ(known_.size(), 1U);
  EXPECT_TRUE(known_.stale());
  std::filesystem::remove(folder_.file("ledger.db"));
  std::filesystem::rename(folder_.file("aside/ledger.db"), folder_.file("ledger.db"));
  EXPECT_TRUE(soon([&] { return known_.size() == 2 && !known_.stale(); }));
}

TEST_F(LedgerTest, ForgetsTheKeysOfAStoreThatWasReplaced) {
  ASSERT_TRUE(Store(settings().place).write(new_key("key_a", "a"), kNoon));
  {
    Ledger ledger(settings(), {});
    ASSERT_TRUE(ledger.start());
    ASSERT_TRUE(soon([&] { return ledger.stats().snapshot.has_value(); }));
  }
  LedgerSettings other = settings();
  other.place.path = folder_.file("other.db");
  ASSERT_TRUE(Store(other.place).write(new_key("key_b", "b"), kNoon));
  Ledger ledger(other, known_.listener());
  ASSERT_TRUE(ledger.start());
  EXPECT_EQ(known_.size(), 1U);
  EXPECT_FALSE(known_.stale());
}

TEST_F(LedgerTest, OverAFrozenPostgresSpoolsAndLosesNothing) {
  PostgresServer* const server = PostgresServer::shared();
  if (server == nullptr) GTEST_SKIP() << PostgresServer::why_not();
  FreezingProxy proxy(server->port());
  LedgerSettings frozen = settings();
  frozen.place = server->guest_place(server->new_database(), "right@pass/word");
  frozen.place.port = proxy.port();
  Ledger ledger(frozen, {});
  Ring& ring = ledger.add_ring();
  const auto started = ledger.start();
  ASSERT_TRUE(started) << started.error().message;
  push(ring, 0, 100);
  ASSERT_TRUE(soon([&] { return ledger.stats().written == 100; }));
  proxy.freeze();
  // More than a ring holds: they are taken out of it while the call waits.
  push(ring, 100, 9000);
  ASSERT_TRUE(soon([&] { return ledger.stats().spooled > 0 || ledger.stats().backlog > 0; }));
  proxy.thaw();
  EXPECT_TRUE(soon([&] { return ledger.stats().written == 9100 && ledger.stats().backlog == 0; }));
  EXPECT_EQ(ledger.stats().lost, 0U);
  ledger.stop(20s);
  Store store(frozen.place);
  store.allow(20s);
  EXPECT_EQ(store.spend({})->at(0).sums.requests, 9100);
}

}  // namespace
}  // namespace drover::store
