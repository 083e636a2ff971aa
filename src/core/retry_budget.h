// How many paid retries the whole fleet may make: a share of its requests, and a few per second in any case. It is what
// keeps an outage from being doubled by those who retry into it.
#pragma once

#include <cstdint>

#include "base/instant.h"
#include "core/window_count.h"

namespace drover::core {

/// Requests and retries are compared over this window (as Finagle's budget does; long enough to be smooth).
inline constexpr Duration kBudgetWindow = std::chrono::seconds(10);
/// So many retries a second are granted however few the requests are, or a quiet gateway could not retry at all.
inline constexpr std::int64_t kRetriesPerSecondAtLeast = 3;

class RetryBudget {
 public:
  explicit RetryBudget(double share) : share_(share) {}

  void count_request(Instant now) { requests_.add(now, 1); }

  /// Takes one retry if there is one. False: do not retry.
  [[nodiscard]] bool spend(Instant now) {
    const std::int64_t retries = retries_.total(now) + 1;
    const bool within_share = static_cast<double>(retries) <= share_ * static_cast<double>(requests_.total(now));
    // The few that are always granted are no addition to the share: who has had more by it gets none of them.
    const bool within_least = retries <= kRetriesPerSecondAtLeast * kBudgetWindow / std::chrono::seconds(1) &&
                              last_second_.total(now) < kRetriesPerSecondAtLeast;
    if (!within_share && !within_least) return false;
    retries_.add(now, 1);
    last_second_.add(now, 1);
    return true;
  }

 private:
  double share_;
  WindowCount<10> requests_{kBudgetWindow};
  WindowCount<10> retries_{kBudgetWindow};
  WindowCount<10> last_second_{std::chrono::seconds(1)};
};

}  // namespace drover::core
