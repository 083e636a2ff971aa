// The store in PostgreSQL, by libpq without blocking: every wait is a poll() with the call's deadline, so that a server which
// accepts and never answers is as good as away. After an answer that did not come in time the connection is closed, because
// what it still brings belongs to nobody. The name of the server is looked up by the system's resolver, which has bounds of
// its own (resolv.conf).
//
// Nothing of a session is used across statements but its settings and LISTEN, so that a pooler in session mode may stand
// between.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "store/database/database.h"

struct pg_conn;
struct pg_result;

namespace drover::store {

struct CloseConnection {
  void operator()(pg_conn* connection) const;
};
struct ClearResult {
  void operator()(pg_result* result) const;
};
using Answer = std::unique_ptr<pg_result, ClearResult>;

/// The values of a statement as libpq wants them.
struct Parameters {
  std::vector<const char*> values{};
  std::vector<int> lengths{};
  std::vector<int> formats{};           ///< empty: all are text
  std::vector<unsigned int> types{};    ///< object ids; empty: the server finds out
};

class PostgresDatabase final : public Database {
 public:
  explicit PostgresDatabase(Place place) : place_(std::move(place)) {}
  ~PostgresDatabase() override = default;

  [[nodiscard]] Flavor flavor() const override { return Flavor::Postgres; }
  [[nodiscard]] Result<void> connect() override;
  [[nodiscard]] bool connected() const override { return connection_ != nullptr; }
  void close() override;

  Result<std::uint64_t> run(std::string_view sql, std::span<const Value> values, const Visit& visit) override;
  Result<void> script(std::string_view sql) override;

  [[nodiscard]] Result<Appended> append(std::span<const LedgerRow> rows) override;
  [[nodiscard]] Result<void> prepare_days(WallTime now) override;
  [[nodiscard]] Result<bool> forget_before(WallTime begin) override;
  [[nodiscard]] Result<std::vector<std::string>> faults() override;

  [[nodiscard]] int descriptor() const override;
  [[nodiscard]] bool told() override;

 private:
  using Day = std::chrono::sys_days;

  [[nodiscard]] Result<void> finish_connecting();
  /// Waits until the connection can be read or written (poll's events). Errors: kAway at the deadline.
  [[nodiscard]] Result<void> wait_for(short events);
  [[nodiscard]] Result<void> send(const std::string& sql, const Parameters& parameters);
  [[nodiscard]] Result<Answer> next_answer();
  /// Reads all answers of what was sent; gives the rows that the last one changed. The first error is the result.
  Result<std::uint64_t> read_answers(const Visit& visit);
  [[nodiscard]] Result<void> make_days(const std::set<Day>& days);
  std::unexpected<Error> lost(std::string_view why);

  Place place_;
  std::unique_ptr<pg_conn, CloseConnection> connection_{};
  std::set<Day> days_{};  ///< whose partitions are there
};

}  // namespace drover::store
