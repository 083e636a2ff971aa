// What the store tells of keys and principals, the snapshot of them, and what is due from time to time.
#include "store/ledger/ledger.h"
#include "store/trouble.h"

namespace drover::store {

namespace {

// Another drover's change is seen so soon in SQLite; PostgreSQL tells of it itself (LISTEN).
constexpr std::chrono::milliseconds kBetweenLooks{1000};

constexpr std::size_t kRecordsAtOnce = 5000;

// A million keys are 400 MB of snapshot: it is not written with each change.
constexpr std::chrono::seconds kBetweenSnapshots{30};
constexpr std::chrono::seconds kBetweenMaintenance{60};
constexpr std::chrono::seconds kMoreMaintenance{1};

WallTime wall_now() {
  return std::chrono::time_point_cast<WallTime::duration>(std::chrono::system_clock::now());
}

}  // namespace

void Ledger::look_for_changes() {
  look_now_ = false;
  next_look_ = Clock::now() + kBetweenLooks;
  for (bool more = true; more;) {
    auto changes = store_.changes(seen_change_, kRecordsAtOnce);
    if (!changes) return went_wrong(changes.error());
    // Read after the call, which may have connected anew, perhaps to another store.
    if (store_.id() != seen_store_ || changes->restarted) {
      const bool again = seen_change_ != 0;
      seen_store_ = store_.id();
      seen_change_ = 0;
      tell_whole_ = tell_anyway_ = true;
      snapshot_.reset();
      if (again) continue;
    }
    more = changes->more;
    seen_change_ = changes->change;
    counts_.unreadable += changes->unreadable;
    const bool any = !changes->keys.empty() || !changes->principals.empty();
    snapshot_due_ = snapshot_due_ || any || tell_whole_;
    if (!any && !tell_anyway_) continue;
    Records records{std::move(changes->keys), std::move(changes->principals), tell_whole_, !more, false};
    tell_whole_ = false;
    tell_anyway_ = more;
    if (on_records_) on_records_(std::move(records));
    collect();
  }
}

void Ledger::start_from_snapshot() {
  if (settings_.folder.empty()) return;
  auto snapshot = read_snapshot(settings_.folder + "/keys.snapshot");
  if (!snapshot) {
    if (snapshot.error().code == kDamaged) note(snapshot.error());
    return;
  }
  seen_store_ = std::move(snapshot->store_id);
  seen_change_ = snapshot->change;
  tell_whole_ = false;
  if (on_records_) on_records_({std::move(snapshot->keys), std::move(snapshot->principals), true, true, true});
}

/// One page a turn: a million keys do not keep rows waiting.
void Ledger::snapshot_step() {
  if (settings_.folder.empty() || !up_ || (!snapshot_ && (!snapshot_due_ || Clock::now() < next_snapshot_))) return;
  const auto step = [this]() -> Result<void> {
    if (!snapshot_) {
      snapshot_due_ = false;
      auto begun = SnapshotWriter::begin(settings_.folder + "/keys.snapshot", seen_store_);
      if (!begun) return fail(begun.error());
      snapshot_.emplace(std::move(*begun));
    }
    auto page = store_.changes(snapshot_->change(), kRecordsAtOnce);
    if (!page) return fail(page.error());
    // What is written so far would be of two stores.
    if (store_.id() != seen_store_ || page->restarted) return fail(store_error(kAway, "the store was replaced"));
    if (auto added = snapshot_->add(*page); !added || page->more) return added;
    auto finished = snapshot_->finish();
    snapshot_.reset();
    if (finished) counts_.snapshot = wall_now();
    next_snapshot_ = Clock::now() + kBetweenSnapshots;
    return finished;
  };
  if (auto done = step(); !done) {
    note(done.error());
    snapshot_.reset();
    snapshot_due_ = true;
    next_snapshot_ = Clock::now() + kBetweenSnapshots;
  }
}

void Ledger::maintain() {
  if (!up_ || Clock::now() < next_maintain_) return;
  const auto more = store_.maintain(wall_now(), settings_.keep);
  next_maintain_ = Clock::now() + (more && *more ? kMoreMaintenance : kBetweenMaintenance);
  if (!more) went_wrong(more.error());
}

}  // namespace drover::store
