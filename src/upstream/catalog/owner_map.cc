#include "upstream/catalog/owner_map.h"

namespace drover::upstream {

void OwnerMap::learn(std::uint64_t id, std::uint64_t owner) {
  const std::lock_guard lock(mutex_);
  if (!owners_.insert_or_assign(id, owner).second) return;
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
  return found->second;
}

}  // namespace drover::upstream
