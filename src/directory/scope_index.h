// Where each scope of AskerBook is, by kind and name: open addressing, because every request looks up half a dozen of
// them.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "directory/scope_ref.h"

namespace drover::directory {

class ScopeIndex {
 public:
  static constexpr std::uint32_t kNone = 0xffffffff;

  explicit ScopeIndex(std::uint64_t seed) : seed_(seed), slots_(64) {}

  /// The place of a scope, or kNone.
  [[nodiscard]] std::uint32_t find(ScopeRef scope) const {
    const std::uint64_t hash = hash_of(scope, seed_);
    for (std::size_t at = home_of(hash);; at = next(at)) {
      const Slot& slot = slots_[at];
      if (slot.place == kNone) return kNone;
      if (slot.hash == hash && slot.scope == scope) return slot.place;
    }
  }
  /// Adds a scope that is not there. Its name must live as long as it is in the index.
  void add(ScopeRef scope, std::uint32_t place) {
    if (2 * ++used_ > slots_.size()) grow();
    insert({.hash = hash_of(scope, seed_), .scope = scope, .place = place});
  }
  /// Removes a scope that is there.
  void erase(ScopeRef scope) {
    std::size_t gap = home_of(hash_of(scope, seed_));
    while (slots_[gap].scope != scope || slots_[gap].place == kNone) gap = next(gap);
    --used_;
    // What stands behind moves up unless its home is behind the gap: then every search still ends at an empty slot.
    for (std::size_t at = next(gap); slots_[at].place != kNone; at = next(at)) {
      const std::size_t from_home = (at - home_of(slots_[at].hash)) & (slots_.size() - 1);
      const std::size_t from_gap = (at - gap) & (slots_.size() - 1);
      if (from_home < from_gap) continue;
      slots_[gap] = slots_[at];
      gap = at;
    }
    slots_[gap] = Slot{};
  }
  [[nodiscard]] std::size_t size() const { return used_; }

 private:
  struct Slot {
    std::uint64_t hash = 0;
    ScopeRef scope{};
    std::uint32_t place = kNone;
  };
  /// The number of slots is a power of two.
  [[nodiscard]] std::size_t home_of(std::uint64_t hash) const { return hash & (slots_.size() - 1); }
  [[nodiscard]] std::size_t next(std::size_t at) const { return (at + 1) & (slots_.size() - 1); }
  void insert(const Slot& slot) {
    std::size_t at = home_of(slot.hash);
    while (slots_[at].place != kNone) at = next(at);
    slots_[at] = slot;
  }
  void grow() {
    const std::vector<Slot> before = std::exchange(slots_, std::vector<Slot>(2 * slots_.size()));
    for (const Slot& each : before) {
      if (each.place != kNone) insert(each);
    }
  }

  std::uint64_t seed_;
  std::vector<Slot> slots_;
  std::size_t used_ = 0;
};

}  // namespace drover::directory
