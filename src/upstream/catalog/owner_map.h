// Remembers which account made each object that a provider stores. A stored response, a file or a batch can be used
// only with keys of the account that made it, and only that account can read reasoning it sealed. Learned from answers,
// by the mark of an id; in memory, bounded, shared by all threads and kept over reloads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

namespace drover::upstream {

/// Ids remembered at once; then the one that was learned first goes.
inline constexpr std::size_t kMostOwned = 65536;

class OwnerMap {
 public:
  explicit OwnerMap(std::size_t most = kMostOwned) : most_(most) {}

  /// `owner`: Catalog::owner_mark of the target that made it. Without memory nothing is learned: destructors call it.
  void learn(std::uint64_t id, std::uint64_t owner) noexcept;
  [[nodiscard]] std::optional<std::uint64_t> owner_of(std::uint64_t id) const;

 private:
  void add(std::uint64_t id, std::uint64_t owner);

  mutable std::mutex mutex_;
  std::size_t most_;
  std::unordered_map<std::uint64_t, std::uint64_t> owners_;
  std::vector<std::uint64_t> in_order_;  ///< a ring once it is full
  std::size_t oldest_ = 0;
};

}  // namespace drover::upstream
