// Which of the models in use their providers will shut down, and when, as the providers' own lists of models say. Only
// what the configuration can be asked for is kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/plan/plan.h"

namespace drover::upstream {

/// Most models kept of one provider besides those that targets name.
inline constexpr std::size_t kMaxRetiring = 100;
/// From so long before its end on a model is warned about.
inline constexpr std::int64_t kRetirementNotice = std::int64_t{90} * 24 * 60 * 60;

struct Retirement {
  std::string provider;
  std::string model;          ///< as the provider is asked for it; safe to print
  std::int64_t shutdown = 0;  ///< seconds since 1970
};

/// Of one thread.
class Retirements {
 public:
  /// What this provider's list of models says, in place of what it said before. Returns what is new.
  std::vector<Retirement> take(const core::Plan& plan, core::ProviderId provider, std::string_view list);
  /// Forgets providers that this plan does not have.
  void keep_only(const core::Plan& plan);
  /// The soonest first.
  [[nodiscard]] std::vector<Retirement> all() const;

 private:
  std::map<std::string, std::map<std::string, std::int64_t>> by_provider_;
};

/// "provider openai shuts model gpt-4o down on 2027-01-14, in 45 days", or "shut … down on … ". `now`: seconds since
/// 1970.
[[nodiscard]] std::string retirement_text(const Retirement& retirement, std::int64_t now);
/// Whether it is near enough to be warned about.
[[nodiscard]] bool is_near(const Retirement& retirement, std::int64_t now);
/// "2027-01-14" (UTC).
[[nodiscard]] std::string day_text(std::int64_t unix_seconds);

}  // namespace drover::upstream
