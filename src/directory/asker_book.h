// What every principal, tag and end user has used and may still use. It outlives configurations and changes of keys:
// counts belong to a scope's name, a unit and a window, never to a snapshot. Keys themselves are in key_book.h.
//
// One lock guards the whole book: it is held for some hundred nanoseconds, and never while anything is written, read
// from a database or waited for. So a limit is exact: no thread can pass it between another's check and its taking.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "directory/counter.h"
#include "directory/lease.h"
#include "directory/moment.h"
#include "directory/records.h"
#include "directory/scope_index.h"
#include "directory/scope_ref.h"
#include "directory/spend.h"

namespace drover::directory {

/// Limits of one scope: more are an error.
inline constexpr std::size_t kMostLimits = 64;
/// The largest amount of a limit: with a temporary increase on top it is below kMostCounted.
inline constexpr std::int64_t kMostLimited = 1'000'000'000'000'000'000;

/// Whether these limits can be set. Errors: limit_amount (negative, or above kMostLimited), limit_model (a star that is
/// not at the end, or an empty name), too_many_limits, and those of money::Window::make().
[[nodiscard]] Result<void> check_limits(std::span<const Limit> limits);

/// Who asks, for what.
struct Asking {
  std::string_view principal{};  ///< the path, the key's id last; the root and each node above it count too
  std::span<const std::string_view> tags{};
  std::string_view end_user{};  ///< as the ledger names it; empty: none
  std::string_view model{};     ///< as the client named it
};

class AskerBook {
 public:
  /// `seed` keeps clients from forging names that collide: a random number.
  explicit AskerBook(std::uint64_t seed);
  /// No lease may be left.
  ~AskerBook();
  AskerBook(const AskerBook&) = delete;
  AskerBook& operator=(const AskerBook&) = delete;

  /// The limits of a scope, instead of those it had. Limits with the same unit, window and models keep their count.
  /// Returns the keys of counts that are new: they begin with nothing, and restore() may bring what the ledger knows of
  /// them. `increase` is on top of each Usd limit. Errors: as check_limits(), and increase_amount.
  [[nodiscard]] Result<std::vector<CounterKey>> set_limits(ScopeRef scope, std::span<const Limit> limits,
                                                           const std::optional<Increase>& increase = std::nullopt);
  /// Removes a scope with its counts. What is reserved there is settled nowhere.
  void forget(ScopeRef scope);

  /// What the ledger says was used by requests that began before this count did: instead of all that was restored of it
  /// before, so it may be told again, also after a failure. Read all of it first, then call this once. A stretch of a
  /// rolling window counts from its end, so that no part of it leaves early. False: there is no such scope or count.
  bool restore(ScopeRef scope, const CounterKey& key, std::span<const Counter::Restored> sums, const Moment& now);
  /// The same for one stretch. A calendar window (`at`: any moment of it): instead of what was restored of this window.
  /// A rolling window: in addition to what was restored before.
  bool restore(ScopeRef scope, const CounterKey& key, WallTime at, std::int64_t sum, const Moment& now);

  /// Checks every limit that counts this request, then takes from each: all or none. A soft limit never refuses.
  [[nodiscard]] Reservation reserve(const Asking& asking, const Spend& estimate, const Moment& now,
                                    Overdraft overdraft = Overdraft::One);

  /// The tightest hard limit of each unit, for the header fields of an answer.
  struct Left {
    std::int64_t amount = 0;
    std::int64_t remaining = 0;
    WallTime whole_at{};  ///< when the whole amount is there again, if nothing is added; kNeverExpires: never
  };
  [[nodiscard]] std::array<std::optional<Left>, kUnits> left(const Asking& asking, const Moment& now);

  /// One count, as it is handed over or shown.
  struct Sum {
    std::string scope;  ///< to_text(ScopeRef)
    CounterKey key;
    Counter::WindowSum window;
  };
  /// A part of all sums.
  struct Sums {
    std::vector<Sum> sums;
    std::optional<std::size_t> next;  ///< hand it back for the rest; nothing: there is no more
  };
  /// The sums of up to `most_scopes` scopes, so that the lock is never held for long.
  [[nodiscard]] Sums sums(const Moment& now, std::size_t from = 0, std::size_t most_scopes = 256);

  /// Leases that are not settled.
  [[nodiscard]] std::int64_t open_leases() const { return open_leases_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::size_t scopes() const;

 private:
  friend class Lease;

  struct Scope {
    ScopeKind kind = ScopeKind::Principal;
    std::string name;
    std::shared_ptr<const std::string> text;
    std::vector<std::unique_ptr<Counter>> counters{};
  };
  [[nodiscard]] Scope* find(ScopeRef scope);
  Scope& made(ScopeRef scope);
  /// Null: there is no such scope or count.
  [[nodiscard]] Counter* counter_of(ScopeRef scope, const CounterKey& key);
  /// Calls `visit(counter)` for each counter that counts this request.
  template <class Visit>
  void each_counter(const Asking& asking, Visit visit);
  /// Keeps a counter while leases point to it.
  void retire(std::unique_ptr<Counter> counter);
  std::optional<Refusal> extend(Lease& lease, const Spend& more, const Moment& now);
  void settle(Lease& lease, const Spend& used);
  void settle_as_reserved(Lease& lease);

  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Scope>> scopes_;  ///< null: free
  std::vector<std::uint32_t> free_;
  ScopeIndex index_;                      ///< its names are those of the scopes
  std::array<std::size_t, 3> by_kind_{};  ///< how many scopes there are of each kind
  std::vector<std::unique_ptr<Counter>> retired_;
  std::atomic<std::int64_t> open_leases_{0};
};

}  // namespace drover::directory
