// Rows on their way from the rings to the store, or to the spool file while the store is away.
#include "store/ledger/ledger.h"
#include "store/row_fields.h"
#include "store/trouble.h"

namespace drover::store {

namespace {

// Rows in memory that neither the store nor the spool takes; what is more stays in the rings, and then is lost there.
constexpr std::size_t kMaxPending = 50'000;

// Batches of the spool that one turn reads back, so that jobs and new rows get their turn.
constexpr int kReplayedAtOnce = 5;

constexpr std::chrono::seconds kBetweenSyncs{1};
constexpr std::chrono::seconds kBetweenSpoolTries{1};

}  // namespace

void Ledger::collect() {
  std::vector<Ring*> rings;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& ring : rings_) rings.push_back(ring.get());
  }
  const bool none = pending_.empty();
  for (Ring* const ring : rings) {
    const std::size_t room = kMaxPending - std::min(kMaxPending, pending_.size());
    ring->drain(room, [this](LedgerRow&& row) {
      bring_in_bounds(row);
      pending_.push_back(std::move(row));
    });
  }
  if (none && !pending_.empty()) pending_since_ = Clock::now();
}

/// Runs while a call of the store waits: rings do not fill, and rows that are a second old go to the file.
void Ledger::while_waiting() {
  collect();
  if (!pending_.empty() && Clock::now() - pending_since_ >= settings_.batch_age) spool_pending();
  sync_spool();
}

void Ledger::write_pending(bool all) {
  const auto due = [&] {
    return pending_.size() >= settings_.batch_rows || all || Clock::now() - pending_since_ >= settings_.batch_age;
  };
  while (up_ && !pending_.empty() && due()) {
    const auto end = pending_.begin() + static_cast<std::ptrdiff_t>(std::min(pending_.size(), settings_.batch_rows));
    std::vector<LedgerRow> batch(std::make_move_iterator(pending_.begin()), std::make_move_iterator(end));
    pending_.erase(pending_.begin(), end);
    pending_since_ = Clock::now();
    if (write_batch(batch)) continue;
    pending_.insert(pending_.begin(), std::make_move_iterator(batch.begin()), std::make_move_iterator(batch.end()));
    spool_pending();
  }
}

/// False: the store is away, the rows are as they were.
bool Ledger::write_batch(std::span<LedgerRow> batch) {
  const auto appended = store_.append(batch);
  if (appended) {
    counts_.written += batch.size();
    counts_.repeated += appended->repeated;
    return true;
  }
  went_wrong(appended.error());
  if (!about_the_values(appended.error())) return false;
  write_one_by_one(batch);
  return true;
}

/// A batch that the store refuses for its values: the rows that it takes alone are kept, the others are lost.
void Ledger::write_one_by_one(std::span<LedgerRow> batch) {
  for (LedgerRow& row : batch) {
    const auto appended = store_.append({&row, 1});
    if (appended) {
      ++counts_.written;
      counts_.repeated += appended->repeated;
    } else if (about_the_values(appended.error())) {
      ++counts_.lost;
    } else {
      // The store went away in between: the row waits behind the others.
      went_wrong(appended.error());
      pending_.push_back(std::move(row));
    }
  }
}

void Ledger::replay() {
  for (int batch = 0; batch < kReplayedAtOnce && up_ && spool_ && !spool_->empty(); ++batch) {
    auto rows = spool_->front(settings_.batch_rows);
    if (!rows) return note(rows.error());
    if (!rows->empty() && !write_batch(*rows)) return;
    if (auto dropped = spool_->drop_front(); !dropped) note(dropped.error());
    counts_.damaged = spool_->damaged_bytes();
  }
}

void Ledger::spool_pending() {
  while (spool_ && !pending_.empty()) {
    const auto end = pending_.begin() + static_cast<std::ptrdiff_t>(std::min(pending_.size(), settings_.batch_rows));
    const std::vector<LedgerRow> rows(pending_.begin(), end);
    const auto fitted = spool_->append(rows);
    if (!fitted) return note(fitted.error());
    counts_.spooled += *fitted;
    spool_dirty_ = spool_dirty_ || *fitted > 0;
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(*fitted));
    if (*fitted < rows.size()) return note(store_error(kFull, "the spool file of the ledger is full"));
  }
}

void Ledger::sync_spool() {
  if (!spool_ || !spool_dirty_ || Clock::now() < next_sync_) return;
  next_sync_ = Clock::now() + kBetweenSyncs;
  spool_dirty_ = false;
  if (auto synced = spool_->sync(); !synced) note(synced.error());
}

/// Another drover may have the file until it ends; until then rows that find no store wait in memory.
void Ledger::reopen_spool() {
  if (settings_.folder.empty() || Clock::now() < next_spool_) return;
  next_spool_ = Clock::now() + kBetweenSpoolTries;
  auto spool = Spool::open(settings_.folder + "/ledger.spool", settings_.spool_bytes);
  if (!spool) return note(spool.error());
  spool_.emplace(std::move(*spool));
  counts_.damaged = spool_->damaged_bytes();
}

}  // namespace drover::store
