// The future events of a simulated world, in the order of time; events of one time keep the order in which they were
// added. The order is total, so a world always runs in the same way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

#include "base/instant.h"

namespace drover::sim {

template <class What>
class Agenda {
 public:
  void add(Instant when, What what) { entries_.push({when, next_++, std::move(what)}); }
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

  /// When the next entry is due. The agenda must not be empty.
  [[nodiscard]] Instant first() const { return entries_.top().when; }

  /// Takes the next entry. The agenda must not be empty.
  std::pair<Instant, What> next() {
    std::pair<Instant, What> first{entries_.top().when, entries_.top().what};
    entries_.pop();
    return first;
  }

 private:
  struct Entry {
    Instant when;
    std::uint64_t order;
    What what;
    friend bool operator<(const Entry& a, const Entry& b) {  // the queue's top is its greatest: the earliest
      return a.when != b.when ? a.when > b.when : a.order > b.order;
    }
  };
  std::priority_queue<Entry> entries_;
  std::uint64_t next_ = 0;
};

}  // namespace drover::sim
