// What is left of the providers' rate limits for a whole pool: the sum over its keys of what each said last. A client
// behind several keys is told this in place of what one key has left, and only where every key has said it lately.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "base/instant.h"
#include "base/quota_hints.h"
#include "core/plan/plan.h"
#include "core/plan/provider_set.h"

namespace drover::upstream {

/// A key's word counts for so long, or until the reset that it named has come, when the limit is whole again.
inline constexpr Duration kRatesHold = std::chrono::seconds(60);

/// Thread-safe; never allocates after its construction.
class PoolRates {
 public:
  explicit PoolRates(const core::Plan& plan);

  /// Who answered what: providers limit each model by itself, so where a target takes any name `model` (a hash of the
  /// client's name; 0 where the target has one of its own) tells the words apart. Those of one model are kept at a
  /// time.
  struct Answer {
    core::TargetId target{};
    std::uint64_t model = 0;
  };

  /// What an answer says.
  void said(const Answer& answer, const QuotaHints& hints, Instant now);
  /// The sum over the keys of this target's pool that speak its dialect and that a request within these providers
  /// (null: all) may use: in each dimension in which all of them have spoken, limit and remaining, and the latest
  /// reset.
  [[nodiscard]] QuotaHints left(const Answer& answer, const core::ProviderSet* within, Instant now) const;

 private:
  /// One limit of one lane: a model at one quota or key.
  struct Word {
    std::optional<std::int64_t> limit;
    std::optional<std::int64_t> remaining;
    Instant reset_at = kNever;
    Instant until = Instant::min();
  };
  struct Lane {
    core::ProviderId provider{};
    std::uint64_t model = 0;
    std::array<Word, kQuotaDimensions> words{};
  };
  /// What belongs together: the lanes of one dialect in one pool.
  using Group = std::vector<std::uint32_t>;

  struct Question {
    std::uint64_t model = 0;
    const core::ProviderSet* within = nullptr;
    Instant now{};
  };
  [[nodiscard]] QuotaHint sum(const Group& group, std::size_t dimension, const Question& question) const;

  std::vector<std::uint32_t> lane_of_;   ///< by target
  std::vector<std::uint32_t> group_of_;  ///< by target
  std::vector<Group> groups_;
  mutable std::mutex mutex_;
  std::vector<Lane> lanes_;
};

}  // namespace drover::upstream
