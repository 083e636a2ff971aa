// The thread and its turns. What a turn does is in ledger_rows.cc and ledger_feed.cc.
#include "store/ledger/ledger.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <system_error>

#include "store/trouble.h"

namespace drover::store {

namespace {

// How long a row waits in a ring at most while the thread is idle.
constexpr std::chrono::milliseconds kTurn{100};

// Between two attempts at a store that is away.
constexpr std::chrono::milliseconds kBetweenAttempts{1000};

// The thread waits this long for the store at a start: connecting, migrating, and reading the keys.
constexpr std::chrono::seconds kStartTime{30};

}  // namespace

Ledger::Ledger(LedgerSettings settings, OnRecords on_records)
    : settings_(std::move(settings)), on_records_(std::move(on_records)), store_(settings_.place) {
  wake_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  store_.allow(settings_.call_time);
  store_.while_waiting([this] { while_waiting(); });
}

Ledger::~Ledger() {
  stop(std::chrono::milliseconds{0});
  if (wake_ >= 0) ::close(wake_);
}

Result<void> Ledger::start() {
  if (!settings_.folder.empty()) {
    std::error_code trouble;
    const bool made = std::filesystem::create_directories(settings_.folder, trouble);
    if (made) std::filesystem::permissions(settings_.folder, std::filesystem::perms::owner_all, trouble);
    if (trouble) {
      return fail(
          store_error(kFileTrouble, "the folder " + settings_.folder + " cannot be made: " + trouble.message()));
    }
  }
  thread_ = std::thread([this] { work(); });
  std::unique_lock lock(mutex_);
  const bool reached = ready_cv_.wait_for(lock, kStartTime, [this] { return ready_; });
  return reached ? first_ : fail(store_error(kAway, "the store " + store_.place() + " takes long to open"));
}

Ring& Ledger::add_ring() {
  auto ring = std::make_unique<Ring>(settings_.ring_rows);
  ring->wake_with([this] { wake(); });
  const std::lock_guard lock(mutex_);
  return *rings_.emplace_back(std::move(ring));
}

bool Ledger::post(Job job, std::function<void()> done) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || jobs_.size() >= kMaxJobs) return false;
    jobs_.push_back({std::move(job), std::move(done)});
  }
  wake();
  return true;
}

LedgerStats Ledger::stats() const {
  const std::lock_guard lock(mutex_);
  LedgerStats stats = published_;
  for (const auto& ring : rings_) {
    stats.lost += ring->lost();
    stats.backlog += ring->waiting();
  }
  return stats;
}

void Ledger::stop(std::chrono::milliseconds time) {
  if (!thread_.joinable()) return;
  stop_by_ = Clock::now() + time;
  stopping_.store(true, std::memory_order_release);
  wake();
  thread_.join();
}

void Ledger::wake() const {
  const std::uint64_t one = 1;
  // It fails only when so many wakes wait already that the thread is awake anyway.
  [[maybe_unused]] const ssize_t written = ::write(wake_, &one, sizeof one);
}

void Ledger::work() {
  reopen_spool();
  auto opened = store_.open();
  if (opened) {
    up_ = true;
    look_for_changes();
    maintain();
  } else {
    went_wrong(opened.error());
    start_from_snapshot();
  }
  publish();
  {
    const std::lock_guard lock(mutex_);
    first_ = std::move(opened);
    ready_ = true;
  }
  ready_cv_.notify_all();
  while (!stopping_.load(std::memory_order_acquire)) {
    turn();
    publish();
    wait_for_work();
  }
  finish();
  publish();
}

void Ledger::turn() {
  collect();
  try_store();
  if (!spool_) reopen_spool();
  if (!up_ || (spool_ && !spool_->empty())) {
    spool_pending();
    replay();
  } else {
    write_pending(false);
  }
  run_jobs();
  if (store_.changed_elsewhere()) look_now_ = true;
  if (up_ && (look_now_ || Clock::now() >= next_look_)) look_for_changes();
  maintain();
  snapshot_step();
  sync_spool();
}

void Ledger::try_store() {
  if (up_ || Clock::now() < next_try_) return;
  if (auto opened = store_.open(); !opened) return went_wrong(opened.error());
  up_ = true;
  look_now_ = true;
}

void Ledger::wait_for_work() {
  std::array<pollfd, 2> waited{pollfd{.fd = wake_, .events = POLLIN, .revents = 0},
                               pollfd{.fd = store_.descriptor(), .events = POLLIN, .revents = 0}};
  // A snapshot that is being written, and a spool that is read back, go on at once.
  const bool more = up_ && (snapshot_ || (spool_ && !spool_->empty()));
  ::poll(waited.data(), waited.size(), more ? 0 : static_cast<int>(kTurn.count()));
  std::uint64_t wakes = 0;
  [[maybe_unused]] const ssize_t got = ::read(wake_, &wakes, sizeof wakes);
}

void Ledger::run_jobs() {
  std::deque<Posted> jobs;
  {
    const std::lock_guard lock(mutex_);
    jobs.swap(jobs_);
  }
  for (const Posted& posted : jobs) {
    posted.job(store_);
    collect();
    if (!posted.done) continue;
    if (up_) look_for_changes();
    posted.done();
  }
  if (jobs.empty()) return;
  look_now_ = true;
  if (!up_ && store_.is_open()) next_try_ = {};
}

void Ledger::finish() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(stop_by_ - Clock::now());
  store_.allow(std::clamp(left, std::chrono::milliseconds{1}, settings_.call_time));
  run_jobs();
  for (collect(); !pending_.empty(); collect()) {
    if (up_ && Clock::now() < stop_by_) write_pending(true);
    const std::size_t before = pending_.size();
    spool_pending();
    if (!pending_.empty() && pending_.size() == before && (!up_ || Clock::now() >= stop_by_)) break;
  }
  counts_.lost += pending_.size();
  pending_.clear();
  if (spool_ && spool_dirty_) static_cast<void>(spool_->sync());
  spool_.reset();
  store_.close();
}

void Ledger::went_wrong(const Error& error) {
  note(error);
  if (about_the_values(error)) return;
  up_ = false;
  next_try_ = Clock::now() + kBetweenAttempts;
}

void Ledger::note(const Error& error) {
  counts_.last_error = error.message;
}

void Ledger::publish() {
  counts_.up = up_;
  counts_.backlog = pending_.size() + (spool_ ? spool_->rows() : 0);
  counts_.spool_bytes = spool_ ? spool_->bytes() : 0;
  const std::lock_guard lock(mutex_);
  published_ = counts_;
}

}  // namespace drover::store
