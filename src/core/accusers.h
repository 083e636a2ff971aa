// Who says that a whole key, quota, lane, server or provider is at fault. A failure's class names such a wide node only
// as a hypothesis: a 401 from one server may be the server's mistake while others take the same key. The wide node is
// charged once enough of its independent parts (servers for a key, keys for a server) say the same and none of them
// answered in between; until then the target pays alone.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace drover::core {

/// So many independent parts that agree are enough, however many there are.
inline constexpr std::size_t kAccusersAtMost = 3;

class Accusers {
 public:
  /// `parts`: how many there are that could say so.
  void of(std::uint32_t parts) { parts_ = parts; }
  /// Whether one part's word is that of all.
  [[nodiscard]] bool alone() const { return parts_ <= 1; }
  /// One part says so. True: enough do.
  bool accuse(std::uint32_t part) {
    const auto known = std::find(said_.begin(), said_.begin() + count_, part);
    if (known == said_.begin() + count_ && count_ < kAccusersAtMost) said_[count_++] = part;
    return enough();
  }
  [[nodiscard]] bool enough() const { return count_ >= std::min<std::size_t>(kAccusersAtMost, parts_); }
  /// One part answered.
  void clear() { count_ = 0; }

 private:
  std::array<std::uint32_t, kAccusersAtMost> said_{};
  std::uint32_t parts_ = 1;
  std::uint8_t count_ = 0;
};

}  // namespace drover::core
