#include "directory/key_index.h"

#include <utility>

#include "base/hash.h"

namespace drover::directory {
namespace {

/// Of 64 slots, this many may be used. The table grows by a third, not by half: it is most of a large book's spare
/// room.
constexpr std::size_t kFull = 52;
constexpr std::string_view kIdPrefix = "key_";
constexpr std::size_t kIdDigits = 16;

std::optional<std::uint32_t> digit_of(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0');
  if (c >= 'A' && c <= 'Z') return static_cast<std::uint32_t>(c - 'A' + 10);
  if (c >= 'a' && c <= 'z') return static_cast<std::uint32_t>(c - 'a' + 36);
  return std::nullopt;
}

/// A place in [0, size) for a hash.
std::size_t spread(std::uint64_t hash, std::size_t size) {
  return static_cast<std::size_t>((static_cast<hash_detail::Product>(hash) * size) >> 64U);
}

}  // namespace

std::optional<KeyNumber> KeyNumber::of(std::string_view id) {
  if (id.size() != kIdPrefix.size() + kIdDigits || !id.starts_with(kIdPrefix)) return std::nullopt;
  // 62^16 is below 2^96: two ids never have one number.
  hash_detail::Product number = 0;
  for (const char c : id.substr(kIdPrefix.size())) {
    const std::optional<std::uint32_t> digit = digit_of(c);
    if (!digit) return std::nullopt;
    number = number * 62 + *digit;
  }
  return KeyNumber{.low = static_cast<std::uint64_t>(number), .high = static_cast<std::uint32_t>(number >> 64U)};
}

std::size_t KeyIndex::home_of(KeyNumber key) const {
  return spread(hash_detail::fold(key.low ^ hash_detail::kMix0, key.high ^ hash_detail::kMix1), slots_.size());
}

std::size_t KeyIndex::slot_of(KeyNumber key) const {
  std::size_t slot = home_of(key);
  while (slots_[slot].shards.current != kNoShard && slots_[slot].key != key) slot = next(slot);
  return slot;
}

std::optional<KeyIndex::Shards> KeyIndex::find(KeyNumber key) const {
  if (used_ == 0) return std::nullopt;
  const Slot& slot = slots_[slot_of(key)];
  if (slot.shards.current == kNoShard) return std::nullopt;
  return slot.shards;
}

void KeyIndex::put(KeyNumber key, Shards shards) {
  if ((used_ + 1) * 64 > slots_.size() * kFull) grow();
  Slot& slot = slots_[slot_of(key)];
  used_ += slot.shards.current == kNoShard ? 1 : 0;
  slot = {.key = key, .shards = shards};
}

void KeyIndex::erase(KeyNumber key) {
  if (used_ == 0) return;
  std::size_t gap = slot_of(key);
  if (slots_[gap].shards.current == kNoShard) return;
  --used_;
  // What stands behind moves up, if its home is not behind the gap: then every search still ends at an empty slot.
  for (std::size_t at = next(gap); slots_[at].shards.current != kNoShard; at = next(at)) {
    const std::size_t home = home_of(slots_[at].key);
    const std::size_t from_home = at >= home ? at - home : at + slots_.size() - home;
    const std::size_t from_gap = at >= gap ? at - gap : at + slots_.size() - gap;
    if (from_home < from_gap) continue;
    slots_[gap] = slots_[at];
    gap = at;
  }
  slots_[gap] = Slot{};
}

void KeyIndex::grow() {
  std::vector<Slot> before = std::exchange(slots_, std::vector<Slot>(slots_.size() + slots_.size() / 3 + 16));
  for (const Slot& each : before) {
    if (each.shards.current != kNoShard) slots_[slot_of(each.key)] = each;
  }
}

}  // namespace drover::directory
