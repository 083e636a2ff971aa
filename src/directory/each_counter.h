// Which counters a request is counted by: those of the root, of each node of its principal's path, of its tags and of
// its end user. Only for the files of AskerBook.
#pragma once

#include "directory/asker_book.h"

namespace drover::directory {

/// `visit` returns whether to go on.
template <class Visit>
void AskerBook::each_counter(const Asking& asking, Visit visit) {
  const auto scope = [&](ScopeKind kind, std::string_view name) {
    const Scope* const found = find({.kind = kind, .name = name});
    if (found == nullptr) return true;
    for (const std::unique_ptr<Counter>& each : found->counters) {
      if (each->counts(asking.model) && !visit(*each)) return false;
    }
    return true;
  };
  if (!scope(ScopeKind::Principal, {})) return;
  const std::string_view path = asking.principal;
  for (std::size_t end = 0; end < path.size();) {
    end = std::min(path.find('/', end + 1), path.size());
    if (!scope(ScopeKind::Principal, path.substr(0, end))) return;
  }
  if (by_kind_[static_cast<std::size_t>(ScopeKind::Tag)] > 0) {
    for (std::size_t at = 0; at < asking.tags.size(); ++at) {
      // A tag that is named twice counts once.
      const auto before = asking.tags.first(at);
      if (before.size() < kMostHolds && std::ranges::find(before, asking.tags[at]) != before.end()) continue;
      if (!scope(ScopeKind::Tag, asking.tags[at])) return;
    }
  }
  if (!asking.end_user.empty()) scope(ScopeKind::EndUser, asking.end_user);
}

}  // namespace drover::directory
