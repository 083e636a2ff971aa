#include "store/database/database.h"

#include "store/database/postgres_database.h"
#include "store/database/sqlite_database.h"

namespace drover::store {

std::unique_ptr<Database> make_database(const Place& place) {
  if (place.kind == Place::Kind::Postgres) return std::make_unique<PostgresDatabase>(place);
  return std::make_unique<SqliteDatabase>(place.path);
}

Result<Transaction> Transaction::begin(Database& database) {
  // SQLite takes its write lock now: a transaction that first reads and then writes could be refused in its middle.
  const auto begun =
      database.script(database.flavor() == Database::Flavor::Sqlite ? "BEGIN IMMEDIATE" : "BEGIN");
  if (!begun) return fail(begun.error());
  return Transaction(database);
}

Transaction::~Transaction() {
  if (database_ != nullptr && database_->connected()) static_cast<void>(database_->script("ROLLBACK"));
}

Result<void> Transaction::commit() {
  Database& database = *std::exchange(database_, nullptr);
  auto committed = database.script("COMMIT");
  if (!committed && database.connected()) static_cast<void>(database.script("ROLLBACK"));
  return committed;
}

}  // namespace drover::store
