#include "gateway/accounts/restore.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "base/glob.h"
#include "directory/scope_ref.h"
#include "money/window.h"

namespace drover::gateway {
namespace {

using directory::CounterKey;
using directory::Unit;

std::int64_t part_of(const store::Sums& sums, Unit unit) {
  switch (unit) {
    case Unit::Requests: return sums.requests - sums.failed;
    case Unit::TokensIn: return sums.input();
    case Unit::TokensOut: return sums.output;
    case Unit::Tokens: return sums.input() + sums.output;
    case Unit::Usd: return sums.cost;
    case Unit::Concurrent: return 0;
  }
  return 0;
}

bool counts(const CounterKey& key, std::string_view model) {
  return key.models.empty() ||
         std::ranges::any_of(key.models, [&](const std::string& each) { return takes_name(each, model); });
}

/// Whether `principal` is `scope` or stands below it.
bool is_under(std::string_view principal, std::string_view scope) {
  if (scope.empty()) return true;
  return principal.starts_with(scope) && (principal.size() == scope.size() || principal[scope.size()] == '/');
}

/// What each count has from `begin` on.
Result<std::vector<std::int64_t>> used_since(WallTime begin, const std::vector<const NewCount*>& counts_due,
                                             store::Store& store) {
  std::vector<std::int64_t> used(counts_due.size());
  const Result<void> read = store.used_since(begin, [&](const store::Used& line) {
    if (!line.tag.empty()) return;
    for (std::size_t at = 0; at < counts_due.size(); ++at) {
      const NewCount& count = *counts_due[at];
      if (!is_under(line.principal, count.principal) || !counts(count.key, line.model_asked)) continue;
      used[at] += part_of(line.sums, count.key.unit);
    }
  });
  if (!read) return fail(read.error());
  return used;
}

using Due = std::vector<const NewCount*>;

/// What each count has between its window's begin and its own.
Result<std::vector<std::int64_t>> used_from(WallTime begin, WallTime cut, const Due& due, store::Store& store) {
  auto used = used_since(begin, due, store);
  if (!used) return used;
  const auto counted = used_since(cut, due, store);
  if (!counted) return counted;
  for (std::size_t at = 0; at < due.size(); ++at) (*used)[at] = std::max<std::int64_t>((*used)[at] - (*counted)[at], 0);
  return used;
}

directory::ScopeRef scope_of(const NewCount& count) {
  return {.kind = directory::ScopeKind::Principal, .name = count.principal};
}

using Pieces = std::vector<directory::Counter::Restored>;

Result<void> restore_rolling(std::chrono::microseconds span, WallTime cut, const Due& due, store::Store& store,
                             directory::AskerBook& book, const directory::Moment& now) {
  std::vector<std::int64_t> later(due.size());
  std::vector<Pieces> pieces(due.size());
  WallTime end = now.wall;
  for (int piece = 1; piece <= kRollingPieces; ++piece) {
    const WallTime begin = now.wall - span * piece / kRollingPieces;
    const auto used = used_from(begin, std::max(cut, begin), due, store);
    if (!used) return fail(used.error());
    for (std::size_t at = 0; at < due.size(); ++at) {
      pieces[at].push_back({.at = end, .sum = std::max<std::int64_t>((*used)[at] - later[at], 0)});
    }
    later = *used;
    end = begin;
  }
  for (std::size_t at = 0; at < due.size(); ++at) (void)book.restore(scope_of(*due[at]), due[at]->key, pieces[at], now);
  return {};
}

}  // namespace

Result<void> restore(const std::vector<NewCount>& counts, store::Store& store, directory::AskerBook& book,
                     const directory::Moment& now) {
  std::map<std::chrono::microseconds, Due> rolling;
  std::map<WallTime, Due> calendar;
  WallTime cut = now.wall;
  for (const NewCount& count : counts) {
    if (count.key.unit == Unit::Concurrent) continue;
    cut = std::min(cut, count.since);
    const auto window = money::Window::make(count.key.window);
    if (!window) continue;
    if (!window->rolling()) {
      calendar[window->begin_of(now.wall)].push_back(&count);
    } else if (count.key.window.span >= kRestoredFrom) {
      rolling[count.key.window.span].push_back(&count);
    }
  }
  for (const auto& [begin, due] : calendar) {
    const auto used = used_from(begin, std::max(cut, begin), due, store);
    if (!used) return fail(used.error());
    for (std::size_t at = 0; at < due.size(); ++at) {
      (void)book.restore(scope_of(*due[at]), due[at]->key, begin, (*used)[at], now);
    }
  }
  for (const auto& [span, due] : rolling) {
    const Result<void> done = restore_rolling(span, cut, due, store, book, now);
    if (!done) return done;
  }
  return {};
}

}  // namespace drover::gateway
