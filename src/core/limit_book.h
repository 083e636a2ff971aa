// Every configured limit of a plan, and which of them a request at a target is held to: client, route, the quota's
// limits for the model, the quota's for all models, key. All are asked before any is taken from. Those without a limit
// count what runs all the same: a reload may bring one. Not what one limit counts: that is limit_scope.h.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/fixed_vector.h"
#include "base/instant.h"
#include "base/units.h"
#include "core/fleet_port.h"
#include "core/limit_scope.h"
#include "core/plan.h"

namespace drover::core {

class LimitBook {
 public:
  explicit LimitBook(const Plan& plan);

  /// When `estimate` fits what the client and the model may ask for altogether; `now` when it fits already.
  [[nodiscard]] Instant asker_admits_at(const PickRequest& request, Instant now);
  /// When it fits the limits of a target.
  [[nodiscard]] Instant target_admits_at(TargetId target, const PickRequest& request, Instant now) {
    if (unlimited(target)) return now;
    return limited_admits_at(target, request, now);
  }

  /// Takes from all of them and notes in the ticket what settle() has to know. The caller has asked both of the above.
  void take(const PickRequest& request, Ticket& ticket, Instant now);
  /// `used` is what the target's limits count. Those who asked count one request for all attempts, whatever became of
  /// them; only a first attempt that was `released` never was.
  void settle(const Ticket& ticket, const Amount& used, bool released);

  /// What limits the same in both counts together from now on, and holds all to the amounts of this book: those whose
  /// tickets are the old book's as well.
  void adopt(const LimitBook& old);

 private:
  static constexpr std::uint32_t kNone = kNobody;
  /// Quota and model, quota, key.
  using Places = FixedVector<std::uint32_t, 3>;

  struct TargetLimits {
    Places places{};
    bool limited = false;            ///< some of them limit anything
    std::uint32_t by_model = kNone;  ///< for targets of any model: begin of the quota's row in by_model_
  };

  [[nodiscard]] bool unlimited(TargetId target) const {
    return !targets_[target.index()].limited && targets_[target.index()].by_model == kNone;
  }
  [[nodiscard]] Instant limited_admits_at(TargetId target, const PickRequest& request, Instant now);
  std::uint32_t add(std::string name, const ModelLimits& limits);
  TargetLimits limits_of(const Target& target);
  [[nodiscard]] std::uint32_t route_number(const Route* route) const;
  [[nodiscard]] std::uint32_t model_scope(const TargetLimits& target, const Asker& asker) const;

  [[nodiscard]] std::shared_ptr<LimitScope> scope(const std::string& name) const;

  const Plan* plan_;
  std::vector<std::shared_ptr<LimitScope>> scopes_;  ///< shared by the books of a reload
  std::vector<std::string> names_;                   ///< beside scopes_: stable across plans
  std::vector<ModelLimits> limits_;                  ///< beside scopes_: what this plan says
  std::unordered_map<std::string, std::weak_ptr<LimitScope>> gone_;  ///< of earlier plans, while anybody uses them
  std::unordered_map<std::string, std::uint32_t> by_name_;
  std::vector<TargetLimits> targets_;
  std::vector<std::uint32_t> principals_;  ///< by principal
  std::vector<std::uint32_t> routes_;      ///< by route
  std::vector<std::uint32_t> by_model_;    ///< by quota and number of the model
};

}  // namespace drover::core
