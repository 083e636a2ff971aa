// The ledger's rows in PostgreSQL: one statement a batch, whose values are one array a column in binary form. The statement
// inserts the rows and sums up those that were new, so there is nothing to undo when the connection breaks in its middle.
#include <array>
#include <cstdio>

#include "store/database/postgres_database.h"
#include "store/row_fields.h"
#include "store/trouble.h"

namespace drover::store {

namespace {

constexpr unsigned int kTextType = 25, kTextArrayType = 1009;  // object ids of pg_type, which never change
constexpr unsigned int kInt8Type = 20, kInt8ArrayType = 1016;
constexpr std::size_t kColumns = 30;

// Partitions are made this many days ahead, so that midnight and a drover that was stopped for days find theirs.
constexpr int kDaysAhead = 3;

void put_u32(std::string& bytes, std::uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(number >> shift & 0xffU));
}

void put_u64(std::string& bytes, std::uint64_t number) {
  put_u32(bytes, static_cast<std::uint32_t>(number >> 32U));
  put_u32(bytes, static_cast<std::uint32_t>(number));
}

/// One column of the batch, as PostgreSQL sends arrays: dimensions, whether there are nulls, the type, the length, the first
/// index; then each value behind its size.
struct Column {
  unsigned int type = 0;  ///< of the array
  std::string bytes{};
};

class FillColumns {
 public:
  explicit FillColumns(std::size_t rows) : rows_(rows) {}

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

 private:
  std::string& next(unsigned int array_type, unsigned int type) {
    Column& column = columns_.at(column_++);
    if (column.type != 0) return column.bytes;
    column.type = array_type;
    for (const std::uint32_t word : {1U, 1U, type, static_cast<std::uint32_t>(rows_), 1U}) put_u32(column.bytes, word);
    return column.bytes;
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
  void null_value() { put_u32(next(kInt8ArrayType, kInt8Type), 0xffffffffU); }

  std::size_t rows_;
  std::size_t column_ = 0;
  std::array<Column, kColumns> columns_{};
};

// The lines are added in one order, so that two drovers wait for each other and never both.
constexpr std::string_view kAppend = R"sql(
WITH batch AS (
  SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
                       $23, $24, $25, $26, $27, $28, $29, $30) AS sent (id, started, first_content, completed, principal,
    end_user, tags, api, dialect, model_asked, model_answered, target, provider, status, outcome, attempts, stream,
    input_uncached, cache_read, cache_write_5m, cache_write_1h, output, reasoning, audio_in, audio_out, cost, cost_source,
    price_version, trace_id, user_agent)
), fresh AS (
  INSERT INTO ledger SELECT id, started, first_content, completed, principal, end_user, tags::jsonb, api, dialect,
    model_asked, model_answered, target, provider, status, outcome, attempts, stream, input_uncached, cache_read,
    cache_write_5m, cache_write_1h, output, reasoning, audio_in, audio_out, cost, cost_source, price_version, trace_id,
    user_agent FROM batch
  ON CONFLICT DO NOTHING RETURNING *
), tagged AS (
  SELECT fresh.*, '' AS tag FROM fresh
  UNION ALL SELECT fresh.*, tag FROM fresh, jsonb_array_elements_text(fresh.tags) AS tag
), merged AS (
  INSERT INTO spend
  SELECT started / 900000000 * 900000000 AS slot, tag, principal, model_asked, model_answered, provider, count(*),
    count(*) FILTER (WHERE status >= 400), sum(input_uncached), sum(cache_read), sum(cache_write_5m + cache_write_1h),
    sum(output), sum(reasoning), coalesce(sum(cost), 0), count(*) FILTER (WHERE cost_source = 'estimated'),
    count(*) FILTER (WHERE cost IS NULL)
  FROM tagged GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
  ON CONFLICT (slot, tag, principal, model_asked, model_answered, provider) DO UPDATE SET
    requests = spend.requests + excluded.requests, failed = spend.failed + excluded.failed,
    input_uncached = spend.input_uncached + excluded.input_uncached, cache_read = spend.cache_read + excluded.cache_read,
    cache_write = spend.cache_write + excluded.cache_write, output = spend.output + excluded.output,
    reasoning = spend.reasoning + excluded.reasoning, cost = spend.cost + excluded.cost,
    estimated = spend.estimated + excluded.estimated, unpriced = spend.unpriced + excluded.unpriced
)
SELECT count(*) FROM fresh)sql";
static_assert(kSlot == std::chrono::microseconds(900'000'000), "the statement above says it in microseconds");

std::string partition_of(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  std::array<char, 40> name{};
  std::snprintf(name.data(), name.size(), "ledger_%04d%02u%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return name.data();
}

std::string begin_of(std::chrono::sys_days day) { return std::to_string(WallTime(day).time_since_epoch().count()); }

}  // namespace

Result<Appended> PostgresDatabase::append(std::span<const LedgerRow> rows) {
  if (rows.empty()) return Appended{};
  std::set<Day> days;
  FillColumns columns(rows.size());
  for (const LedgerRow& row : rows) {
    days.insert(std::chrono::floor<std::chrono::days>(row.started));
    columns.next_row();
    each_field(row, columns);
  }
  if (auto made = make_days(days); !made) return fail(made.error());
  Appended appended;
  if (auto sent = send(std::string(kAppend), columns.parameters()); !sent) return fail(sent.error());
  const auto read = read_answers(
      [&](const AnswerRow& answer) { appended.fresh = static_cast<std::uint64_t>(answer.number(0)); });
  if (!read) {
    days_.clear();  // a partition may be what is missing: another drover may have dropped it
    return fail(read.error());
  }
  appended.repeated = rows.size() - appended.fresh;
  return appended;
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
  const auto asked = run(
      "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'ledger'::regclass AND "
      "c.relname ~ '^ledger_[0-9]{8}$' AND c.relname < $1::text ORDER BY 1 LIMIT 2",
      values, [&](const AnswerRow& row) { old.emplace_back(row.text(0)); });
  if (!asked) return fail(asked.error());
  if (old.empty()) return false;
  auto transaction = Transaction::begin(*this);
  if (!transaction) return fail(transaction.error());
  auto dropped =
      script("ALTER TABLE ledger DETACH PARTITION " + old.front() + "; DROP TABLE " + old.front());
  if (!dropped) return fail(dropped.error());
  if (auto committed = transaction->commit(); !committed) return fail(committed.error());
  days_.clear();
  return old.size() > 1;
}

Result<std::vector<std::string>> PostgresDatabase::faults() {
  std::vector<std::string> found;
  const auto asked = run(
      "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
      "WHERE n.nspname = 'drover' AND NOT i.indisvalid LIMIT 20",
      {}, [&](const AnswerRow& row) { found.emplace_back("the index " + std::string(row.text(0)) + " is not valid"); });
  if (!asked) return fail(asked.error());
  return found;
}

}  // namespace drover::store
