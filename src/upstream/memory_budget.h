// The process-wide bound on bodies kept for replay, and a body that counts against it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace drover::upstream {

/// Thread-safe. Counts bytes; never allocates.
class MemoryBudget {
 public:
  explicit MemoryBudget(std::uint64_t limit) : limit_(limit) {}

  [[nodiscard]] bool take(std::uint64_t bytes) {
    const std::uint64_t before = used_.fetch_add(bytes, std::memory_order_relaxed);
    if (before + bytes <= limit_.load(std::memory_order_relaxed)) return true;
    used_.fetch_sub(bytes, std::memory_order_relaxed);
    return false;
  }
  void give(std::uint64_t bytes) { used_.fetch_sub(bytes, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t used() const { return used_.load(std::memory_order_relaxed); }
  void set_limit(std::uint64_t limit) { limit_.store(limit, std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> used_{0};
  std::atomic<std::uint64_t> limit_;
};

/// A request body kept so that another attempt can send it again. Followed by readable padding for the JSON readers.
class ReplayBody {
 public:
  ReplayBody() = default;
  ReplayBody(ReplayBody&& other) noexcept
      : budget_(std::exchange(other.budget_, nullptr)),
        charged_(std::exchange(other.charged_, 0)),
        text_(std::move(other.text_)) {}
  ReplayBody& operator=(ReplayBody&& other) noexcept {
    if (this != &other) {
      free();
      budget_ = std::exchange(other.budget_, nullptr);
      charged_ = std::exchange(other.charged_, 0);
      text_ = std::move(other.text_);
    }
    return *this;
  }
  ~ReplayBody() { free(); }

  /// Makes room for `bytes` in all. False: the budget is spent, and nothing was changed.
  [[nodiscard]] bool reserve(MemoryBudget& budget, std::uint64_t bytes);
  /// Within what was reserved, or growing the reservation in steps. False: the budget is spent.
  [[nodiscard]] bool append(MemoryBudget& budget, std::string_view bytes);
  /// Gives the memory back.
  void free();

  [[nodiscard]] std::string_view view() const { return text_; }

 private:
  MemoryBudget* budget_ = nullptr;
  std::uint64_t charged_ = 0;
  std::string text_;
};

}  // namespace drover::upstream
