#include "store/schema/schema.h"

#include <random>

#include "store/schema/postgres_schema.h"
#include "store/schema/sqlite_schema.h"
#include "store/trouble.h"

namespace drover::store {

namespace {

/// 32 hex digits. Only to tell stores apart, not a secret.
std::string new_store_id() {
  std::random_device chance;
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string id;
  for (int digit = 0; digit < 32; ++digit) id.push_back(kHex[chance() & 15U]);
  return id;
}

Result<std::int64_t> one_number(Database& database, std::string_view sql) {
  std::int64_t number = 0;
  const auto ran = database.run(sql, {}, [&](const AnswerRow& row) { number = row.number(0); });
  if (!ran) return fail(ran.error());
  return number;
}

/// Whether the tables of a drover are there. Errors: kForeign, a SQLite file with tables of another program.
Result<bool> has_tables(Database& database) {
  const bool sqlite = database.flavor() == Database::Flavor::Sqlite;
  const auto ours = one_number(
      database, sqlite ? "SELECT count(*) FROM sqlite_schema WHERE name = 'drover_state'"
                       : "SELECT count(*) FROM pg_tables WHERE schemaname = 'drover' AND tablename = 'drover_state'");
  if (!ours) return fail(ours.error());
  if (*ours != 0 || !sqlite) return *ours != 0;
  const auto others = one_number(database, "SELECT count(*) FROM sqlite_schema");
  if (!others) return fail(others.error());
  if (*others != 0) {
    return fail(store_error(kForeign, "the store's file is a database of another program; name a file that does not exist"));
  }
  return false;
}

Result<void> check_encoding(Database& database) {
  if (database.flavor() == Database::Flavor::Sqlite) return {};
  const auto utf8 = one_number(database, "SELECT count(*) FROM pg_database WHERE datname = current_database() AND encoding = 6");
  if (!utf8) return fail(utf8.error());
  if (*utf8 == 1) return {};
  return fail(store_error(kEncoding, "the store's database is not in UTF-8; create it with ENCODING 'UTF8' TEMPLATE template0"));
}

Result<SchemaState> state_of(Database& database) {
  SchemaState state;
  const auto ran = database.run("SELECT version, store_id FROM drover_state", {}, [&](const AnswerRow& row) {
    state = {static_cast<std::uint64_t>(row.number(0)), std::string(row.text(1))};
  });
  if (!ran) return fail(ran.error());
  return state;
}

/// Nothing to do for a store of this version, which is what nearly every start finds: no lock is taken for it.
Result<SchemaState> current(Database& database) {
  const auto there = has_tables(database);
  if (!there) return fail(there.error());
  if (!*there) return SchemaState{};
  auto state = state_of(database);
  if (!state) return state;
  const std::size_t known = migrations(database.flavor()).size();
  if (state->version > known) {
    return fail(store_error(kNewer, "the store was made by a later drover (its schema is " + std::to_string(state->version) +
                                        ", this drover knows " + std::to_string(known) + "): use that drover"));
  }
  return state;
}

Result<void> step_up(Database& database, SchemaState& state) {
  for (const std::string_view step : migrations(database.flavor()).subspan(state.version)) {
    if (auto ran = database.script(step); !ran) return ran;
    ++state.version;
  }
  if (state.store_id.empty()) {
    state.store_id = new_store_id();
    const Value values[] = {std::string_view(state.store_id)};
    auto made = database.run("INSERT INTO drover_state (one, version, store_id, change) VALUES (1, 0, $1, 0)", values, {});
    if (!made) return fail(made.error());
  }
  const Value values[] = {static_cast<std::int64_t>(state.version)};
  auto told = database.run("UPDATE drover_state SET version = $1", values, {});
  if (!told) return fail(told.error());
  return {};
}

}  // namespace

std::span<const std::string_view> migrations(Database::Flavor flavor) {
  return flavor == Database::Flavor::Sqlite ? sqlite_migrations() : postgres_migrations();
}

Result<SchemaState> migrate(Database& database) {
  if (auto sound = check_encoding(database); !sound) return fail(sound.error());
  auto state = current(database);
  if (!state || state->version == migrations(database.flavor()).size()) return state;
  auto transaction = Transaction::begin(database);
  if (!transaction) return fail(transaction.error());
  if (database.flavor() == Database::Flavor::Postgres) {
    // The number is any, but the same in each drover: two that start together do one after the other.
    auto locked = database.script("SELECT pg_advisory_xact_lock(7253018846122)");
    if (!locked) return fail(locked.error());
  }
  state = current(database);
  if (!state) return state;
  if (auto done = step_up(database, *state); !done) return fail(done.error());
  if (auto committed = transaction->commit(); !committed) return fail(committed.error());
  return state;
}

}  // namespace drover::store
