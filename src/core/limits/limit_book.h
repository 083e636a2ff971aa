// Every configured limit of a plan, and which of them a request at a target is held to: client, route, the quota's
// limits for the model, the quota's for all models, key. All are asked before any is taken from. A scope without a
// limit still counts running requests, because a reload may bring a limit. What one limit counts is in limit_scope.h.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "base/fixed_vector.h"
#include "base/instant.h"
#include "base/quota_hints.h"
#include "base/units.h"
#include "core/fleet/fleet_port.h"
#include "core/limits/limit_scope.h"
#include "core/plan/plan.h"

namespace drover::core {

class LimitBook {
 public:
  explicit LimitBook(const Plan& plan);

  /// When the request fits the limits of its client and its model; `now` when it fits already.
  [[nodiscard]] Instant asker_admits_at(const PickRequest& request, Instant now);
  /// When the request fits the limits of a target.
  [[nodiscard]] Instant target_admits_at(TargetId target, const PickRequest& request, Instant now) {
    if (unlimited(target)) return now;
    return limited_admits_at(target, request, now);
  }

  /// What the limits of client and model leave, in each dimension in which they limit anything.
  [[nodiscard]] QuotaHints asker_left(const Asker& asker, const Route* route, Instant now) const;

  /// Takes the request from all its limits, and notes in the ticket what settle() needs. The caller has asked both
  /// functions above.
  void take(const PickRequest& request, Ticket& ticket, Instant now);
  /// `used` is what the target's limits count. The limits of client and model count one request for all its attempts,
  /// whatever their outcome; a first attempt that was `released` is not counted.
  void settle(const Ticket& ticket, const Amount& used, bool released);

  /// Shares the scopes of the same names with `old`: they count together from now on and keep to this book's amounts,
  /// also for requests whose tickets are from the old book.
  void adopt(const LimitBook& old);

 private:
  static constexpr std::uint32_t kNone = kNobody;
  /// Quota and model, quota, key.
  using Places = FixedVector<std::uint32_t, 3>;

  struct TargetLimits {
    Places places{};
    bool limited = false;            ///< some of them limit anything
    std::uint32_t by_model = kNone;  ///< for targets of any model: begin of their row in by_model_
  };

  [[nodiscard]] bool unlimited(TargetId target) const {
    return !targets_[target.index()].limited && targets_[target.index()].by_model == kNone;
  }
  [[nodiscard]] Instant limited_admits_at(TargetId target, const PickRequest& request, Instant now);
  std::uint32_t add(std::string name, const ModelLimits& limits);
  TargetLimits limits_of(const Target& target);
  std::uint32_t row_of(const Target& target);
  [[nodiscard]] const LimitScope* scope_of(const std::vector<std::uint32_t>& numbers, std::uint32_t at) const {
    return at < numbers.size() && numbers[at] != kNone ? scopes_[numbers[at]].get() : nullptr;
  }
  [[nodiscard]] std::uint32_t route_number(const Route* route) const;
  [[nodiscard]] std::uint32_t model_scope(const TargetLimits& target, const Asker& asker) const;

  [[nodiscard]] std::shared_ptr<LimitScope> scope(const std::string& name) const;

  const Plan* plan_;
  std::vector<std::shared_ptr<LimitScope>> scopes_;                  ///< shared by the books of a reload
  std::vector<std::string> names_;                                   ///< beside scopes_: stable across plans
  std::vector<ModelLimits> limits_;                                  ///< beside scopes_: what this plan says
  std::unordered_map<std::string, std::weak_ptr<LimitScope>> gone_;  ///< of earlier plans, while anybody uses them
  std::unordered_map<std::string, std::uint32_t> by_name_;
  std::vector<TargetLimits> targets_;
  std::vector<std::uint32_t> principals_;  ///< by principal
  std::vector<std::uint32_t> routes_;      ///< by route
  /// Of targets of any model: by their row and the number of the name that the client asks for, the scope of the name
  /// that they send.
  std::vector<std::uint32_t> by_model_;
  std::map<std::tuple<QuotaId, std::size_t, std::string>, std::uint32_t> rows_;  ///< by quota and rename
};

}  // namespace drover::core
