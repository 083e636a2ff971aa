// The ledger's rows in SQLite: one transaction a batch, with prepared statements.
#include <sqlite3.h>

#include "store/database/spend_sums.h"
#include "store/database/sqlite_database.h"
#include "store/trouble.h"

namespace drover::store {

namespace {

// Rows that one call removes: a few tens of milliseconds, in which another process cannot write.
constexpr std::int64_t kForgottenAtOnce = 5000;

constexpr std::string_view kInsertRow =
    "INSERT INTO ledger VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING";

constexpr std::string_view kAddSqliteSums =
    "INSERT INTO spend VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET requests = requests + "
    "excluded.requests, failed = failed + excluded.failed, input_uncached = input_uncached + excluded.input_uncached, "
    "cache_read = cache_read + excluded.cache_read, cache_write = cache_write + excluded.cache_write, output = output "
    "+ "
    "excluded.output, reasoning = reasoning + excluded.reasoning, cost = cost + excluded.cost, estimated = estimated + "
    "excluded.estimated, unpriced = unpriced + excluded.unpriced";

/// Binds the next column of a row. Texts are those of the row, which outlives the step; only tags are made for it.
class BindField {
 public:
  explicit BindField(sqlite3_stmt* statement) : statement_(statement) {}

  void operator()(std::string_view, const std::string& text) { bind_text(text); }
  void operator()(std::string_view, const std::vector<std::string>& tags) {
    tags_ = tags_text(tags);
    bind_text(tags_);
  }
  void operator()(std::string_view, WallTime time) { bind_number(time.time_since_epoch().count()); }
  void operator()(std::string_view, std::optional<WallTime> time) {
    if (time) return bind_number(time->time_since_epoch().count());
    sqlite3_bind_null(statement_, ++column_);
  }
  void operator()(std::string_view, std::int64_t count) { bind_number(count); }
  void operator()(std::string_view, int number) { bind_number(number); }
  void operator()(std::string_view, bool yes) { bind_number(yes ? 1 : 0); }
  void operator()(std::string_view, std::optional<money::NanoUsd> cost) {
    if (cost) return bind_number(cost->value);
    sqlite3_bind_null(statement_, ++column_);
  }
  void operator()(std::string_view, CostSource source) { bind_text(to_string(source)); }

  void bind_number(std::int64_t number) { sqlite3_bind_int64(statement_, ++column_, number); }
  void bind_text(std::string_view text) {
    sqlite3_bind_text64(statement_, ++column_, text.data() == nullptr ? "" : text.data(), text.size(), SQLITE_STATIC,
                        SQLITE_UTF8);
  }

 private:
  sqlite3_stmt* statement_;
  int column_ = 0;
  std::string tags_{};
};

int stepped(sqlite3_stmt* statement) {
  const int code = sqlite3_step(statement);
  sqlite3_reset(statement);
  return code;
}

}  // namespace

Result<Appended> SqliteDatabase::append(std::span<const LedgerRow> rows) {
  auto transaction = Transaction::begin(*this);
  if (!transaction) return fail(transaction.error());
  Appended appended;
  SpendSums sums;
  if (auto added = append_rows(rows, sums, appended); !added) return fail(added.error());
  if (auto added = append_sums(sums); !added) return fail(added.error());
  if (auto committed = transaction->commit(); !committed) return fail(committed.error());
  return appended;
}

Result<void> SqliteDatabase::append_rows(std::span<const LedgerRow> rows, SpendSums& sums, Appended& appended) {
  const auto insert = prepared(kInsertRow);
  if (!insert) return fail(insert.error());
  for (const LedgerRow& row : rows) {
    BindField bind(*insert);
    each_field(row, bind);
    if (const int code = stepped(*insert); code != SQLITE_DONE) return trouble(code);
    if (sqlite3_changes(handle_) == 0) {
      ++appended.repeated;
    } else {
      ++appended.fresh;
      sums.add_row(row);
    }
  }
  // The texts that are bound die with the rows.
  sqlite3_clear_bindings(*insert);
  return {};
}

Result<void> SqliteDatabase::append_sums(const SpendSums& sums) {
  const auto upsert = prepared(kAddSqliteSums);
  if (!upsert) return fail(upsert.error());
  for (const auto& [key, line] : sums.lines()) {
    BindField bind(*upsert);
    bind.bind_number(key.slot.time_since_epoch().count());
    for (const std::string_view text : {key.tag, key.principal, key.model_asked, key.model_answered, key.provider}) {
      bind.bind_text(text);
    }
    each_sum(line, [&](std::int64_t sum) { bind.bind_number(sum); });
    if (const int code = stepped(*upsert); code != SQLITE_DONE) return trouble(code);
  }
  sqlite3_clear_bindings(*upsert);
  return {};
}

Result<bool> SqliteDatabase::forget_before(WallTime begin) {
  const Value values[] = {std::int64_t{begin.time_since_epoch().count()}, kForgottenAtOnce};
  const auto removed =
      run("DELETE FROM ledger WHERE (started, id) IN (SELECT started, id FROM ledger WHERE started < $1 LIMIT $2)",
          values, {});
  if (!removed) return fail(removed.error());
  return *removed == static_cast<std::uint64_t>(kForgottenAtOnce);
}

}  // namespace drover::store
