// One connection to a database, as the store uses it: statements, transactions, and the two things that databases do so
// differently that each has its own code, appending rows and forgetting old ones. The store is written once above it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <variant>

#include "base/result.h"
#include "store/ledger_row.h"
#include "store/place.h"

namespace drover::store {

/// A value for $1, $2, ... of a statement. Text is borrowed for the call, and cleaned (clean_text.h) on its way.
using Value = std::variant<std::monostate, std::int64_t, std::string_view>;

/// One row of an answer; what it gives is valid during the visit.
class AnswerRow {
 public:
  virtual ~AnswerRow() = default;
  [[nodiscard]] virtual std::int64_t number(int column) const = 0;  ///< 0: null. A sum beyond 64 bits: the largest
  [[nodiscard]] virtual std::string_view text(int column) const = 0;
};

/// How many rows were new, and how many the ledger had already: those are not summed up again.
struct Appended {
  std::uint64_t fresh = 0;
  std::uint64_t repeated = 0;
};

class Database {
 public:
  enum class Flavor : std::uint8_t { Sqlite, Postgres };
  using Visit = std::function<void(const AnswerRow&)>;
  using Clock = std::chrono::steady_clock;

  virtual ~Database() = default;

  /// Until when the next calls must have answered; later they fail with kAway or kLocked.
  void allow(std::chrono::milliseconds time) { deadline_ = Clock::now() + time; }
  /// Called at least every 50 ms while a call waits for a server or a lock; it must not use the database.
  void while_waiting(std::function<void()> idle) { idle_ = std::move(idle); }

  [[nodiscard]] virtual Flavor flavor() const = 0;
  /// Connects, where there is no connection.
  [[nodiscard]] virtual Result<void> connect() = 0;
  [[nodiscard]] virtual bool connected() const = 0;
  virtual void close() = 0;

  /// Runs one statement; gives the number of rows that it changed.
  virtual Result<std::uint64_t> run(std::string_view sql, std::span<const Value> values, const Visit& visit) = 0;
  /// Runs several statements without values.
  virtual Result<void> script(std::string_view sql) = 0;

  /// What the next transactions of this connection survive: Power: a power cut too; Process: the end of drover. PostgreSQL's
  /// always survive both, as its own configuration says.
  enum class Durability : std::uint8_t { Process, Power };
  virtual void survive(Durability) {}

  /// Appends rows (within bounds, row_fields.h) and their sums, all or none.
  [[nodiscard]] virtual Result<Appended> append(std::span<const LedgerRow> rows) = 0;
  /// Makes room for the days around `now`, where a database wants that ahead.
  [[nodiscard]] virtual Result<void> prepare_days(WallTime) { return {}; }
  /// Removes rows that began before; the sums stay. Gives whether there is more to remove.
  [[nodiscard]] virtual Result<bool> forget_before(WallTime begin) = 0;
  /// Sentences about the database itself that are wrong with it; none: it is sound.
  [[nodiscard]] virtual Result<std::vector<std::string>> faults() = 0;

  /// Readable once the database may have told of a change; -1: it tells of none.
  [[nodiscard]] virtual int descriptor() const { return -1; }
  /// Whether it has told of one since the last call. Also notices that the connection is gone.
  [[nodiscard]] virtual bool told() { return false; }

 protected:
  [[nodiscard]] std::chrono::milliseconds time_left() const {
    return std::max(std::chrono::milliseconds{}, std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now()));
  }
  void wait_idle() const {
    if (idle_) idle_();
  }

 private:
  Clock::time_point deadline_ = Clock::time_point::max();
  std::function<void()> idle_{};
};

/// A database for this place, not connected yet. Nothing is touched before connect().
[[nodiscard]] std::unique_ptr<Database> make_database(const Place& place);

/// A transaction that is rolled back unless commit() was called.
class Transaction {
 public:
  [[nodiscard]] static Result<Transaction> begin(Database& database);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  [[nodiscard]] Result<void> commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace drover::store
