// The store in one SQLite file (WAL): what a drover without a database server uses. Another process (a second drover in a
// handover, `drover spend`) may use the file at the same time. A committed transaction survives `kill -9`; in a power cut the
// last appended rows may be missing, a changed key is not (Durability).
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "store/database/database.h"

struct sqlite3;
struct sqlite3_stmt;

namespace drover::store {

class SqliteDatabase final : public Database {
 public:
  explicit SqliteDatabase(std::string path) : path_(std::move(path)) {}
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;
  ~SqliteDatabase() override { close(); }

  [[nodiscard]] Flavor flavor() const override { return Flavor::Sqlite; }
  /// Makes the file, readable for its owner only, where there is none. The folder must exist.
  [[nodiscard]] Result<void> connect() override;
  [[nodiscard]] bool connected() const override { return handle_ != nullptr; }
  void close() override;

  Result<std::uint64_t> run(std::string_view sql, std::span<const Value> values, const Visit& visit) override;
  Result<void> script(std::string_view sql) override;
  void survive(Durability durability) override;

  [[nodiscard]] Result<Appended> append(std::span<const LedgerRow> rows) override;
  [[nodiscard]] Result<bool> forget_before(WallTime begin) override;
  [[nodiscard]] Result<std::vector<std::string>> faults() override;

 private:
  static int on_busy(void* self, int tries);
  static int on_progress(void* self);
  [[nodiscard]] Result<void> set_up();
  [[nodiscard]] Result<void> enter_wal();
  /// The statement, prepared once a connection. Errors: what SQLite says of it.
  [[nodiscard]] Result<sqlite3_stmt*> prepared(std::string_view sql);
  [[nodiscard]] Result<void> append_rows(std::span<const LedgerRow> rows, class SpendSums& sums, Appended& appended);
  [[nodiscard]] Result<void> append_sums(const class SpendSums& sums);
  [[nodiscard]] std::unexpected<Error> trouble(int code) const;

  std::string path_;
  sqlite3* handle_ = nullptr;
  std::unordered_map<std::string, sqlite3_stmt*> prepared_{};
};

}  // namespace drover::store
