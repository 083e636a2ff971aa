// Where each conversation was sent last: its home, and a stand-in for while the home cannot take it. Bounded and
// without allocation after construction. Health and load are the fleet's business, not the table's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/instant.h"

namespace drover::core {

/// Conversations remembered at once, 2 MiB of memory; past them the longest unused of its row is forgotten.
inline constexpr std::size_t kAffinityEntries = std::size_t{1} << 16;
/// Entries looked at for one conversation.
inline constexpr std::size_t kAffinityRow = 8;

class AffinityTable {
 public:
  static constexpr std::uint32_t kNobody = ~std::uint32_t{0};

  struct Entry {
    std::uint64_t key = 0;  ///< 0: free
    Instant used{};         ///< last request of the conversation, wherever it went
    Instant home_used{};    ///< the last request that went home
    std::uint32_t home = kNobody;
    std::uint32_t stand_in = kNobody;
  };

  /// Makes room for entries. Before this call the table remembers and finds nothing.
  void open() { entries_.resize(kAffinityEntries); }
  [[nodiscard]] bool is_open() const { return !entries_.empty(); }

  /// The conversation's entry, when it was used within `keep`.
  [[nodiscard]] Entry* find(std::uint64_t key, Duration keep, Instant now) {
    if (entries_.empty()) return nullptr;
    Entry* const row = row_of(key);
    for (std::size_t at = 0; at < kAffinityRow; ++at) {
      if (row[at].key == key && row[at].used > now - keep) return &row[at];
    }
    return nullptr;
  }

  /// Its entry, or a fresh one in place of the longest unused. The table is open.
  [[nodiscard]] Entry& claim(std::uint64_t key) {
    Entry* const row = row_of(key);
    Entry* oldest = row;
    for (std::size_t at = 0; at < kAffinityRow; ++at) {
      if (row[at].key == key) return row[at];
      const bool older = row[at].key == 0 ? oldest->key != 0 : oldest->key != 0 && row[at].used < oldest->used;
      if (older) oldest = &row[at];
    }
    *oldest = Entry{.key = key};
    return *oldest;
  }

  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

 private:
  [[nodiscard]] Entry* row_of(std::uint64_t key) {
    return &entries_[(key >> 7U) % (kAffinityEntries / kAffinityRow) * kAffinityRow];
  }

  std::vector<Entry> entries_;
};

}  // namespace drover::core
