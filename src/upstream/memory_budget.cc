#include "upstream/memory_budget.h"

#include <algorithm>

#include "dialect/dialect.h"

namespace drover::upstream {
namespace {

/// A body of unknown length grows its reservation by at least this much at a time.
constexpr std::uint64_t kGrowth = 64 * 1024;
/// What a small body keeps when its memory is given back, so that the next one allocates nothing.
constexpr std::size_t kKeptCapacity = 4 * 1024;

}  // namespace

bool ReplayBody::reserve(MemoryBudget& budget, std::uint64_t bytes) {
  if (bytes <= charged_) return true;
  if (!budget.take(bytes - charged_)) return false;
  budget_ = &budget;
  charged_ = bytes;
  // The pages are touched only as bytes arrive.
  text_.reserve(static_cast<std::size_t>(bytes) + dialect::kPadding);
  return true;
}

bool ReplayBody::append(MemoryBudget& budget, std::string_view bytes) {
  const std::uint64_t needed = text_.size() + bytes.size();
  if (needed > charged_ && !reserve(budget, std::max(needed, charged_ + std::max(kGrowth, charged_)))) {
    if (!reserve(budget, needed)) return false;
  }
  text_.append(bytes);
  return true;
}

void ReplayBody::free() {
  if (budget_ != nullptr) budget_->give(charged_);
  budget_ = nullptr;
  charged_ = 0;
  if (text_.capacity() > kKeptCapacity) {
    text_ = std::string();
  } else {
    text_.clear();
  }
}

}  // namespace drover::upstream
