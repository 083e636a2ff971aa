// The tables of a store in PostgreSQL, in a schema of their own. Times are microseconds since 1970, money is nano-USD. The ledger
// has a partition a day from the first, so that old days are dropped and not deleted.
#include "store/schema/postgres_schema.h"

#include <array>

namespace drover::store {

namespace {

constexpr std::array<std::string_view, 1> kPostgresSteps = {R"sql(
CREATE SCHEMA IF NOT EXISTS drover;
CREATE TABLE drover_state (
  one BIGINT PRIMARY KEY CHECK (one = 1), version BIGINT NOT NULL, store_id TEXT NOT NULL, change BIGINT NOT NULL);

CREATE TABLE keys (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, principal TEXT NOT NULL, digest TEXT NOT NULL, archived BIGINT NOT NULL,
  version BIGINT NOT NULL, change BIGINT NOT NULL, record TEXT NOT NULL);
CREATE UNIQUE INDEX keys_name ON keys (name) WHERE archived = 0 AND name <> '';
CREATE UNIQUE INDEX keys_digest ON keys (digest);
CREATE UNIQUE INDEX keys_change ON keys (change);

CREATE TABLE principals (
  id TEXT PRIMARY KEY, archived BIGINT NOT NULL, version BIGINT NOT NULL, change BIGINT NOT NULL, record TEXT NOT NULL);
CREATE UNIQUE INDEX principals_change ON principals (change);

CREATE TABLE audit (
  n BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at BIGINT NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL, object TEXT NOT NULL,
  before_json TEXT NOT NULL, after_json TEXT NOT NULL);

CREATE TABLE idempotency (
  id TEXT PRIMARY KEY, created BIGINT NOT NULL, request TEXT NOT NULL, status BIGINT NOT NULL, answer TEXT NOT NULL);
CREATE INDEX idempotency_created ON idempotency (created);

CREATE TABLE ledger (
  id TEXT NOT NULL, started BIGINT NOT NULL, first_content BIGINT, completed BIGINT NOT NULL,
  principal TEXT NOT NULL, end_user TEXT NOT NULL, tags JSONB NOT NULL, api TEXT NOT NULL, dialect TEXT NOT NULL,
  model_asked TEXT NOT NULL, model_answered TEXT NOT NULL, target TEXT NOT NULL, provider TEXT NOT NULL,
  status BIGINT NOT NULL, outcome TEXT NOT NULL, attempts BIGINT NOT NULL, stream BIGINT NOT NULL,
  input_uncached BIGINT NOT NULL, cache_read BIGINT NOT NULL, cache_write_5m BIGINT NOT NULL,
  cache_write_1h BIGINT NOT NULL, output BIGINT NOT NULL, reasoning BIGINT NOT NULL, audio_in BIGINT NOT NULL,
  audio_out BIGINT NOT NULL, cost BIGINT, cost_source TEXT NOT NULL, price_version TEXT NOT NULL,
  trace_id TEXT NOT NULL, user_agent TEXT NOT NULL,
  PRIMARY KEY (started, id)) PARTITION BY RANGE (started);

CREATE TABLE spend (
  slot BIGINT NOT NULL, tag TEXT NOT NULL, principal TEXT NOT NULL, model_asked TEXT NOT NULL, model_answered TEXT NOT NULL,
  provider TEXT NOT NULL,
  requests BIGINT NOT NULL, failed BIGINT NOT NULL, input_uncached BIGINT NOT NULL, cache_read BIGINT NOT NULL, cache_write BIGINT NOT NULL,
  output BIGINT NOT NULL, reasoning BIGINT NOT NULL, cost BIGINT NOT NULL, estimated BIGINT NOT NULL, unpriced BIGINT NOT NULL,
  PRIMARY KEY (slot, tag, principal, model_asked, model_answered, provider));
)sql"};

}  // namespace

std::span<const std::string_view> postgres_migrations() { return kPostgresSteps; }

}  // namespace drover::store
