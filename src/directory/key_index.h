// Where the digests of each key are: by a key's id, the shards of its secret and of its former one. Twenty bytes a key.
// Only KeyBook uses it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace drover::directory {

/// The 16 characters of a key's id as a number.
struct KeyNumber {
  std::uint64_t low = 0;
  std::uint32_t high = 0;

  /// Nothing: the text is no id (key_text.h).
  [[nodiscard]] static std::optional<KeyNumber> of(std::string_view id);
  friend bool operator==(const KeyNumber&, const KeyNumber&) = default;
};

class KeyIndex {
 public:
  static constexpr std::uint16_t kNoShard = 0xffff;
  struct Shards {
    std::uint16_t current = kNoShard;
    std::uint16_t former = kNoShard;
  };

  [[nodiscard]] std::optional<Shards> find(KeyNumber key) const;
  /// Adds or replaces. `shards.current` is a shard.
  void put(KeyNumber key, Shards shards);
  void erase(KeyNumber key);
  [[nodiscard]] std::size_t size() const { return used_; }

 private:
  /// An empty slot has no current shard.
  struct Slot {
    KeyNumber key{};
    Shards shards{};
  };
  [[nodiscard]] std::size_t home_of(KeyNumber key) const;
  /// The slot of the key, or the empty one where it would be.
  [[nodiscard]] std::size_t slot_of(KeyNumber key) const;
  [[nodiscard]] std::size_t next(std::size_t slot) const { return slot + 1 == slots_.size() ? 0 : slot + 1; }
  void grow();

  std::vector<Slot> slots_;
  std::size_t used_ = 0;
};

}  // namespace drover::directory
