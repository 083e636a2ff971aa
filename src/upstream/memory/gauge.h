// A count of things at once, with a limit: requests in flight, connections. Not memory (memory_budget.h).
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace drover::upstream {

/// A count with a limit. Thread-safe.
class Gauge {
 public:
  explicit Gauge(std::uint64_t limit) : limit_(limit) {}

  /// One place, given back by its destructor.
  class Place {
   public:
    Place() = default;
    explicit Place(Gauge& gauge) : gauge_(&gauge) {}
    Place(Place&& other) noexcept : gauge_(std::exchange(other.gauge_, nullptr)) {}
    Place& operator=(Place&& other) noexcept {
      std::swap(gauge_, other.gauge_);
      return *this;
    }
    ~Place() { leave(); }
    void leave() {
      if (gauge_ != nullptr) std::exchange(gauge_, nullptr)->used_.fetch_sub(1, std::memory_order_relaxed);
    }
    explicit operator bool() const { return gauge_ != nullptr; }

   private:
    Gauge* gauge_ = nullptr;
  };

  /// Takes a place; empty when the limit, or this share of it, is reached. A caller with a share leaves the rest to
  /// others.
  [[nodiscard]] Place enter(double share = 1) { return enter_below(share * static_cast<double>(limit())); }
  /// Takes one of `more` places past the limit: for a caller that makes another one leave.
  [[nodiscard]] Place enter_beyond(std::uint64_t more) { return enter_below(static_cast<double>(limit() + more)); }
  /// Whether enter() would find no place now.
  [[nodiscard]] bool full(double share = 1) const {
    return static_cast<double>(used()) >= share * static_cast<double>(limit());
  }
  [[nodiscard]] std::uint64_t used() const { return used_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t limit() const { return limit_.load(std::memory_order_relaxed); }
  void set_limit(std::uint64_t limit) { limit_.store(limit, std::memory_order_relaxed); }

 private:
  [[nodiscard]] Place enter_below(double limit) {
    if (static_cast<double>(used_.fetch_add(1, std::memory_order_relaxed)) < limit) return Place(*this);
    used_.fetch_sub(1, std::memory_order_relaxed);
    return {};
  }

  std::atomic<std::uint64_t> used_{0};
  std::atomic<std::uint64_t> limit_;
};

}  // namespace drover::upstream
