// Where each conversation was sent last: its home, and a stand-in for while the home cannot take it. Bounded and
// without allocation after construction. Health and load are the fleet's business, not the table's.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/instant.h"

namespace drover::core {

/// Conversations remembered at once, 2 MiB of memory; past them the longest unused of its row is forgotten.
inline constexpr std::size_t kAffinityEntries = std::size_t{1} << 16;
/// Entries looked at for one conversation.
inline constexpr std::size_t kAffinityRow = 8;

/// Counters of soft affinity: requests of a known conversation, and those of them that went to the conversation's last
/// target.
struct AffinityCount {
  std::uint64_t asked = 0;
  std::uint64_t kept = 0;
};

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

  /// Remembers that a request of the conversation was sent to `target`, which becomes its home when it has none, or
  /// when the home's prompt cache has forgotten it (`keep` is over); else its stand-in. The table is open.
  void sent(std::uint64_t key, std::uint32_t target, Duration keep, Instant now) {
    Entry& entry = claim(key);
    const bool home_forgot = entry.home == kNobody || entry.home_used <= now - keep;
    if (home_forgot || entry.home == target) {
      entry.home = target;
      entry.home_used = now;
    } else {
      entry.stand_in = target;
    }
    entry.used = now;
  }
  /// Remembers that a request of a known conversation stayed: at its home, or at its stand-in.
  void stayed(Entry& entry, bool at_home, Instant now) {
    ++count_.kept;
    entry.used = now;
    if (at_home) entry.home_used = now;
  }
  /// Counts a request of a known conversation.
  void asked() { ++count_.asked; }
  [[nodiscard]] AffinityCount count() const { return count_; }
  void take_count(const AffinityTable& other) { count_ = other.count_; }

  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
  /// How many conversations are remembered. Looks at every entry.
  [[nodiscard]] std::size_t size() const {
    return static_cast<std::size_t>(std::ranges::count_if(entries_, [](const Entry& entry) { return entry.key != 0; }));
  }

 private:
  [[nodiscard]] Entry* row_of(std::uint64_t key) {
    return &entries_[(key >> 7U) % (kAffinityEntries / kAffinityRow) * kAffinityRow];
  }

  std::vector<Entry> entries_;
  AffinityCount count_;
};

}  // namespace drover::core
