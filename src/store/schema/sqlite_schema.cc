// The tables of a store in SQLite. Times are microseconds since 1970, money is nano-USD. Rows of the ledger lie in the order of
// time, so that old ones are removed from one end.
#include "store/schema/sqlite_schema.h"

#include <array>

namespace drover::store {

namespace {

constexpr std::array<std::string_view, 1> kSqliteSteps = {R"sql(
CREATE TABLE drover_state (
  one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL, store_id TEXT NOT NULL, change INTEGER NOT NULL);

CREATE TABLE keys (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, principal TEXT NOT NULL, digest TEXT NOT NULL, archived INTEGER NOT NULL,
  version INTEGER NOT NULL, change INTEGER NOT NULL, record TEXT NOT NULL) WITHOUT ROWID;
CREATE UNIQUE INDEX keys_name ON keys (name) WHERE archived = 0 AND name <> '';
CREATE UNIQUE INDEX keys_digest ON keys (digest);
CREATE UNIQUE INDEX keys_change ON keys (change);

CREATE TABLE principals (
  id TEXT PRIMARY KEY, archived INTEGER NOT NULL, version INTEGER NOT NULL, change INTEGER NOT NULL, record TEXT NOT NULL) WITHOUT ROWID;
CREATE UNIQUE INDEX principals_change ON principals (change);

CREATE TABLE audit (
  n INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL, object TEXT NOT NULL,
  before_json TEXT NOT NULL, after_json TEXT NOT NULL);

CREATE TABLE idempotency (
  id TEXT PRIMARY KEY, created INTEGER NOT NULL, request TEXT NOT NULL, status INTEGER NOT NULL, answer TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX idempotency_created ON idempotency (created);

CREATE TABLE ledger (
  id TEXT NOT NULL, started INTEGER NOT NULL, first_content INTEGER, completed INTEGER NOT NULL,
  principal TEXT NOT NULL, end_user TEXT NOT NULL, tags TEXT NOT NULL, api TEXT NOT NULL, dialect TEXT NOT NULL,
  model_asked TEXT NOT NULL, model_answered TEXT NOT NULL, target TEXT NOT NULL, provider TEXT NOT NULL,
  status INTEGER NOT NULL, outcome TEXT NOT NULL, attempts INTEGER NOT NULL, stream INTEGER NOT NULL,
  input_uncached INTEGER NOT NULL, cache_read INTEGER NOT NULL, cache_write_5m INTEGER NOT NULL,
  cache_write_1h INTEGER NOT NULL, output INTEGER NOT NULL, reasoning INTEGER NOT NULL,
  audio_in INTEGER NOT NULL, audio_out INTEGER NOT NULL, cost INTEGER, cost_source TEXT NOT NULL,
  price_version TEXT NOT NULL, trace_id TEXT NOT NULL, user_agent TEXT NOT NULL,
  PRIMARY KEY (started, id)) WITHOUT ROWID;

CREATE TABLE spend (
  slot INTEGER NOT NULL, tag TEXT NOT NULL, principal TEXT NOT NULL, model_asked TEXT NOT NULL, model_answered TEXT NOT NULL,
  provider TEXT NOT NULL,
  requests INTEGER NOT NULL, failed INTEGER NOT NULL, input_uncached INTEGER NOT NULL, cache_read INTEGER NOT NULL, cache_write INTEGER NOT NULL,
  output INTEGER NOT NULL, reasoning INTEGER NOT NULL, cost INTEGER NOT NULL, estimated INTEGER NOT NULL, unpriced INTEGER NOT NULL,
  PRIMARY KEY (slot, tag, principal, model_asked, model_answered, provider)) WITHOUT ROWID;
)sql"};

}  // namespace

std::span<const std::string_view> sqlite_migrations() { return kSqliteSteps; }

}  // namespace drover::store
