// Who pays, for the life of the process: the keys of the store, what every team, client and key may still use, and the
// ledger of what was used. Configurations come and go above it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "directory/asker_book.h"
#include "directory/key_book.h"
#include "directory/moment.h"
#include "gateway/access/client_auth.h"
#include "gateway/accounts/restore.h"
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

  /// Starts the ledger when the settings name a store, or when there is one in the program's own folder already.
  /// Errors: as open_ledger(); a place that is none.
  [[nodiscard]] Result<void> begin(const config::Settings& settings);
  /// Starts the ledger, if it does not run yet: the first key makes the store. Errors: the store's, where a person has
  /// to mend it (a wrong password, a newer drover's tables); a store that is merely away is tried again and is no
  /// error. Any thread but a worker's.
  [[nodiscard]] Result<void> open_ledger();
  /// Whether open_ledger() knows where. After begin().
  [[nodiscard]] bool has_place() const { return place_.has_value(); }
  /// Null while there is none. Any thread.
  [[nodiscard]] store::Ledger* ledger() const { return running_.load(std::memory_order_acquire); }
  /// The worker's own; null while there is no ledger.
  [[nodiscard]] store::Ring* ring(unsigned worker) const { return rings_[worker].load(std::memory_order_acquire); }
  /// Writes what is in the rings. The workers have ended.
  void stop();

  [[nodiscard]] directory::AskerBook& book() { return book_; }
  [[nodiscard]] StoredKeys stored_keys() const {
    return {.book = &keys_,
            .required = required_.load(std::memory_order_relaxed) || had_keys_.load(std::memory_order_acquire),
            .complete = complete_.load(std::memory_order_acquire)};
  }

 private:
  // On the ledger's thread.
  void on_records(store::Records&& records);
  void take_keys(store::Records& records);
  void limit_key(const directory::Key& key);

  void set_limits(directory::ScopeRef scope, std::span<const directory::Limit> limits,
                  const std::optional<directory::Increase>& increase = std::nullopt);
  /// Asks the ledger for what new counts have used, when there is one.
  void restore_new();

  directory::AskerBook book_;
  directory::KeyBook keys_;
  std::atomic<bool> required_ = false;  ///< the configuration names a store
  std::atomic<bool> had_keys_ = false;  ///< there has been a key: without any the gateway does not open again
  std::atomic<bool> complete_ = true;   ///< the store has told all its keys

  std::mutex records_;                                    ///< guards the next three
  std::set<std::string, std::less<>> configured_;         ///< paths that the configuration has limits for
  std::unordered_map<std::string, std::string> limited_;  ///< of keys with limits, by id: their path
  std::vector<NewCount> new_counts_;                      ///< of which the ledger was not asked yet

  // The ledger's thread only.
  bool telling_whole_ = false;         ///< a whole set of keys is being told
  std::vector<directory::Key> whole_;  ///< as far as it has come

  std::mutex opening_;
  std::optional<store::LedgerSettings> place_;  ///< nothing: no store is wanted
  std::vector<std::atomic<store::Ring*>> rings_;
  std::unique_ptr<store::Ledger> ledger_;
  std::atomic<store::Ledger*> running_{nullptr};
};

}  // namespace drover::gateway
