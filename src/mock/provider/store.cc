#include "mock/provider/store.h"

#include <algorithm>

namespace drover::mock {
namespace {

std::size_t size_of(const Stored& object) {
  return object.id.size() + object.json.size() + object.content.size();
}

}  // namespace

StoredPath stored_path(std::string_view path, std::string_view front) {
  path.remove_prefix(front.size());
  if (path.starts_with('/')) path.remove_prefix(1);
  const std::size_t slash = std::min(path.find('/'), path.size());
  return {.id = std::string(path.substr(0, slash)), .rest = path.substr(slash)};
}

void Store::put(Stored object) {
  erase(object.kind, object.id);
  const std::size_t size = size_of(object);
  if (size > kMostStoredBytes) return;
  while (!objects_.empty() && (objects_.size() >= kMostStored || bytes_ + size > kMostStoredBytes)) {
    bytes_ -= size_of(objects_.front());
    objects_.pop_front();
  }
  bytes_ += size;
  objects_.push_back(std::move(object));
}

const Stored* Store::find(Kept kind, std::string_view id) const {
  const auto found =
      std::ranges::find_if(objects_, [&](const Stored& each) { return each.kind == kind && each.id == id; });
  return found == objects_.end() ? nullptr : &*found;
}

bool Store::erase(Kept kind, std::string_view id) {
  const auto found =
      std::ranges::find_if(objects_, [&](const Stored& each) { return each.kind == kind && each.id == id; });
  if (found == objects_.end()) return false;
  bytes_ -= size_of(*found);
  objects_.erase(found);
  return true;
}

std::vector<const Stored*> Store::list(Kept kind) const {
  std::vector<const Stored*> found;
  for (auto at = objects_.rbegin(); at != objects_.rend(); ++at) {
    if (at->kind == kind) found.push_back(&*at);
  }
  return found;
}

void Store::clear() {
  objects_.clear();
  bytes_ = 0;
  made_ = 0;
}

}  // namespace drover::mock
