// Requests that failed the same way at two targets lately (J15): a body that crashes its server, or gets a 500
// everywhere, must not take out one key after the other. A body is known by its hash only. When several different
// bodies fail like that, it is an outage, and no body is to blame.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/error.h"
#include "base/instant.h"
#include "core/plan/plan.h"

namespace drover::core {

/// Failures are compared within this time.
inline constexpr Duration kPoisonHolds = std::chrono::seconds(60);
/// When this many different bodies have failed at two targets each, the targets are at fault.
inline constexpr int kBodiesThatAgree = 3;
/// Bodies remembered at once; the oldest makes room.
inline constexpr std::size_t kBodiesWatched = 64;

class PoisonList {
 public:
  /// Notes that a request with this body failed in this way at `target`. True: do not charge the target, because the
  /// same body failed in the same way at another.
  bool failed(std::uint64_t body, ErrorKind kind, TargetId target, Instant now) {
    Entry& entry = entry_of(body, kind, target, now);
    if (entry.target != target) entry.repeated = true;
    entry.at = now;
    watched_until_ = now + kPoisonHolds;
    return suspicious(entry, now) && !outage(now);
  }
  /// Clears a body that was answered somewhere: later failures are charged to their targets.
  void answered(std::uint64_t body, Instant now) {
    if (now >= watched_until_) return;
    for (Entry& entry : entries_) {
      if (entry.body == body) entry.innocent = true;
    }
  }
  /// Whether the body failed the same way at two targets while the targets are not known to be ill.
  [[nodiscard]] bool quarantined(std::uint64_t body, Instant now) const {
    for (const Entry& entry : entries_) {
      if (entry.body == body && suspicious(entry, now)) return !outage(now);
    }
    return false;
  }

 private:
  struct Entry {
    std::uint64_t body = 0;  ///< 0: free
    ErrorKind kind = ErrorKind::Internal;
    TargetId target{};  ///< the first
    bool repeated = false;
    bool innocent = false;
    Instant at = Instant::min();  ///< the last failure
  };

  static bool holds(const Entry& entry, Instant now) { return entry.body != 0 && now - entry.at < kPoisonHolds; }

  static bool suspicious(const Entry& entry, Instant now) {
    return entry.repeated && !entry.innocent && holds(entry, now);
  }

  [[nodiscard]] bool outage(Instant now) const {
    int bodies = 0;
    for (const Entry& entry : entries_) bodies += entry.repeated && holds(entry, now) ? 1 : 0;
    return bodies >= kBodiesThatAgree;
  }

  Entry& entry_of(std::uint64_t body, ErrorKind kind, TargetId target, Instant now) {
    Entry* oldest = &entries_.front();
    for (Entry& entry : entries_) {
      if (entry.body == body && entry.kind == kind && holds(entry, now)) return entry;
      if (entry.at < oldest->at) oldest = &entry;
    }
    *oldest = {.body = body, .kind = kind, .target = target, .at = now};
    return *oldest;
  }

  std::array<Entry, kBodiesWatched> entries_{};
  Instant watched_until_ = Instant::min();  ///< from then on no entry is valid; read on every answer
};

}  // namespace drover::core
