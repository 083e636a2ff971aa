#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "store/database/sqlite_database.h"
#include "store/test/store_test_kit.h"
#include "store/trouble.h"

namespace drover::store {
namespace {

using namespace std::chrono_literals;

Place file_place(const std::string& path) {
  return Place{.path = path};
}

/// The bits of a file do not bind root, so these tests are somebody else for a while.
class NotRoot {
 public:
  NotRoot() {
    if (::geteuid() == 0) was_root_ = ::seteuid(65534) == 0;
  }
  ~NotRoot() {
    if (was_root_) static_cast<void>(::seteuid(0) == 0);
  }

 private:
  bool was_root_ = false;
};

TEST(Sqlite, MakesAFileThatOnlyItsOwnerMayRead) {
  const TestFolder folder;
  Store store(file_place(folder.file("ledger.db")));
  ASSERT_TRUE(store.open());
  struct stat found{};
  ASSERT_EQ(::stat(folder.file("ledger.db").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0600U);
}

TEST(Sqlite, SaysThatAFolderIsMissing) {
  const auto opened = Store(file_place("/nowhere/at/all/ledger.db")).open();
  EXPECT_EQ(code_of(opened), kFileTrouble);
  EXPECT_NE(opened.error().message.find("/nowhere/at/all"), std::string::npos);
}

TEST(Sqlite, LeavesAFileAloneThatIsNoDatabase) {
  const TestFolder folder;
  std::ofstream(folder.file("notes.txt")) << std::string(5000, 'x');
  EXPECT_EQ(code_of(Store(file_place(folder.file("notes.txt"))).open()), kDamaged);
  EXPECT_EQ(std::filesystem::file_size(folder.file("notes.txt")), 5000U);
}

TEST(Sqlite, LeavesTheDatabaseOfAnotherProgramAlone) {
  const TestFolder folder;
  SqliteDatabase other(folder.file("other.db"));
  ASSERT_TRUE(other.connect());
  ASSERT_TRUE(other.script("CREATE TABLE keys (mine)"));
  EXPECT_EQ(code_of(Store(file_place(folder.file("other.db"))).open()), kForeign);
}

TEST(Sqlite, SaysThatItsFileIsReadOnly) {
  const TestFolder folder;
  ASSERT_TRUE(Store(file_place(folder.file("ledger.db"))).open());
  ::chmod(folder.path().c_str(), 0755);
  ::chmod(folder.file("ledger.db").c_str(), 0444);
  const NotRoot somebody;
  EXPECT_EQ(code_of(Store(file_place(folder.file("ledger.db"))).open()), kReadOnly);
  EXPECT_EQ(code_of(Store(file_place(folder.file("new.db"))).open()), kReadOnly);
}

TEST(Sqlite, SaysThatItsDiskIsFullAndGoesOnWhenThereIsRoom) {
  const TestFolder folder;
  auto owned = std::make_unique<SqliteDatabase>(folder.file("ledger.db"));
  Database& database = *owned;
  Store store(std::move(owned), "test");
  ASSERT_TRUE(store.open());
  ASSERT_TRUE(database.script("PRAGMA max_page_count = 60"));
  std::vector<LedgerRow> rows;
  for (int each = 0; each < 2000; ++each) rows.push_back(row_of("req_" + std::to_string(each)));
  EXPECT_EQ(code_of(store.append(rows)), kFull);
  EXPECT_TRUE(store.spend({})->empty());
  ASSERT_TRUE(database.script("PRAGMA max_page_count = 100000"));
  EXPECT_EQ(store.append(rows)->fresh, 2000U);
  EXPECT_EQ(store.spend({})->at(0).sums.requests, 2000);
}

TEST(Sqlite, WaitsForAnotherProcessOnlyAsLongAsItsBound) {
  const TestFolder folder;
  Store store(file_place(folder.file("ledger.db")));
  ASSERT_TRUE(store.open());
  SqliteDatabase other(folder.file("ledger.db"));
  ASSERT_TRUE(other.connect());
  ASSERT_TRUE(other.script("BEGIN IMMEDIATE"));
  store.allow(200ms);
  int waited = 0;
  store.while_waiting([&] { ++waited; });
  std::vector<LedgerRow> rows = {row_of("req_1")};
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(code_of(store.append(rows)), kLocked);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 4s);
  EXPECT_GT(waited, 0);
  ASSERT_TRUE(other.script("COMMIT"));
  store.allow(30s);
  EXPECT_EQ(store.append(rows)->fresh, 1U);
}

TEST(Sqlite, EndsAStatementThatRunsTooLong) {
  const TestFolder folder;
  SqliteDatabase database(folder.file("ledger.db"));
  ASSERT_TRUE(database.connect());
  database.allow(100ms);
  const auto ran =
      database.run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n", {}, {});
  EXPECT_EQ(code_of(ran), kAway);
}

TEST(Sqlite, IsOpenedByTwoAtOnce) {
  const TestFolder folder;
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int each = 0; each < 4; ++each) {
    threads.emplace_back([&folder, &good] {
      Store store(file_place(folder.file("ledger.db")));
      store.allow(30s);
      good += store.open() ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 4);
}

TEST(Sqlite, KeepsWhatAProcessWroteThatWasKilled) {
  const TestFolder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    Store store(file_place(folder.file("ledger.db")));
    std::vector<LedgerRow> rows = {row_of("req_1")};
    if (store.append(rows)) ::kill(::getpid(), SIGKILL);
    ::_exit(1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(Store(file_place(folder.file("ledger.db"))).spend({})->size(), 1U);
}

}  // namespace
}  // namespace drover::store
