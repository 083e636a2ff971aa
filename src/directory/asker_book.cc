#include "directory/asker_book.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/glob.h"
#include "directory/each_counter.h"
#include "money/input_error.h"

namespace drover::directory {
namespace {

using money::input_error;

/// Names of models are short; a longer pattern is a mistake.
constexpr std::size_t kMostPatternBytes = 256;
constexpr std::size_t kMostPatterns = 64;

Result<void> check_models(const std::vector<std::string>& models) {
  const auto bad = [](const std::string& each) {
    return each.empty() || each.size() > kMostPatternBytes || misplaced_star(each);
  };
  if (models.size() > kMostPatterns || std::ranges::any_of(models, bad)) {
    return fail(input_error("limit_model", "A limit names at most 64 models, or globs with one star at the end."));
  }
  return {};
}

Result<money::Window> window_of(const Limit& limit) {
  return money::Window::make(CounterKey::of(limit).window);
}

}  // namespace

Result<void> check_limits(std::span<const Limit> limits) {
  if (limits.size() > kMostLimits) {
    return fail(input_error("too_many_limits", "A principal or a key has at most 64 limits."));
  }
  for (const Limit& each : limits) {
    if (each.amount < 0 || each.amount > kMostLimited) {
      return fail(input_error("limit_amount", "The amount of a limit is from 0 to 10^18."));
    }
    const Result<void> models = check_models(each.models);
    if (!models) return models;
    const Result<money::Window> window = window_of(each);
    if (!window) return fail(window.error());
  }
  return {};
}

AskerBook::AskerBook(std::uint64_t seed) : index_(seed) {}

AskerBook::~AskerBook() {
  if (open_leases() != 0) std::abort();  // a lease would settle into freed memory
}

AskerBook::Scope* AskerBook::find(ScopeRef scope) {
  if (by_kind_[static_cast<std::size_t>(scope.kind)] == 0) return nullptr;
  const std::uint32_t found = index_.find(scope);
  return found == ScopeIndex::kNone ? nullptr : scopes_[found].get();
}

AskerBook::Scope& AskerBook::made(ScopeRef scope) {
  if (Scope* const found = find(scope)) return *found;
  auto fresh =
      std::make_unique<Scope>(scope.kind, std::string(scope.name), std::make_shared<const std::string>(to_text(scope)));
  Scope& made = *fresh;
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(scopes_.size()));
    scopes_.emplace_back();
  }
  const std::uint32_t at = free_.back();
  free_.pop_back();
  scopes_[at] = std::move(fresh);
  index_.add({.kind = scope.kind, .name = made.name}, at);
  ++by_kind_[static_cast<std::size_t>(scope.kind)];
  return made;
}

Result<std::vector<CounterKey>> AskerBook::set_limits(ScopeRef scope, std::span<const Limit> limits,
                                                      const std::optional<Increase>& increase) {
  const Result<void> checked = check_limits(limits);
  if (!checked) return fail(checked.error());
  if (increase && (increase->amount.value < 0 || increase->amount.value > kMostLimited)) {
    return fail(input_error("increase_amount", "A temporary increase is from 0 to 1,000,000,000 US dollars."));
  }
  if (limits.empty()) {
    forget(scope);
    return {};
  }

  std::vector<CounterKey> fresh;
  const std::lock_guard lock(mutex_);
  Scope& target = made(scope);
  std::vector<std::unique_ptr<Counter>> before = std::exchange(target.counters, {});
  for (const Limit& each : limits) {
    CounterKey key = CounterKey::of(each);
    const auto has_key = [&](const std::unique_ptr<Counter>& counter) { return counter && counter->key() == key; };
    auto counter = std::ranges::find_if(target.counters, has_key);
    if (counter == target.counters.end()) {
      const auto kept = std::ranges::find_if(before, has_key);
      if (kept != before.end()) {
        (*kept)->thresholds.clear();
        target.counters.push_back(std::move(*kept));
      } else {
        fresh.push_back(key);
        target.counters.push_back(std::make_unique<Counter>(std::move(key), window_of(each).value(), target.text));
      }
      counter = target.counters.end() - 1;
    }
    Counter::Threshold threshold{.amount = each.amount, .action = each.action};
    if (increase && each.unit == Unit::Usd) {
      threshold.increase = increase->amount.value;
      threshold.increase_until = increase->until;
    }
    (*counter)->thresholds.push_back(threshold);
  }
  for (std::unique_ptr<Counter>& each : before) retire(std::move(each));
  return fresh;
}

void AskerBook::forget(ScopeRef scope) {
  const std::lock_guard lock(mutex_);
  const std::uint32_t at = index_.find(scope);
  if (at == ScopeIndex::kNone) return;
  for (std::unique_ptr<Counter>& each : scopes_[at]->counters) retire(std::move(each));
  index_.erase(scope);
  scopes_[at].reset();
  free_.push_back(at);
  --by_kind_[static_cast<std::size_t>(scope.kind)];
}

void AskerBook::retire(std::unique_ptr<Counter> counter) {
  std::erase_if(retired_, [](const std::unique_ptr<Counter>& each) { return each->leases == 0; });
  if (counter && counter->leases > 0) retired_.push_back(std::move(counter));
}

Counter* AskerBook::counter_of(ScopeRef scope, const CounterKey& key) {
  Scope* const found = find(scope);
  if (found == nullptr) return nullptr;
  for (const std::unique_ptr<Counter>& each : found->counters) {
    if (each->key() == key) return each.get();
  }
  return nullptr;
}

bool AskerBook::restore(ScopeRef scope, const CounterKey& key, std::span<const Counter::Restored> sums,
                        const Moment& now) {
  const std::lock_guard lock(mutex_);
  Counter* const counter = counter_of(scope, key);
  if (counter != nullptr) counter->restore(sums, now);
  return counter != nullptr;
}

bool AskerBook::restore(ScopeRef scope, const CounterKey& key, WallTime at, std::int64_t sum, const Moment& now) {
  const std::lock_guard lock(mutex_);
  Counter* const counter = counter_of(scope, key);
  if (counter != nullptr) counter->restore(at, sum, now);
  return counter != nullptr;
}

std::array<std::optional<AskerBook::Left>, kUnits> AskerBook::left(const Asking& asking, const Moment& now) {
  std::array<std::optional<Left>, kUnits> tightest;
  const std::lock_guard lock(mutex_);
  each_counter(asking, [&](Counter& counter) {
    const CountPlace place = counter.place_of(now);
    const std::int64_t sum = counter.sum(place, now);
    std::optional<Left>& least = tightest[static_cast<std::size_t>(counter.key().unit)];
    for (const Counter::Threshold& limit : counter.thresholds) {
      if (limit.action != Action::Refuse) continue;
      const std::int64_t amount = limit.amount_at(now.wall);
      const std::int64_t remaining = std::max<std::int64_t>(amount - sum, 0);
      if (least && least->remaining <= remaining) continue;
      least = {.amount = amount, .remaining = remaining, .whole_at = counter.falls_to(0, place, now)};
    }
    return true;
  });
  return tightest;
}

AskerBook::Sums AskerBook::sums(const Moment& now, std::size_t from, std::size_t most_scopes) {
  Sums part;
  const std::lock_guard lock(mutex_);
  const std::size_t end = from < scopes_.size() ? from + std::min(most_scopes, scopes_.size() - from) : from;
  for (std::size_t at = from; at < end; ++at) {
    if (!scopes_[at]) continue;
    for (const std::unique_ptr<Counter>& each : scopes_[at]->counters) {
      for (const Counter::WindowSum& window : each->windows(now)) {
        part.sums.push_back({.scope = *scopes_[at]->text, .key = each->key(), .window = window});
      }
    }
  }
  if (end < scopes_.size()) part.next = end;
  return part;
}

std::size_t AskerBook::scopes() const {
  const std::lock_guard lock(mutex_);
  return index_.size();
}

}  // namespace drover::directory
