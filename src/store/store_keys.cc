// Keys, principals, the audit, and remembered answers.
#include "store/records/record_json.h"
#include "store/store.h"
#include "store/trouble.h"

namespace drover::store {

namespace {

constexpr std::size_t kMaxChanges = 10'000;
constexpr std::size_t kMaxAudit = 1000;

std::int64_t micros(WallTime time) { return time.time_since_epoch().count(); }

/// Says which unique value is there already, instead of the database's own words.
Error named_conflict(Error error) {
  if (error.code != kConflict) return error;
  const auto tells = [&](std::string_view index) { return error.message.find(index) != std::string::npos; };
  if (tells("keys_name") || tells("keys.name")) return store_error(kNameTaken, "another key has this name");
  if (tells("idempotency")) {
    return store_error(kIdempotencyUsed, "a request with this idempotency key was answered already");
  }
  return store_error(kKeyExists, "there is a record with this id or digest already");
}

Error version_conflict(std::string_view what) {
  return store_error(kVersionConflict,
                     "the " + std::string(what) + " was changed by somebody else, or is not there: read it again");
}

template <class Record, class Read>
void add_record(std::vector<Record>& to, std::uint64_t& unreadable, std::string_view json, Read read) {
  auto record = read(json);
  if (record) {
    to.push_back(std::move(*record));
  } else {
    ++unreadable;
  }
}

}  // namespace

Result<Changes> Store::changes(std::uint64_t after, std::size_t limit) {
  if (auto is = ready(); !is) return fail(is.error());
  limit = std::clamp<std::size_t>(limit, 1, kMaxChanges);
  const Value values[] = {static_cast<std::int64_t>(after), static_cast<std::int64_t>(limit)};
  Changes changes{.change = after};
  std::size_t read = 0;
  const auto ran = database_->run(
      "SELECT change, kind, record FROM (SELECT * FROM (SELECT change, 1 AS kind, record FROM keys WHERE change > $1 ORDER BY "
      "change LIMIT $2) AS k UNION ALL SELECT * FROM (SELECT change, 2 AS kind, record FROM principals WHERE change > $1 "
      "ORDER BY change LIMIT $2) AS p) AS both_kinds ORDER BY change LIMIT $2",
      values, [&](const AnswerRow& row) {
        ++read;
        changes.change = static_cast<std::uint64_t>(row.number(0));
        if (row.number(1) == 1) {
          add_record(changes.keys, changes.unreadable, row.text(2), key_from_json);
        } else {
          add_record(changes.principals, changes.unreadable, row.text(2), principal_from_json);
        }
      });
  if (!ran) return fail(ran.error());
  changes.more = read == limit;
  return changes;
}

Result<std::optional<std::string>> Store::record(std::string_view sql, const std::string& id) {
  if (auto is = ready(); !is) return fail(is.error());
  std::optional<std::string> found;
  const Value values[] = {std::string_view(id)};
  const auto ran = database_->run(sql, values, [&](const AnswerRow& row) { found = std::string(row.text(0)); });
  if (!ran) return fail(ran.error());
  return found;
}

Result<std::optional<directory::Key>> Store::key(const std::string& id) {
  const auto json = record("SELECT record FROM keys WHERE id = $1", id);
  if (!json) return fail(json.error());
  if (!*json) return std::nullopt;
  auto key = key_from_json(**json);
  if (!key) return fail(key.error());
  return std::move(*key);
}

Result<std::optional<directory::Principal>> Store::principal(const std::string& path) {
  const auto json = record("SELECT record FROM principals WHERE id = $1", path);
  if (!json) return fail(json.error());
  if (!*json) return std::nullopt;
  auto principal = principal_from_json(**json);
  if (!principal) return fail(principal.error());
  return std::move(*principal);
}

Result<void> Store::write(const Write& write, WallTime now) {
  if (auto is = ready(); !is) return is;
  database_->survive(Database::Durability::Power);
  auto written = write_all(write, now);
  if (database_->connected()) database_->survive(Database::Durability::Process);
  if (!written) return fail(named_conflict(written.error()));
  return {};
}

Result<void> Store::write_all(const Write& write, WallTime now) {
  auto transaction = Transaction::begin(*database_);
  if (!transaction) return fail(transaction.error());
  if (write.remember) {
    if (auto put_it = put(*write.remember, now); !put_it) return put_it;
  }
  auto change = next_changes(write.keys.size() + write.principals.size());
  if (!change) return fail(change.error());
  for (const KeyWrite& each : write.keys) {
    if (auto put_it = put(each, ++*change, now); !put_it) return put_it;
  }
  for (const PrincipalWrite& each : write.principals) {
    if (auto put_it = put(each, ++*change, now); !put_it) return put_it;
  }
  for (const AuditEntry& each : write.audit) {
    if (auto put_it = put(each, now); !put_it) return put_it;
  }
  if (database_->flavor() == Database::Flavor::Postgres) {
    if (auto told = database_->script("NOTIFY drover_changes"); !told) return told;
  }
  return transaction->commit();
}

/// Takes `count` numbers of changes, and gives the one before them. The row stays locked to the end of the transaction, so
/// that numbers become visible in their order: who asks for what comes after n misses nothing.
Result<std::uint64_t> Store::next_changes(std::size_t count) {
  const Value values[] = {static_cast<std::int64_t>(count)};
  const auto last = number("UPDATE drover_state SET change = change + $1 RETURNING change", values);
  if (!last) return fail(last.error());
  return static_cast<std::uint64_t>(*last) - count;
}

Result<void> Store::put(const KeyWrite& write, std::uint64_t change, WallTime now) {
  directory::Key key = write.key;
  key.version = write.expected + 1;
  key.changed = now;
  const std::string json = to_json(key);
  const std::string digest = digest_text(key.digest);
  const Value values[] = {std::string_view(key.id),
                          std::string_view(key.name),
                          std::string_view(key.principal),
                          std::string_view(digest),
                          std::int64_t{key.archived ? 1 : 0},
                          static_cast<std::int64_t>(key.version),
                          static_cast<std::int64_t>(change),
                          std::string_view(json),
                          static_cast<std::int64_t>(write.expected)};
  if (write.expected == 0) {
    auto made = database_->run(
        "INSERT INTO keys (id, name, principal, digest, archived, version, change, record) VALUES ($1, $2, $3, $4, $5, $6, "
        "$7, $8)",
        std::span(values).first(8), {});
    return made ? Result<void>{} : fail(made.error());
  }
  auto changed = database_->run(
      "UPDATE keys SET name = $2, principal = $3, digest = $4, archived = $5, version = $6, change = $7, record = $8 WHERE "
      "id = $1 AND version = $9",
      values, {});
  if (!changed) return fail(changed.error());
  return *changed == 1 ? Result<void>{} : fail(version_conflict("key"));
}

Result<void> Store::put(const PrincipalWrite& write, std::uint64_t change, WallTime now) {
  directory::Principal principal = write.principal;
  principal.version = write.expected + 1;
  principal.changed = now;
  const std::string json = to_json(principal);
  const Value values[] = {std::string_view(principal.path),
                          std::int64_t{principal.archived ? 1 : 0},
                          static_cast<std::int64_t>(principal.version),
                          static_cast<std::int64_t>(change),
                          std::string_view(json),
                          static_cast<std::int64_t>(write.expected)};
  if (write.expected == 0) {
    auto made = database_->run("INSERT INTO principals (id, archived, version, change, record) VALUES ($1, $2, $3, $4, $5)",
                               std::span(values).first(5), {});
    return made ? Result<void>{} : fail(made.error());
  }
  auto changed = database_->run(
      "UPDATE principals SET archived = $2, version = $3, change = $4, record = $5 WHERE id = $1 AND version = $6", values, {});
  if (!changed) return fail(changed.error());
  return *changed == 1 ? Result<void>{} : fail(version_conflict("principal"));
}

Result<void> Store::put(const AuditEntry& entry, WallTime now) {
  const Value values[] = {micros(now),
                          std::string_view(entry.who),
                          std::string_view(entry.action),
                          std::string_view(entry.object),
                          std::string_view(entry.before),
                          std::string_view(entry.after)};
  auto made = database_->run(
      "INSERT INTO audit (at, who, action, object, before_json, after_json) VALUES ($1, $2, $3, $4, $5, $6)", values, {});
  return made ? Result<void>{} : fail(made.error());
}

Result<void> Store::put(const Remembered& remembered, WallTime now) {
  const Value old[] = {std::string_view(remembered.id), micros(now - kRememberedFor)};
  auto removed = database_->run("DELETE FROM idempotency WHERE id = $1 AND created < $2", old, {});
  if (!removed) return fail(removed.error());
  const Value values[] = {std::string_view(remembered.id), micros(now), std::string_view(remembered.request),
                          std::int64_t{remembered.status}, std::string_view(remembered.answer)};
  auto made = database_->run("INSERT INTO idempotency (id, created, request, status, answer) VALUES ($1, $2, $3, $4, $5)",
                             values, {});
  return made ? Result<void>{} : fail(made.error());
}

Result<std::optional<Remembered>> Store::remembered(const std::string& id, WallTime now) {
  if (auto is = ready(); !is) return fail(is.error());
  std::optional<Remembered> found;
  const Value values[] = {std::string_view(id), micros(now - kRememberedFor)};
  const auto ran = database_->run("SELECT request, status, answer FROM idempotency WHERE id = $1 AND created >= $2", values,
                                  [&](const AnswerRow& row) {
                                    found = Remembered{id, std::string(row.text(0)), static_cast<int>(row.number(1)),
                                                       std::string(row.text(2))};
                                  });
  if (!ran) return fail(ran.error());
  return found;
}

Result<std::vector<AuditEntry>> Store::audit(std::int64_t before, std::size_t limit) {
  if (auto is = ready(); !is) return fail(is.error());
  const std::int64_t newest = std::numeric_limits<std::int64_t>::max();
  const Value values[] = {before > 0 ? before : newest, static_cast<std::int64_t>(std::min(limit, kMaxAudit))};
  std::vector<AuditEntry> entries;
  const auto ran = database_->run(
      "SELECT n, at, who, action, object, before_json, after_json FROM audit WHERE n < $1 ORDER BY n DESC LIMIT $2", values,
      [&](const AnswerRow& row) {
        entries.push_back({row.number(0), WallTime(std::chrono::microseconds(row.number(1))), std::string(row.text(2)),
                           std::string(row.text(3)), std::string(row.text(4)), std::string(row.text(5)),
                           std::string(row.text(6))});
      });
  if (!ran) return fail(ran.error());
  return entries;
}

}  // namespace drover::store
