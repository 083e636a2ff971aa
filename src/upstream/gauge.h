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

  /// An empty place when the limit is reached, or this share of it: who takes a share leaves the rest to others.
  [[nodiscard]] Place enter(double share = 1) {
    const auto limit = static_cast<double>(limit_.load(std::memory_order_relaxed));
    if (static_cast<double>(used_.fetch_add(1, std::memory_order_relaxed)) < share * limit) return Place(*this);
    used_.fetch_sub(1, std::memory_order_relaxed);
    return {};
  }
  [[nodiscard]] std::uint64_t used() const { return used_.load(std::memory_order_relaxed); }
  void set_limit(std::uint64_t limit) { limit_.store(limit, std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> used_{0};
  std::atomic<std::uint64_t> limit_;
};

}  // namespace drover::upstream
