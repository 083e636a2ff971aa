// Which parts of a wide node (a key, quota, lane, server or provider) say that the whole node is at fault. A failure's
// class names such a wide node only as a hypothesis: a 401 from one server may be the server's mistake while others
// take the same key. The wide node is charged once enough of its independent parts (servers for a key, keys for a
// server) say the same and none of them answered in between; until then only the target is charged.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace drover::core {

/// This many independent parts that agree are enough, however many parts there are.
inline constexpr std::size_t kAccusersAtMost = 3;

class Accusers {
 public:
  /// `parts`: how many independent parts the node has.
  void of(std::uint32_t parts) { parts_ = parts; }
  /// Whether the node has one part only, whose word is then enough.
  [[nodiscard]] bool alone() const { return parts_ <= 1; }
  /// Notes that one part says so. True: enough parts do.
  bool accuse(std::uint32_t part) {
    const auto known = std::find(said_.begin(), said_.begin() + count_, part);
    if (known == said_.begin() + count_ && count_ < kAccusersAtMost) said_[count_++] = part;
    return enough();
  }
  [[nodiscard]] bool enough() const { return count_ >= std::min<std::size_t>(kAccusersAtMost, parts_); }
  /// Takes over who has accused the same node in another plan, where it may have other parts.
  void take(const Accusers& other) {
    said_ = other.said_;
    count_ = other.count_;
  }
  /// Forgets all accusers, because one part answered.
  void clear() { count_ = 0; }

 private:
  std::array<std::uint32_t, kAccusersAtMost> said_{};
  std::uint32_t parts_ = 1;
  std::uint8_t count_ = 0;
};

}  // namespace drover::core
