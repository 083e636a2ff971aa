// Tests that run with each kind of database: TEST_P(EachDatabase, ...). Those with PostgreSQL are skipped where it is
// missing.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "store/test/postgres_server.h"
#include "store/test/store_test_kit.h"

namespace drover::store {

class EachDatabase : public testing::TestWithParam<Database::Flavor> {
 protected:
  void SetUp() override {
    if (GetParam() == Database::Flavor::Sqlite) {
      place_ = Place{.path = folder_.file("ledger.db")};
    } else if (PostgresServer* const server = PostgresServer::shared()) {
      place_ = server->place(server->new_database());
    } else {
      GTEST_SKIP() << PostgresServer::why_not();
    }
    store_ = open_store();
  }

  /// A store of the test's place. Its bound is wide: the machine may be busy.
  [[nodiscard]] std::unique_ptr<Store> open_store() const {
    auto store = std::make_unique<Store>(place_);
    store->allow(std::chrono::seconds(30));
    return store;
  }
  /// Does to the database what the store has no call for.
  void directly(const std::string& sql) const {
    auto database = make_database(place_);
    database->allow(std::chrono::seconds(30));
    ASSERT_TRUE(database->connect());
    const auto done = database->script(sql);
    ASSERT_TRUE(done) << done.error().message;
  }
  /// Appends rows that are all new.
  void append(std::vector<LedgerRow> rows) const {
    const auto appended = store_->append(rows);
    ASSERT_TRUE(appended) << appended.error().message;
    ASSERT_EQ(appended->fresh, rows.size());
  }

  TestFolder folder_;
  Place place_{};
  std::unique_ptr<Store> store_{};
};

inline std::string flavor_name(const testing::TestParamInfo<Database::Flavor>& info) {
  return info.param == Database::Flavor::Sqlite ? "Sqlite" : "Postgres";
}

}  // namespace drover::store
