#include "store/database/sqlite_database.h"

#include <fcntl.h>
#include <poll.h>
#include <sqlite3.h>
#include <unistd.h>

#include "store/clean_text.h"
#include "store/trouble.h"

namespace drover::store {

namespace {

constexpr int kProgressSteps = 4000;  // of SQLite's machine between two looks at the clock: about 50 us
constexpr int kBusyWaitMs = 5;

// Statements of the store are a few dozen; what builds new texts each time is a mistake that must not grow for ever.
constexpr std::size_t kMaxPrepared = 200;

class SqliteRow final : public AnswerRow {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}
  [[nodiscard]] std::int64_t number(int column) const override { return sqlite3_column_int64(statement_, column); }
  [[nodiscard]] std::string_view text(int column) const override {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    if (bytes == nullptr) return {};
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }

 private:
  sqlite3_stmt* statement_;
};

/// Gives a statement back to the cache: without values, and holding no lock.
struct InUse {
  sqlite3_stmt* statement;
  ~InUse() {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
  }
};

void bind(sqlite3_stmt* statement, std::span<const Value> values) {
  for (std::size_t each = 0; each < values.size(); ++each) {
    const int at = sqlite3_bind_parameter_index(statement, ("$" + std::to_string(each + 1)).c_str());
    if (at == 0) continue;
    if (const auto* number = std::get_if<std::int64_t>(&values[each])) {
      sqlite3_bind_int64(statement, at, *number);
    } else if (const auto* text = std::get_if<std::string_view>(&values[each])) {
      const std::string clean = cleaned(*text);
      sqlite3_bind_text64(statement, at, clean.data(), clean.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    }
  }
}

/// Makes the file so that only its owner may read it: spend and digests are nobody else's. An existing file stays as it is.
Result<void> make_file(const std::string& path) {
  const int made = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (made >= 0) ::close(made);
  if (made >= 0 || errno == EEXIST) return {};
  const int why = errno;
  const bool read_only = why == EROFS || why == EACCES || why == EPERM;
  return fail(store_error(read_only ? kReadOnly : why == ENOSPC ? kFull : kFileTrouble,
                          "the store's file " + path + " cannot be made: " + std::generic_category().message(why)));
}

std::string_view code_of(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return kLocked;
    case SQLITE_FULL: return kFull;
    case SQLITE_READONLY: return kReadOnly;
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_IOERR: return kFileTrouble;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT: return kDamaged;
    case SQLITE_CONSTRAINT: return kConflict;
    case SQLITE_INTERRUPT: return kAway;
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH: return kRefused;
    default: return kFailed;
  }
}

}  // namespace

std::unexpected<Error> SqliteDatabase::trouble(int code) const {
  const std::string_view meaning = code_of(code);
  const std::string said = (code & 0xff) == SQLITE_INTERRUPT ? "it did not answer in time"
                           : handle_ != nullptr              ? sqlite3_errmsg(handle_)
                                                             : sqlite3_errstr(code);
  return fail(store_error(meaning, "the store " + path_ + ": " + said));
}

int SqliteDatabase::on_busy(void* self, int) {
  auto& database = *static_cast<SqliteDatabase*>(self);
  if (database.time_left().count() == 0) return 0;
  ::poll(nullptr, 0, kBusyWaitMs);
  database.wait_idle();
  return 1;
}

int SqliteDatabase::on_progress(void* self) {
  return static_cast<SqliteDatabase*>(self)->time_left().count() == 0 ? 1 : 0;
}

Result<void> SqliteDatabase::connect() {
  if (handle_ != nullptr) return {};
  if (auto made = make_file(path_); !made) return made;
  const int opened = sqlite3_open_v2(
      path_.c_str(), &handle_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  if (opened != SQLITE_OK) {
    auto error = trouble(opened);
    close();
    return error;
  }
  auto ready = set_up();
  if (!ready) close();
  return ready;
}

Result<void> SqliteDatabase::set_up() {
  sqlite3_busy_handler(handle_, on_busy, this);
  sqlite3_progress_handler(handle_, kProgressSteps, on_progress, this);
  // A file that another made may hold views and triggers of its own: they may do nothing that SQL functions can do outside.
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  if (sqlite3_db_readonly(handle_, "main") == 1) {
    return fail(store_error(kReadOnly, "the store's file " + path_ + " is read-only"));
  }
  if (auto entered = enter_wal(); !entered) return entered;
  return script("PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384");
}

Result<void> SqliteDatabase::enter_wal() {
  // SQLite asks its busy handler only in part here, so the wait for another process that enters is ours.
  for (;;) {
    std::string mode;
    auto asked = run("PRAGMA journal_mode = WAL", {}, [&](const AnswerRow& row) { mode = row.text(0); });
    if (asked && mode == "wal") return {};
    if (asked) return fail(store_error(kFileTrouble, "the store " + path_ + ": its file system cannot keep a WAL"));
    if (asked.error().code != kLocked || time_left().count() == 0) return fail(asked.error());
    ::poll(nullptr, 0, kBusyWaitMs);
  }
}

void SqliteDatabase::close() {
  for (const auto& [sql, statement] : prepared_) sqlite3_finalize(statement);
  prepared_.clear();
  sqlite3_close_v2(std::exchange(handle_, nullptr));
}

Result<sqlite3_stmt*> SqliteDatabase::prepared(std::string_view sql) {
  if (handle_ == nullptr) return fail(store_error(kAway, "the store " + path_ + " is not open"));
  std::string text(sql);
  if (const auto found = prepared_.find(text); found != prepared_.end()) return found->second;
  if (prepared_.size() >= kMaxPrepared) {
    for (const auto& [old, statement] : prepared_) sqlite3_finalize(statement);
    prepared_.clear();
  }
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle_, text.data(), static_cast<int>(text.size()), SQLITE_PREPARE_PERSISTENT,
                                      &statement, nullptr);
  if (code != SQLITE_OK) return trouble(code);
  prepared_.emplace(std::move(text), statement);
  return statement;
}

Result<std::uint64_t> SqliteDatabase::run(std::string_view sql, std::span<const Value> values, const Visit& visit) {
  const auto statement = prepared(sql);
  if (!statement) return fail(statement.error());
  const InUse in_use{*statement};
  bind(*statement, values);
  const SqliteRow row(*statement);
  int code = sqlite3_step(*statement);
  for (; code == SQLITE_ROW; code = sqlite3_step(*statement)) {
    if (visit) visit(row);
  }
  if (code != SQLITE_DONE) return trouble(code);
  return static_cast<std::uint64_t>(sqlite3_changes64(handle_));
}

Result<void> SqliteDatabase::script(std::string_view sql) {
  if (handle_ == nullptr) return fail(store_error(kAway, "the store " + path_ + " is not open"));
  const int code = sqlite3_exec(handle_, std::string(sql).c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return trouble(code);
  return {};
}

void SqliteDatabase::survive(Durability durability) {
  static_cast<void>(
      script(durability == Durability::Power ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL"));
}

Result<std::vector<std::string>> SqliteDatabase::faults() {
  std::vector<std::string> found;
  const auto checked = run("PRAGMA quick_check(20)", {}, [&](const AnswerRow& row) {
    if (row.text(0) != "ok") found.emplace_back("damaged: " + std::string(row.text(0)));
  });
  if (!checked) return fail(checked.error());
  return found;
}

}  // namespace drover::store
