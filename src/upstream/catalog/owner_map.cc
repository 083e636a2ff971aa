#include "upstream/catalog/owner_map.h"

#include <algorithm>
#include <new>

namespace drover::upstream {

void OwnerMap::learn(std::uint64_t id, std::uint64_t owner, std::uint64_t maker) noexcept {
  const std::lock_guard lock(mutex_);
  if (const auto known = owners_.find(id); known != owners_.end()) {
    known->second.owner = owner;
    if (known->second.maker == 0) known->second.maker = maker;
    return;
  }
  try {
    add(id, {.owner = owner, .maker = maker});
  } catch (const std::bad_alloc&) {
    return;  // a request that goes on with it may be sent to another account, which refuses it
  }
}

/// The ring has room before the map has the id: what fails in between leaves both as they were.
void OwnerMap::add(std::uint64_t id, const Owned& owned) {
  if (in_order_.size() < most_ && in_order_.size() == in_order_.capacity()) {
    in_order_.reserve(std::min(most_, std::max<std::size_t>(2 * in_order_.capacity(), 64)));
  }
  owners_.emplace(id, owned);
  if (in_order_.size() < most_) {
    in_order_.push_back(id);
    return;
  }
  owners_.erase(in_order_[oldest_]);
  in_order_[oldest_] = id;
  oldest_ = (oldest_ + 1) % most_;
}

std::optional<std::uint64_t> OwnerMap::owner_of(std::uint64_t id) const {
  const std::lock_guard lock(mutex_);
  const auto found = owners_.find(id);
  if (found == owners_.end()) return std::nullopt;
  return found->second.owner;
}

std::uint64_t OwnerMap::maker_of(std::uint64_t id) const {
  const std::lock_guard lock(mutex_);
  const auto found = owners_.find(id);
  return found == owners_.end() ? 0 : found->second.maker;
}

}  // namespace drover::upstream
