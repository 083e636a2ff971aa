// What one scope has used of one unit in the windows of one kind, and the limits that look at it. It outlives changes
// of those limits. It is not safe for threads: AskerBook guards it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/window_count.h"
#include "directory/moment.h"
#include "directory/records.h"
#include "money/window.h"

namespace drover::directory {

/// What tells the counters of one scope apart. A limit whose key stays the same keeps its count when it changes.
struct CounterKey {
  Unit unit = Unit::Requests;
  money::WindowSpec window{};  ///< of Concurrent: always the same
  std::vector<std::string> models{};

  [[nodiscard]] static CounterKey of(const Limit& limit);
  friend bool operator==(const CounterKey&, const CounterKey&) = default;
};

/// A rolling window is counted in this many steps and the one that has begun: an amount counts for the whole span and
/// at most a fiftieth of it longer. So no stretch of the span's length, wherever it begins, goes over the limit. (GCRA
/// would let through twice the amount in one span: too much for tokens and money.)
inline constexpr std::size_t kRollingSteps = 50;

/// Sums stop here, so that they never overflow. It is above every limit.
inline constexpr std::int64_t kMostCounted = 4'000'000'000'000'000'000;

/// Where something is counted: the begin of a calendar window (microseconds), or the moment in a rolling one
/// (nanoseconds of the monotonic clock).
using CountPlace = std::int64_t;

class Counter {
 public:
  /// One limit of this count.
  struct Threshold {
    std::int64_t amount = 0;
    Action action = Action::Refuse;
    std::int64_t increase = 0;  ///< on top, until then
    WallTime increase_until{};

    [[nodiscard]] std::int64_t amount_at(WallTime now) const {
      return now < increase_until ? amount + increase : amount;
    }
  };

  /// `scope`: to_text(ScopeRef) of the scope it belongs to.
  Counter(CounterKey key, money::Window window, std::shared_ptr<const std::string> scope);

  [[nodiscard]] const CounterKey& key() const { return key_; }
  [[nodiscard]] const std::shared_ptr<const std::string>& scope() const { return scope_; }
  [[nodiscard]] bool counts(std::string_view model) const;

  /// Where that which is reserved now is counted.
  [[nodiscard]] CountPlace place_of(const Moment& now);
  /// What counts at `now`, with what running requests have reserved. `place`: place_of(now), or of a reservation.
  [[nodiscard]] std::int64_t sum(CountPlace place, const Moment& now);
  /// The part of sum() that running requests have reserved. In a rolling window, in which the reservation of a long
  /// request ages, it may be less than this.
  [[nodiscard]] std::int64_t reserved(CountPlace place, const Moment& now);
  /// When at most `room_for` will be counted if nothing is added: kNeverExpires when never.
  [[nodiscard]] WallTime falls_to(std::int64_t room_for, CountPlace place, const Moment& now);

  /// Counts `amount` as reserved. Returns how much of it was counted: all of it, unless the sum would pass
  /// kMostCounted.
  [[nodiscard]] std::int64_t take(CountPlace place, std::int64_t amount, const Moment& now);
  /// Of what was taken, no part is reserved any more: `change` corrects the sum. A window that is not in memory any
  /// more is left alone.
  void settle(CountPlace place, std::int64_t taken, std::int64_t change);

  /// What the ledger knows of one stretch of time.
  struct Restored {
    WallTime at{};  ///< in a calendar window: any moment of it; in a rolling window: the end of the stretch
    std::int64_t sum = 0;
  };
  /// Counts these beside what is counted here, instead of all that was restored before. Nothing for Concurrent.
  void restore(std::span<const Restored> sums, const Moment& now);
  /// The same for one stretch: a calendar window, instead of what was restored of it; a rolling one, in addition.
  void restore(WallTime at, std::int64_t sum, const Moment& now);

  /// One window, as it is handed over.
  struct WindowSum {
    WallTime begin{};
    std::int64_t settled = 0;
    std::int64_t reserved = 0;
  };
  /// The calendar windows in memory; of a rolling window or Concurrent the sum of now.
  [[nodiscard]] std::vector<WindowSum> windows(const Moment& now);

  std::vector<Threshold> thresholds{};
  /// Leases that count here.
  std::int64_t leases = 0;

 private:
  /// One calendar window.
  struct Calendar {
    WallTime begin = WallTime::max();
    WallTime end = WallTime::min();
    std::int64_t counted = 0;   ///< with what is reserved
    std::int64_t restored = 0;  ///< from before this process
    std::int64_t reserved = 0;
    std::uint64_t used = 0;  ///< larger: later

    [[nodiscard]] std::int64_t sum() const;
  };
  /// Now and before, and two more for a clock that jumps there and back.
  static constexpr std::size_t kWindowsKept = 4;
  struct Rolling {
    explicit Rolling(Duration span) : count(span) {}
    WindowCount<kRollingSteps> count;
    std::int64_t reserved = 0;
    std::vector<std::pair<Instant, std::int64_t>> restored{};  ///< what restore() added, and where
  };

  [[nodiscard]] bool concurrent() const { return key_.unit == Unit::Concurrent; }
  Calendar& open_calendar(WallTime now);
  [[nodiscard]] Calendar* calendar_at(CountPlace place);
  [[nodiscard]] const Calendar* calendar_at(CountPlace place) const;

  CounterKey key_;
  money::Window window_;
  std::shared_ptr<const std::string> scope_;
  std::array<Calendar, kWindowsKept> calendars_{};
  std::size_t current_ = 0;
  std::uint64_t uses_ = 0;
  std::unique_ptr<Rolling> rolling_;  ///< null: a calendar window
  std::int64_t running_ = 0;          ///< of Concurrent
};

}  // namespace drover::directory
