// Counts the unread bytes of all client connections: heads that are not complete, and requests behind the one that is
// served. Thread-safe.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace drover::net {

class ByteLedger {
 public:
  explicit ByteLedger(std::uint64_t limit) : limit_(limit) {}

  void change(std::size_t before, std::size_t now) { used_.fetch_add(now - before, std::memory_order_relaxed); }
  [[nodiscard]] bool full() const { return used() >= limit_; }
  [[nodiscard]] std::uint64_t used() const { return used_.load(std::memory_order_relaxed); }

 private:
  std::uint64_t limit_;
  std::atomic<std::uint64_t> used_{0};
};

}  // namespace drover::net
