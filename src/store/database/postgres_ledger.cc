// The ledger's rows in PostgreSQL: one transaction a batch, of two statements whose values are one array a column in
// binary form. The first inserts the rows and tells which were new, the second adds the sums of those. (One statement
// that also sums up takes the server twice the time: it sorts each row once more for each of its tags.)
#include <array>
#include <cstdio>

#include "store/database/postgres_database.h"
#include "store/database/spend_sums.h"
#include "store/row_fields.h"
#include "store/trouble.h"

namespace drover::store {

namespace {

constexpr unsigned int kTextType = 25, kTextArrayType = 1009;  // object ids of pg_type, which never change
constexpr unsigned int kInt8Type = 20, kInt8ArrayType = 1016;
constexpr std::size_t kRowColumns = 30;
constexpr std::size_t kSumColumns = 16;

// Partitions are made this many days ahead, so that midnight and a drover that was stopped for days find theirs.
constexpr int kDaysAhead = 3;

void put_u32(std::string& bytes, std::uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(number >> shift & 0xffU));
}

void put_u64(std::string& bytes, std::uint64_t number) {
  put_u32(bytes, static_cast<std::uint32_t>(number >> 32U));
  put_u32(bytes, static_cast<std::uint32_t>(number));
}

/// One column of the batch, as PostgreSQL sends arrays: dimensions, whether there are nulls, the type, the length, the
/// first index; then each value behind its size.
struct Column {
  unsigned int type = 0;  ///< of the array
  std::string bytes{};
};

class FillColumns {
 public:
  FillColumns(std::size_t rows, std::size_t columns) : rows_(rows), columns_(columns) {}

  void next_row() { column_ = 0; }
  void operator()(std::string_view, const std::string& text) { text_value(text); }
  void operator()(std::string_view, const std::vector<std::string>& tags) { text_value(tags_text(tags)); }
  void operator()(std::string_view, WallTime time) { number_value(time.time_since_epoch().count()); }
  void operator()(std::string_view, std::optional<WallTime> time) {
    if (time) return number_value(time->time_since_epoch().count());
    null_value();
  }
  void operator()(std::string_view, std::int64_t count) { number_value(count); }
  void operator()(std::string_view, int number) { number_value(number); }
  void operator()(std::string_view, bool yes) { number_value(yes ? 1 : 0); }
  void operator()(std::string_view, std::optional<money::NanoUsd> cost) {
    if (cost) return number_value(cost->value);
    null_value();
  }
  void operator()(std::string_view, CostSource source) { text_value(to_string(source)); }

  [[nodiscard]] Parameters parameters() const {
    Parameters parameters;
    for (const Column& column : columns_) {
      parameters.types.push_back(column.type);
      parameters.values.push_back(column.bytes.data());
      parameters.lengths.push_back(static_cast<int>(column.bytes.size()));
      parameters.formats.push_back(1);
    }
    return parameters;
  }

  void text_value(std::string_view text) {
    std::string& bytes = next(kTextArrayType, kTextType);
    put_u32(bytes, static_cast<std::uint32_t>(text.size()));
    bytes.append(text);
  }
  void number_value(std::int64_t number) {
    std::string& bytes = next(kInt8ArrayType, kInt8Type);
    put_u32(bytes, 8);
    put_u64(bytes, static_cast<std::uint64_t>(number));
  }

 private:
  std::string& next(unsigned int array_type, unsigned int type) {
    Column& column = columns_.at(column_++);
    if (column.type != 0) return column.bytes;
    column.type = array_type;
    for (const std::uint32_t word : {1U, 1U, type, static_cast<std::uint32_t>(rows_), 1U}) put_u32(column.bytes, word);
    return column.bytes;
  }
  void null_value() { put_u32(next(kInt8ArrayType, kInt8Type), 0xffffffffU); }

  std::size_t rows_;
  std::size_t column_ = 0;
  std::vector<Column> columns_;
};

// The arrays stand side by side: as one unnest() of all, each would be kept whole in a store of its own.
constexpr std::string_view kInsertRows = R"sql(
INSERT INTO ledger
SELECT unnest($1), unnest($2), unnest($3), unnest($4), unnest($5), unnest($6), unnest($7), unnest($8), unnest($9),
       unnest($10), unnest($11), unnest($12), unnest($13), unnest($14), unnest($15), unnest($16), unnest($17),
       unnest($18), unnest($19), unnest($20), unnest($21), unnest($22), unnest($23), unnest($24), unnest($25),
       unnest($26), unnest($27), unnest($28), unnest($29), unnest($30)
ON CONFLICT DO NOTHING RETURNING started, id)sql";

constexpr std::string_view kAddSums = R"sql(
INSERT INTO spend
SELECT unnest($1), unnest($2), unnest($3), unnest($4), unnest($5), unnest($6), unnest($7), unnest($8), unnest($9),
       unnest($10), unnest($11), unnest($12), unnest($13), unnest($14), unnest($15), unnest($16)
ON CONFLICT (slot, tag, principal, model_asked, model_answered, provider) DO UPDATE SET
  requests = spend.requests + excluded.requests, failed = spend.failed + excluded.failed,
  input_uncached = spend.input_uncached + excluded.input_uncached, cache_read = spend.cache_read + excluded.cache_read,
  cache_write = spend.cache_write + excluded.cache_write, output = spend.output + excluded.output,
  reasoning = spend.reasoning + excluded.reasoning, cost = spend.cost + excluded.cost,
  estimated = spend.estimated + excluded.estimated, unpriced = spend.unpriced + excluded.unpriced)sql";

using RowNames = std::set<std::pair<std::int64_t, std::string>>;

/// The sums of the rows that were new; nothing more is left in `fresh`. A row that is in the batch twice counts once.
SpendSums sums_of(std::span<const LedgerRow> rows, RowNames& fresh) {
  SpendSums sums;
  for (const LedgerRow& row : rows) {
    if (fresh.erase({row.started.time_since_epoch().count(), row.id}) > 0) sums.add_row(row);
  }
  return sums;
}

Parameters parameters_of(const SpendSums& sums, FillColumns& columns) {
  for (const auto& [key, line] : sums.lines()) {
    columns.next_row();
    columns.number_value(key.slot.time_since_epoch().count());
    for (const std::string_view text : {key.tag, key.principal, key.model_asked, key.model_answered, key.provider}) {
      columns.text_value(text);
    }
    each_sum(line, [&](std::int64_t sum) { columns.number_value(sum); });
  }
  return columns.parameters();
}

std::string partition_of(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  std::array<char, 40> name{};
  std::snprintf(name.data(), name.size(), "ledger_%04d%02u%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return name.data();
}

std::string begin_of(std::chrono::sys_days day) {
  return std::to_string(WallTime(day).time_since_epoch().count());
}

}  // namespace

Result<Appended> PostgresDatabase::append(std::span<const LedgerRow> rows) {
  if (rows.empty()) return Appended{};
  std::set<Day> days;
  FillColumns columns(rows.size(), kRowColumns);
  for (const LedgerRow& row : rows) {
    days.insert(std::chrono::floor<std::chrono::days>(row.started));
    columns.next_row();
    each_field(row, columns);
  }
  if (auto made = make_days(days); !made) return fail(made.error());
  auto transaction = Transaction::begin(*this);
  if (!transaction) return fail(transaction.error());
  RowNames fresh;
  const auto inserted = run_with(kInsertRows, columns.parameters(),
                                 [&](const AnswerRow& row) { fresh.emplace(row.number(0), std::string(row.text(1))); });
  if (!inserted) {
    days_.clear();  // a partition may be what is missing: another drover may have dropped it
    return fail(inserted.error());
  }
  Appended appended{.fresh = fresh.size(), .repeated = rows.size() - fresh.size()};
  const SpendSums sums = sums_of(rows, fresh);
  FillColumns lines(sums.lines().size(), kSumColumns);
  if (!sums.lines().empty()) {
    const auto added = run_with(kAddSums, parameters_of(sums, lines), {});
    if (!added) return fail(added.error());
  }
  if (auto committed = transaction->commit(); !committed) return fail(committed.error());
  return appended;
}

Result<std::uint64_t> PostgresDatabase::run_with(std::string_view sql, const Parameters& parameters,
                                                 const Visit& visit) {
  if (auto sent = send(std::string(sql), parameters); !sent) return fail(sent.error());
  return read_answers(visit);
}

Result<void> PostgresDatabase::make_days(const std::set<Day>& days) {
  std::string statements;
  for (const Day day : days) {
    if (days_.contains(day)) continue;
    statements += "CREATE TABLE IF NOT EXISTS " + partition_of(day) + " PARTITION OF ledger FOR VALUES FROM (" +
                  begin_of(day) + ") TO (" + begin_of(day + std::chrono::days(1)) + ");";
  }
  if (statements.empty()) return {};
  auto transaction = Transaction::begin(*this);
  if (!transaction) return fail(transaction.error());
  // Two drovers that make the same partition at once: one waits, and then finds it.
  if (auto made = script("SELECT pg_advisory_xact_lock(7253018846123);" + statements); !made) return made;
  if (auto committed = transaction->commit(); !committed) return committed;
  days_.insert(days.begin(), days.end());
  return {};
}

Result<void> PostgresDatabase::prepare_days(WallTime now) {
  const Day today = std::chrono::floor<std::chrono::days>(now);
  std::set<Day> days;
  for (int ahead = -1; ahead <= kDaysAhead; ++ahead) days.insert(today + std::chrono::days(ahead));
  return make_days(days);
}

Result<bool> PostgresDatabase::forget_before(WallTime begin) {
  // The oldest partition that is wholly before: its name tells its day. One a call, because readers wait for it.
  const std::string first_kept = partition_of(std::chrono::floor<std::chrono::days>(begin));
  const Value values[] = {std::string_view(first_kept)};
  std::vector<std::string> old;
  const auto asked =
      run("SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = "
          "'ledger'::regclass AND "
          "c.relname ~ '^ledger_[0-9]{8}$' AND c.relname < $1::text ORDER BY 1 LIMIT 2",
          values, [&](const AnswerRow& row) { old.emplace_back(row.text(0)); });
  if (!asked) return fail(asked.error());
  if (old.empty()) return false;
  auto transaction = Transaction::begin(*this);
  if (!transaction) return fail(transaction.error());
  auto dropped = script("ALTER TABLE ledger DETACH PARTITION " + old.front() + "; DROP TABLE " + old.front());
  if (!dropped) return fail(dropped.error());
  if (auto committed = transaction->commit(); !committed) return fail(committed.error());
  days_.clear();
  return old.size() > 1;
}

Result<std::vector<std::string>> PostgresDatabase::faults() {
  std::vector<std::string> found;
  const auto asked = run(
      "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = "
      "c.relnamespace "
      "WHERE n.nspname = 'drover' AND NOT i.indisvalid LIMIT 20",
      {}, [&](const AnswerRow& row) { found.emplace_back("the index " + std::string(row.text(0)) + " is not valid"); });
  if (!asked) return fail(asked.error());
  return found;
}

}  // namespace drover::store
