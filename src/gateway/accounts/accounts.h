// Who pays, for the life of the process: what every team, client and key may still use, and the ledger of what was
// used. Configurations come and go above it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "directory/asker_book.h"
#include "directory/moment.h"
#include "store/ledger/ledger.h"

namespace drover::gateway {

/// This moment on both clocks; `now`: of the loop.
[[nodiscard]] directory::Moment moment(Instant now);

class Accounts {
 public:
  /// `seed`: a random number. `workers`: how many threads write to the ledger.
  Accounts(std::uint64_t seed, unsigned workers);
  ~Accounts();
  Accounts(const Accounts&) = delete;
  Accounts& operator=(const Accounts&) = delete;

  /// The limits of the teams and clients of a configuration, instead of those of the one before. What is counted stays.
  /// From the thread that owns the server.
  void use(const config::Settings& settings);

  /// Starts the ledger, if it does not run yet. Errors: the store's, where a person has to mend it (a wrong password, a
  /// newer drover's tables); a store that is merely away is tried again and is no error. Any thread but a worker's.
  [[nodiscard]] Result<void> open_ledger(store::LedgerSettings settings);
  /// Null while there is none. Any thread.
  [[nodiscard]] store::Ledger* ledger() const { return running_.load(std::memory_order_acquire); }
  /// The worker's own; null while there is no ledger.
  [[nodiscard]] store::Ring* ring(unsigned worker) const { return rings_[worker].load(std::memory_order_acquire); }
  /// Writes what is in the rings. The workers have ended.
  void stop();

  [[nodiscard]] directory::AskerBook& book() { return book_; }

 private:
  /// On the ledger's thread.
  void on_records(store::Records&& records);
  void set_limits(directory::ScopeRef scope, std::span<const directory::Limit> limits);

  directory::AskerBook book_;
  std::mutex records_;
  std::set<std::string, std::less<>> configured_;  ///< paths that the configuration has limits for; guarded by records_
  std::mutex opening_;
  std::unique_ptr<store::Ledger> ledger_;
  std::atomic<store::Ledger*> running_{nullptr};
  std::vector<std::atomic<store::Ring*>> rings_;
};

}  // namespace drover::gateway
