// Remembers which account made each object that a provider stores. A stored response, a file or a batch can be used
// only with keys of the account that made it, and only that account can read reasoning it sealed. Learned from answers,
// by the mark of an id; in memory, bounded, shared by all threads and kept over reloads. Also whose request made it:
// where clients have keys, an object is its maker's.
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

  /// `owner`: Catalog::owner_mark of the target that made it; `maker`: a mark of the client that asked for it, 0: none
  /// has a key. Who is known to have made it stays so. Without memory nothing is learned: destructors call it.
  void learn(std::uint64_t id, std::uint64_t owner, std::uint64_t maker = 0) noexcept;
  [[nodiscard]] std::optional<std::uint64_t> owner_of(std::uint64_t id) const;
  /// The client that made it; 0: not known, or made without a client's key.
  [[nodiscard]] std::uint64_t maker_of(std::uint64_t id) const;

 private:
  struct Owned {
    std::uint64_t owner = 0;
    std::uint64_t maker = 0;
  };
  void add(std::uint64_t id, const Owned& owned);

  mutable std::mutex mutex_;
  std::size_t most_;
  std::unordered_map<std::uint64_t, Owned> owners_;
  std::vector<std::uint64_t> in_order_;  ///< a ring once it is full
  std::size_t oldest_ = 0;
};

}  // namespace drover::upstream
