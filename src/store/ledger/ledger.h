// The ledger: the thread that owns the store. Workers push finished requests into rings and never wait; this thread
// writes them in batches, spools them while the store is away, runs what the admin API asks of the store, and tells of
// keys that changed.
//
// What can be lost: `kill -9` loses the rows that are still in memory, those of the last second; while a store freezes
// also the batch that it was sent, until the call's bound. Spooled rows are in the file. A power cut loses in addition
// what the spool (synced once a second) or the database had not brought to its disk. No row counts twice: a batch whose
// answer was lost is sent again, and the store leaves out what it has. Rows that fit nowhere (full ring, full spool)
// are counted in stats().lost.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "store/ledger/ring.h"
#include "store/ledger/snapshot.h"
#include "store/ledger/spool.h"
#include "store/place.h"
#include "store/store.h"

namespace drover::store {

struct LedgerSettings {
  Place place{};
  /// Of the spool file and the snapshot; it is made where there is none. Empty: neither is kept.
  std::string folder{};
  std::uint64_t spool_bytes = 256 << 20;
  std::size_t ring_rows = 4096;               ///< of each worker
  std::chrono::days keep{90};                 ///< rows of the ledger; 0: for ever
  std::size_t batch_rows = 1000;              ///< a batch is written once it has so many rows,
  std::chrono::milliseconds batch_age{800};   ///< or its first row is so old
  std::chrono::milliseconds call_time{4000};  ///< the bound of one call of the store
};

/// Keys and principals for the directory, on the ledger's thread.
struct Records {
  std::vector<directory::Key> keys{};
  std::vector<directory::Principal> principals{};
  bool first = false;  ///< these begin a whole set: what is not in it, up to `last`, is gone
  bool last = false;   ///< the set, or the change, is complete
  bool stale = false;  ///< from the snapshot: the store is away
};

struct LedgerStats {
  std::uint64_t written = 0;   ///< rows that are in the store, by this process
  std::uint64_t repeated = 0;  ///< of these, rows that the store had already
  std::uint64_t spooled = 0;   ///< rows that went to the spool file since the start
  std::uint64_t lost = 0;      ///< rows that fit nowhere or that the store refused
  std::uint64_t damaged = 0;   ///< bytes of the spool file that were no rows
  std::uint64_t backlog = 0;   ///< rows that wait, in memory and in the spool file
  std::uint64_t spool_bytes = 0;
  std::uint64_t unreadable = 0;        ///< records of keys that could not be read
  bool up = false;                     ///< the last call of the store succeeded
  std::optional<WallTime> snapshot{};  ///< when the snapshot file was last written
  std::string last_error{};            ///< of the store, the spool or the snapshot; empty: none yet
};

class Ledger {
 public:
  /// Runs on the ledger's thread; the store may be away, then its calls fail at once.
  using Job = std::function<void(Store&)>;
  using OnRecords = std::function<void(Records&&)>;

  /// `on_records` is called on the ledger's thread: first with all records, then with what changed, within a second of
  /// a change by another drover and at once after a job. Must return soon.
  Ledger(LedgerSettings settings, OnRecords on_records);
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;
  ~Ledger();

  /// Starts the thread and waits until it has reached the store or failed to, and told of the records that it found. An
  /// error says how the store is; the ledger works on all the same, and tries again. Errors for which needs_a_person()
  /// holds are worth ending a start for.
  [[nodiscard]] Result<void> start();

  /// A ring for one worker thread, which may push until the ledger is gone. Any thread.
  [[nodiscard]] Ring& add_ring();

  /// Runs the job soon, and `done`, which may be empty, once the directory has been told of what the job changed.
  /// False: too many wait (kMaxJobs), or the ledger is stopped. Any thread.
  [[nodiscard]] bool post(Job job, std::function<void()> done = {});
  static constexpr std::size_t kMaxJobs = 1000;

  [[nodiscard]] LedgerStats stats() const;

  /// Runs the jobs that wait, writes what is in the rings and ends the thread, within `time` and one call of the store
  /// more. Rows that the store does not take by then are spooled. Workers no longer push.
  void stop(std::chrono::milliseconds time);

 private:
  using Clock = std::chrono::steady_clock;

  void work();
  void turn();
  void wait_for_work();
  void run_jobs();
  void finish();
  void wake() const;
  void try_store();
  /// Notes an error of the store; unless it is about values, the store is away from here on.
  void went_wrong(const Error& error);
  void note(const Error& error);
  void publish();

  // ledger_rows.cc: rows on their way
  void collect();
  void while_waiting();
  void write_pending(bool all);
  [[nodiscard]] bool write_batch(std::span<LedgerRow> batch);
  void write_one_by_one(std::span<LedgerRow> batch);
  void replay();
  void spool_pending();
  void reopen_spool();
  void sync_spool();

  // ledger_feed.cc: what the store tells, and what is due from time to time
  void look_for_changes();
  void start_from_snapshot();
  void snapshot_step();
  void maintain();

  LedgerSettings settings_;
  OnRecords on_records_;
  Store store_;
  int wake_ = -1;  ///< an eventfd

  // The ledger's thread only.
  std::deque<LedgerRow> pending_{};
  Clock::time_point pending_since_{};
  std::optional<Spool> spool_{};
  bool spool_dirty_ = false;
  bool up_ = false;
  bool look_now_ = false;  ///< something may have changed: do not wait for the second
  std::uint64_t seen_change_ = 0;
  std::string seen_store_{};  ///< whose numbers these are; empty: nothing was seen yet
  bool tell_whole_ = true;    ///< the next records are told as a whole set
  bool tell_anyway_ = true;   ///< the directory waits for `last`, even when nothing changed
  bool snapshot_due_ = false;
  std::optional<SnapshotWriter> snapshot_{};
  Clock::time_point next_try_{}, next_look_{}, next_maintain_{}, next_snapshot_{}, next_spool_{}, next_sync_{};
  LedgerStats counts_{};

  mutable std::mutex mutex_;
  std::condition_variable ready_cv_{};
  bool ready_ = false;
  Result<void> first_{};
  struct Posted {
    Job job;
    std::function<void()> done;
  };
  std::deque<Posted> jobs_{};
  bool stopped_ = false;
  std::vector<std::unique_ptr<Ring>> rings_{};
  LedgerStats published_{};

  std::atomic<bool> stopping_{false};
  Clock::time_point stop_by_{};
  std::thread thread_{};
};

}  // namespace drover::store
