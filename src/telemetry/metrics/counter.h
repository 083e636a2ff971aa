// Numbers that one thread counts and any thread may read. Counting is a plain load, add and store, without a lock or a
// locked instruction, because no other thread writes. A reader gets a value that is at most a moment old.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/instant.h"

namespace drover::telemetry {

class Counter {
 public:
  /// The owning thread only.
  void add(std::uint64_t amount = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }
  /// Any thread.
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// Upper bounds of the buckets, from a cached answer to the longest stream; a further bucket takes what is above.
inline constexpr std::array<Duration, 16> kBuckets = {
    std::chrono::milliseconds(5),   std::chrono::milliseconds(10),  std::chrono::milliseconds(25),
    std::chrono::milliseconds(50),  std::chrono::milliseconds(100), std::chrono::milliseconds(250),
    std::chrono::milliseconds(500), std::chrono::seconds(1),        std::chrono::milliseconds(2500),
    std::chrono::seconds(5),        std::chrono::seconds(10),       std::chrono::seconds(30),
    std::chrono::seconds(60),       std::chrono::seconds(120),      std::chrono::seconds(300),
    std::chrono::seconds(600)};

/// A histogram of times.
class Histogram {
 public:
  /// The owning thread only.
  void observe(Duration took) {
    std::size_t bucket = 0;
    while (bucket < kBuckets.size() && took > kBuckets[bucket]) ++bucket;
    buckets_[bucket].add();
    // In microseconds: nanoseconds of two thousand requests at a time would overflow within months.
    if (took > Duration::zero()) {
      microseconds_.add(
          static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(took).count()));
    }
  }
  /// Any thread: observations in this bucket alone (kBuckets.size(): above the last bound).
  [[nodiscard]] std::uint64_t in_bucket(std::size_t bucket) const { return buckets_[bucket].value(); }
  [[nodiscard]] std::uint64_t microseconds() const { return microseconds_.value(); }

 private:
  std::array<Counter, kBuckets.size() + 1> buckets_;
  Counter microseconds_;
};

}  // namespace drover::telemetry
