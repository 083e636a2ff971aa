#include "upstream/attempt/pool_rates.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "core/limits/lane_limit.h"

namespace drover::upstream {
namespace {

std::optional<std::int64_t> believed(const std::optional<std::int64_t>& number) {
  return number && *number >= 0 && *number <= core::kMostHinted ? number : std::nullopt;
}

}  // namespace

PoolRates::PoolRates(const core::Plan& plan) {
  // Two targets of any model that turn one name of the client's into two of the provider's are two lanes.
  std::map<std::tuple<bool, std::uint32_t, std::string, std::size_t, std::string>, std::uint32_t> lanes;
  for (const core::Target& target : plan.targets) {
    const std::uint32_t holder = target.quota ? target.quota->value : target.key.value;
    const auto [at, is_new] =
        lanes.try_emplace({target.quota.has_value(), holder, target.model, target.rename.drop, target.rename.front},
                          static_cast<std::uint32_t>(lanes_.size()));
    if (is_new) lanes_.push_back({.provider = target.provider});
    lane_of_.push_back(at->second);
  }
  group_of_.assign(plan.targets.size(), 0);
  groups_.emplace_back();  // of targets in no pool: nobody is told of it
  for (const core::Pool& pool : plan.pools) {
    std::map<core::DialectKind, std::uint32_t> own;
    for (const core::TargetId target : pool.targets) {
      const core::DialectKind dialect = plan.providers[plan.targets[target.index()].provider.index()].dialect;
      const auto [at, is_new] = own.try_emplace(dialect, static_cast<std::uint32_t>(groups_.size()));
      if (is_new) groups_.emplace_back();
      Group& group = groups_[at->second];
      const std::uint32_t lane = lane_of_[target.index()];
      if (std::ranges::find(group, lane) == group.end()) group.push_back(lane);
      if (group_of_[target.index()] == 0) group_of_[target.index()] = at->second;
    }
  }
}

void PoolRates::said(const Answer& answer, const QuotaHints& hints, Instant now) {
  const std::lock_guard lock(mutex_);
  Lane& lane = lanes_[lane_of_[answer.target.index()]];
  if (std::exchange(lane.model, answer.model) != answer.model) lane.words = {};
  for (std::size_t dimension = 0; dimension < kQuotaDimensions; ++dimension) {
    const QuotaHint& hint = hints.by_dimension[dimension];
    const auto remaining = believed(hint.remaining);
    if (!remaining) continue;
    lane.words[dimension] = {.limit = believed(hint.limit),
                             .remaining = remaining,
                             .reset_at = hint.reset ? after(now, *hint.reset) : kNever,
                             .until = now + kRatesHold};
  }
}

QuotaHint PoolRates::sum(const Group& group, std::size_t dimension, const Question& question) const {
  const Instant now = question.now;
  QuotaHint sum{.limit = 0, .remaining = 0, .reset = Duration::zero()};
  bool any = false;
  for (const std::uint32_t at : group) {
    const Lane& lane = lanes_[at];
    if (question.within != nullptr && !question.within->has(lane.provider)) continue;
    if (lane.model != question.model) return {};
    any = true;
    const Word& word = lane.words[dimension];
    const bool whole_again = word.reset_at <= now;
    if (now >= word.until || !word.remaining || (whole_again && !word.limit)) return {};
    *sum.remaining += whole_again ? *word.limit : *word.remaining;
    if (sum.limit) sum.limit = word.limit ? std::optional(*sum.limit + *word.limit) : std::nullopt;
    if (word.reset_at == kNever) sum.reset.reset();
    if (sum.reset && !whole_again) sum.reset = std::max(*sum.reset, word.reset_at - now);
  }
  return any ? sum : QuotaHint{};
}

QuotaHints PoolRates::left(const Answer& answer, const core::ProviderSet* within, Instant now) const {
  const Group& group = groups_[group_of_[answer.target.index()]];
  const Question question{.model = answer.model, .within = within, .now = now};
  QuotaHints left;
  const std::lock_guard lock(mutex_);
  for (std::size_t dimension = 0; dimension < kQuotaDimensions; ++dimension) {
    left.by_dimension[dimension] = sum(group, dimension, question);
  }
  return left;
}

}  // namespace drover::upstream
