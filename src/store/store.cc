// The connection, and what is due from time to time. Keys are in store_keys.cc, the ledger in store_spend.cc.
#include "store/store.h"

#include "store/row_fields.h"
#include "store/schema/schema.h"
#include "store/trouble.h"

namespace drover::store {

namespace {

// A store that is away is not asked more often: each attempt may take the whole bound of the call that makes it.
constexpr std::chrono::seconds kBetweenTries{1};

constexpr std::chrono::milliseconds kConnectTime{3000};

}  // namespace

Result<void> Store::open() {
  database_->allow(std::min(call_time_, kConnectTime));
  auto done = database_->connect();
  if (done) {
    auto state = migrate(*database_);
    if (state) {
      store_id_ = std::move(state->store_id);
      return {};
    }
    database_->close();
    done = fail(state.error());
  }
  next_try_ = Clock::now() + kBetweenTries;
  last_error_ = done.error();
  return done;
}

Result<void> Store::ready() {
  if (!database_->connected()) {
    if (Clock::now() < next_try_) return fail(last_error_);
    if (auto opened = open(); !opened) return opened;
  }
  database_->allow(call_time_);
  return {};
}

Result<std::int64_t> Store::number(std::string_view sql, std::span<const Value> values) {
  std::int64_t number = 0;
  const auto ran = database_->run(sql, values, [&](const AnswerRow& row) { number = row.number(0); });
  if (!ran) return fail(ran.error());
  return number;
}

Result<bool> Store::maintain(WallTime now, std::chrono::days keep) {
  if (auto is = ready(); !is) return fail(is.error());
  if (auto made = database_->prepare_days(now); !made) return fail(made.error());
  const Value expired[] = {std::int64_t{(now - kRememberedFor).time_since_epoch().count()}};
  auto removed = database_->run("DELETE FROM idempotency WHERE created < $1", expired, {});
  if (!removed) return fail(removed.error());
  if (keep == std::chrono::days{}) return false;
  return database_->forget_before(now - keep);
}

Result<std::vector<Finding>> Store::check(WallTime now) {
  if (auto is = ready(); !is) return fail(is.error());
  std::vector<Finding> findings;
  findings.push_back({true, "the store " + place_ + " answers; its tables are those of this drover"});
  auto faults = database_->faults();
  if (!faults) return fail(faults.error());
  for (std::string& fault : *faults) findings.push_back({false, std::move(fault)});
  if (faults->empty()) findings.push_back({true, "the database says that it is sound"});
  const std::pair<const char*, const char*> counted[] = {
      {"SELECT count(*) FROM keys WHERE archived = 0", " keys, without deleted ones"},
      {"SELECT count(*) FROM principals WHERE archived = 0", " principals with limits"},
      {"SELECT count(*) FROM ledger", " rows in the ledger"},
  };
  for (const auto& [sql, what] : counted) {
    const auto count = number(sql);
    if (!count) return fail(count.error());
    findings.push_back({true, std::to_string(*count) + what});
  }
  // A batch that arrives between the two sums would look like a difference: one transaction sees one state.
  auto transaction = Transaction::begin(*database_);
  if (!transaction) return fail(transaction.error());
  if (database_->flavor() == Database::Flavor::Postgres) {
    if (auto set = database_->script("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"); !set) return fail(set.error());
  }
  auto sums = compare_sums(slot_of(now - std::chrono::days(1)), slot_of(now) + kSlot);
  if (!sums) return fail(sums.error());
  findings.push_back(std::move(*sums));
  return findings;
}

}  // namespace drover::store
