// How many paid retries the whole fleet may make: a share of its requests, and a few per second in any case. The budget
// keeps retries from doubling the traffic in an outage.
#pragma once

#include <cstdint>

#include "base/instant.h"
#include "base/window_count.h"

namespace drover::core {

/// Requests and retries are compared over this window (as Finagle's budget does; long enough to be smooth).
inline constexpr Duration kBudgetWindow = std::chrono::seconds(10);
/// Retries a second that are always granted, because the share of a quiet gateway's requests would allow none.
inline constexpr std::int64_t kRetriesPerSecondAtLeast = 3;

class RetryBudget {
 public:
  explicit RetryBudget(double share) : share_(share) {}

  void count_request(Instant now) { requests_.add(now, 1); }
  /// Takes over the counts of another budget, and keeps this one's share.
  void take_counts(const RetryBudget& other) {
    requests_ = other.requests_;
    retries_ = other.retries_;
    last_second_ = other.last_second_;
  }

  /// Takes one retry if there is one. False: do not retry.
  [[nodiscard]] bool spend(Instant now) {
    // The few that are always granted are no addition to the share: who has had more by it gets none of them.
    const bool within_least =
        retries_.total(now) < kRetriesPerSecondAtLeast * kBudgetWindow / std::chrono::seconds(1) &&
        last_second_.total(now) < kRetriesPerSecondAtLeast;
    if (!within_share(now) && !within_least) return false;
    retries_.add(now, 1);
    last_second_.add(now, 1);
    return true;
  }

  /// Takes one retry from the share, as far as it reaches; the retries that are always granted stay.
  void charge(Instant now) {
    if (within_share(now)) retries_.add(now, 1);
  }

 private:
  static constexpr std::size_t kSlots = 10;

  /// Whether one more retry is within the share. Retries count over the window and one slot more, requests over the
  /// window at most, so that retries never exceed the share in any ten seconds.
  [[nodiscard]] bool within_share(Instant now) {
    const auto requests = static_cast<double>(requests_.latest(kSlots, now).total);
    return static_cast<double>(retries_.total(now) + 1) <= share_ * requests;
  }

  double share_;
  WindowCount<kSlots> requests_{kBudgetWindow};
  WindowCount<kSlots> retries_{kBudgetWindow};
  WindowCount<kSlots> last_second_{std::chrono::seconds(1)};
};

}  // namespace drover::core
