// The way of finished requests from one worker thread to the ledger's: a bounded ring that never makes the worker wait. Full, it
// takes nothing, and counts what is lost.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "store/ledger_row.h"

namespace drover::store {

class Ring {
 public:
  /// Room for `rows`, rounded up to a power of two. Each takes about 600 bytes, and what its texts need.
  explicit Ring(std::size_t rows) : slots_(power_of_two(rows)), wake_at_(slots_.size() / 4) {}
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  /// Called by the pushing thread when a quarter is full; must not wait. Set before the first push.
  void wake_with(std::function<void()> wake) { wake_ = std::move(wake); }

  /// Takes the row, or counts it as lost. Never waits and never allocates. Only the worker that owns the ring.
  bool push(LedgerRow&& row) {
    const std::size_t in = in_.load(std::memory_order_relaxed);
    const std::size_t waiting = in - out_.load(std::memory_order_acquire);
    if (waiting == slots_.size()) {
      lost_.fetch_add(1, std::memory_order_relaxed);
      return false;
    }
    slots_[in & (slots_.size() - 1)] = std::move(row);
    in_.store(in + 1, std::memory_order_release);
    if (waiting == wake_at_ && wake_) wake_();
    return true;
  }

  /// Hands at most `most` rows to `take(LedgerRow&&)`; gives how many. Only the ledger's thread.
  template <class Take>
  std::size_t drain(std::size_t most, Take&& take) {
    const std::size_t out = out_.load(std::memory_order_relaxed);
    const std::size_t count = std::min(in_.load(std::memory_order_acquire) - out, most);
    for (std::size_t each = 0; each < count; ++each) {
      take(std::move(slots_[(out + each) & (slots_.size() - 1)]));
      out_.store(out + each + 1, std::memory_order_release);
    }
    return count;
  }

  /// Rows that did not fit, since the start. Any thread.
  [[nodiscard]] std::uint64_t lost() const { return lost_.load(std::memory_order_relaxed); }
  /// Rows that wait. Any thread; at once out of date.
  [[nodiscard]] std::size_t waiting() const {
    const std::size_t out = out_.load(std::memory_order_acquire);
    return in_.load(std::memory_order_acquire) - out;
  }

 private:
  static std::size_t power_of_two(std::size_t rows) {
    std::size_t size = 4;
    while (size < rows) size *= 2;
    return size;
  }

  std::vector<LedgerRow> slots_;
  std::size_t wake_at_;
  std::function<void()> wake_{};
  // In lines of their own: each is written by one thread and read by the other.
  alignas(64) std::atomic<std::size_t> in_{0};
  alignas(64) std::atomic<std::size_t> out_{0};
  alignas(64) std::atomic<std::uint64_t> lost_{0};
};

}  // namespace drover::store
