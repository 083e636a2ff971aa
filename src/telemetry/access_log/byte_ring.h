// A bounded ring without locks for bytes from one thread to one other. A full ring refuses bytes.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

namespace drover::telemetry {

class ByteRing {
 public:
  /// `capacity` is a power of two.
  explicit ByteRing(std::size_t capacity)
      : bytes_(std::make_unique_for_overwrite<char[]>(capacity)), capacity_(capacity) {}

  /// The writing thread. False: there is no room, and nothing was taken.
  [[nodiscard]] bool push(std::string_view bytes) {
    const std::uint64_t tail = tail_.load(std::memory_order_relaxed);
    if (tail + bytes.size() - head_seen_ > capacity_) {
      head_seen_ = head_.load(std::memory_order_acquire);
      if (tail + bytes.size() - head_seen_ > capacity_) return false;
    }
    const std::size_t at = static_cast<std::size_t>(tail) & (capacity_ - 1);
    const std::size_t first = std::min(bytes.size(), capacity_ - at);
    std::memcpy(bytes_.get() + at, bytes.data(), first);
    std::memcpy(bytes_.get(), bytes.data() + first, bytes.size() - first);
    tail_.store(tail + bytes.size(), std::memory_order_release);
    return true;
  }
  /// The writing thread: waiting bytes as far as it knows; never fewer than there are.
  [[nodiscard]] std::size_t waiting() const {
    return static_cast<std::size_t>(tail_.load(std::memory_order_relaxed) - head_.load(std::memory_order_relaxed));
  }

  /// The reading thread: the waiting bytes, in at most two pieces. Valid until consume().
  [[nodiscard]] std::array<std::string_view, 2> peek() const {
    const std::uint64_t head = head_.load(std::memory_order_relaxed);
    const auto size = static_cast<std::size_t>(tail_.load(std::memory_order_acquire) - head);
    const std::size_t at = static_cast<std::size_t>(head) & (capacity_ - 1);
    const std::size_t first = std::min(size, capacity_ - at);
    return {std::string_view(bytes_.get() + at, first), std::string_view(bytes_.get(), size - first)};
  }
  /// The reading thread: frees the room of so many bytes.
  void consume(std::size_t bytes) {
    head_.store(head_.load(std::memory_order_relaxed) + bytes, std::memory_order_release);
  }

 private:
  std::unique_ptr<char[]> bytes_;
  const std::size_t capacity_;
  alignas(64) std::atomic<std::uint64_t> tail_{0};  ///< ever pushed
  std::uint64_t head_seen_ = 0;                     ///< the writer's last look at head_
  alignas(64) std::atomic<std::uint64_t> head_{0};  ///< ever consumed
};

}  // namespace drover::telemetry
