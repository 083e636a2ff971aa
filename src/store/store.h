// The store: keys and principals, who changed them, and the ledger with its sums, in SQLite or PostgreSQL. One object
// belongs to one thread (the ledger's, ledger/ledger.h; a subcommand's own). Every call ends within its bound, also
// when the server is frozen; after kAway the next call connects anew, but not more often than once a second.
//
// All times are arguments. A call that fails has changed nothing, except that append() and write() may have been
// carried out when the connection broke before the answer: append() may be repeated, and write() is found by its
// idempotency key.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "directory/records.h"
#include "store/database/database.h"
#include "store/database/spend_sums.h"
#include "store/ledger_row.h"

namespace drover::store {

/// What changed, in the order in which it did.
struct Changes {
  std::vector<directory::Key> keys{};
  std::vector<directory::Principal> principals{};
  std::uint64_t change = 0;  ///< ask for what comes after this
  bool more = false;         ///< there is more already
  bool restarted = false;    ///< the store's numbers are below `after` (a backup was restored): ask again from 0
  /// Records that cannot be read (a store that somebody wrote to): they are left out.
  std::uint64_t unreadable = 0;
};

/// A record to put. `expected` is the version that it was read with; 0: there must be none. The store sets the version.
struct KeyWrite {
  directory::Key key;
  std::uint64_t expected = 0;
};
struct PrincipalWrite {
  directory::Principal principal;
  std::uint64_t expected = 0;
};

/// Who did what to which object, and what it was before and after: JSON without secrets.
struct AuditEntry {
  std::int64_t number = 0;  ///< set by the store
  WallTime at{};            ///< set by the store
  std::string who;
  std::string action;  ///< "key.create"
  std::string object;  ///< "key_…", or a principal's path
  std::string before = "null";
  std::string after = "null";
};

/// The answer to a request of the admin API that named an idempotency key.
struct Remembered {
  std::string id;       ///< the idempotency key, with the name of the admin token before it
  std::string request;  ///< a digest of the request: another request with the same key is a mistake
  int status = 0;
  std::string answer;  ///< the body, without secrets
};

/// How long an answer is remembered.
inline constexpr std::chrono::hours kRememberedFor{24};

/// One change by an administrator: all of it happens, or nothing.
struct Write {
  std::vector<KeyWrite> keys{};
  std::vector<PrincipalWrite> principals{};
  std::vector<AuditEntry> audit{};
  std::optional<Remembered> remember{};
};

enum class SpendBy : std::uint8_t {
  Key,    ///< the whole path of the principal, the key's id last
  Team,   ///< the path without its last segment; a name without a path: itself
  Model,  ///< as the target is configured
  Provider,
  Tag,  ///< a request with several tags counts for each
};

struct SpendQuery {
  SpendBy by = SpendBy::Key;
  WallTime since{};                  ///< the quarter of an hour that it is in counts whole
  WallTime until = WallTime::max();  ///< not included; its quarter of an hour counts whole
  std::string under{};               ///< only this principal and those below it; empty: all
  bool daily = false;                ///< a line for each day (UTC)
};

struct SpendLine {
  std::string name;
  std::optional<std::chrono::sys_days> day{};
  Sums sums{};
};

/// What a scope has used since a moment, for the budgets of a drover that starts.
struct Used {
  std::string_view principal{};  ///< the whole path; a scope above adds what is below it
  std::string_view tag{};  ///< empty: this counts for principals; else for this tag (and not for principals again)
  std::string_view model_asked{};  ///< as the client named it
  Sums sums{};
};

/// One sentence of `drover store check`.
struct Finding {
  bool good = true;
  std::string text;
};

class Store {
 public:
  explicit Store(const Place& place) : Store(make_database(place), shown(place)) {}
  Store(std::unique_ptr<Database> database, std::string place)
      : database_(std::move(database)), place_(std::move(place)) {}

  // --- the connection

  /// Connects and brings the tables to this drover's version. Every other call does this by itself.
  /// Errors: kNewer, kForeign, kEncoding, kLogin, kAway, those of the file.
  [[nodiscard]] Result<void> open();
  [[nodiscard]] bool is_open() const { return database_->connected(); }
  void close() { database_->close(); }
  /// The bound of each call from here on; 5 s at first.
  void allow(std::chrono::milliseconds time) { call_time_ = time; }
  /// See Database.
  void while_waiting(std::function<void()> idle) { database_->while_waiting(std::move(idle)); }
  /// Names this store; numbers of changes of another store mean nothing in it. Empty before the first open().
  [[nodiscard]] const std::string& id() const { return store_id_; }
  [[nodiscard]] const std::string& place() const { return place_; }
  /// Readable once another drover may have changed a key; -1: none. Look with changed_elsewhere().
  [[nodiscard]] int descriptor() const { return database_->descriptor(); }
  [[nodiscard]] bool changed_elsewhere() { return database_->told(); }

  // --- keys and principals

  /// At most `limit` records that changed after `after`; 0: all records, also archived ones.
  [[nodiscard]] Result<Changes> changes(std::uint64_t after, std::size_t limit);
  [[nodiscard]] Result<std::optional<directory::Key>> key(const std::string& id);
  [[nodiscard]] Result<std::optional<directory::Principal>> principal(const std::string& path);
  /// At most `limit` (10,000), archived ones too, in the order of their ids, behind `after`.
  [[nodiscard]] Result<std::vector<directory::Key>> keys_behind(const std::string& after, std::size_t limit);
  [[nodiscard]] Result<std::vector<directory::Principal>> principals_behind(const std::string& after, std::size_t limit);
  /// The key of this name that is not archived.
  [[nodiscard]] Result<std::optional<directory::Key>> key_named(const std::string& name);
  /// The key with this secret now; archived ones too.
  [[nodiscard]] Result<std::optional<directory::Key>> key_with(const directory::Digest& digest);
  /// Errors: kVersionConflict, kNameTaken, kKeyExists, kIdempotencyUsed. Survives a power cut once it returned.
  [[nodiscard]] Result<void> write(const Write& write, WallTime now);
  [[nodiscard]] Result<std::optional<Remembered>> remembered(const std::string& id, WallTime now);
  /// The newest first, from before entry `before`; 0: from the newest. At most 1,000.
  [[nodiscard]] Result<std::vector<AuditEntry>> audit(std::int64_t before, std::size_t limit);

  // --- the ledger

  /// Appends rows and adds them to the sums, all or none. A row whose id and begin are there already counts once.
  /// Brings the rows within their bounds (row_fields.h). At most 10,000 rows.
  [[nodiscard]] Result<Appended> append(std::span<LedgerRow> rows);
  /// Everything that was used from `begin` on, to the microsecond. The cost is that of the sums and of at most a
  /// quarter of an hour of rows, never that of the whole ledger.
  [[nodiscard]] Result<void> used_since(WallTime begin, const std::function<void(const Used&)>& visit);
  /// The dearest first; with `daily` by day and then by cost. At most 100,000 lines.
  [[nodiscard]] Result<std::vector<SpendLine>> spend(const SpendQuery& query);
  /// What is due from time to time: days ahead, rows older than `keep` (0: kept for ever), forgotten answers. Sums and
  /// audit stay. Gives whether there is more to do at once.
  [[nodiscard]] Result<bool> maintain(WallTime now, std::chrono::days keep);
  /// Whether the database is sound and the sums of the last day are those of its rows. Reads much.
  [[nodiscard]] Result<std::vector<Finding>> check(WallTime now);

 private:
  using Clock = Database::Clock;

  /// Starts the bound of a call, and connects where needed.
  [[nodiscard]] Result<void> ready();
  [[nodiscard]] Result<void> put(const KeyWrite& write, std::uint64_t change, WallTime now);
  [[nodiscard]] Result<void> put(const PrincipalWrite& write, std::uint64_t change, WallTime now);
  [[nodiscard]] Result<void> put(const AuditEntry& entry, WallTime now);
  [[nodiscard]] Result<void> put(const Remembered& remembered, WallTime now);
  [[nodiscard]] Result<void> write_all(const Write& write, WallTime now);
  [[nodiscard]] Result<std::uint64_t> next_changes(std::size_t count);
  template <class Record, class Read>
  [[nodiscard]] Result<std::vector<Record>> behind(std::string_view sql, const std::string& after, std::size_t limit, Read read);
  [[nodiscard]] Result<std::optional<directory::Key>> one_key(std::string_view sql, const std::string& value);
  [[nodiscard]] Result<std::optional<std::string>> record(std::string_view sql, const std::string& id);
  [[nodiscard]] Result<std::int64_t> number(std::string_view sql, std::span<const Value> values = {});
  [[nodiscard]] Result<void> used_in_rows(WallTime begin, WallTime end, const std::function<void(const Used&)>& visit);
  [[nodiscard]] Result<Finding> compare_sums(WallTime begin, WallTime end);

  std::unique_ptr<Database> database_;
  std::string place_;
  std::string store_id_{};
  std::chrono::milliseconds call_time_{5000};
  Clock::time_point next_try_{};
  Error last_error_{};  ///< of the last attempt to connect
};

}  // namespace drover::store
