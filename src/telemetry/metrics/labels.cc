#include "telemetry/metrics/labels.h"

namespace drover::telemetry {

Slot Labels::slot(std::string_view name) {
  const std::lock_guard lock(mutex_);
  if (const auto known = slots_.find(name); known != slots_.end()) return known->second;
  if (names_.size() > limit_) return kOtherSlot;
  const auto slot = static_cast<Slot>(names_.size());
  names_.emplace_back(name);
  slots_.emplace(name, slot);
  return slot;
}

std::vector<std::string> Labels::names() const {
  const std::lock_guard lock(mutex_);
  return names_;
}

}  // namespace drover::telemetry
