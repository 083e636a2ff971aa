// Which providers offer which API: their setting `apis` as fences that routing can use.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "core/fleet/fleet_port.h"
#include "core/plan/plan.h"
#include "dialect/dialect.h"

namespace drover::upstream {

inline constexpr std::size_t kApiClasses = static_cast<std::size_t>(dialect::Api::Pinned) + 1;

/// For each dialect::Api the providers that offer it. A provider without `apis` offers everything. Paths that `apis`
/// has no word for (OtherModel), and those that name no model and go to the pinned key, are not fenced.
class ApiFences {
 public:
  ApiFences() = default;
  /// `within`: of these providers only; null: of all.
  explicit ApiFences(const core::Plan& plan, const core::ProviderSet* within = nullptr);

  /// The providers that offer the API; null: all of them. Valid as long as this object.
  [[nodiscard]] const core::ProviderSet* of(dialect::Api api) const {
    const auto& set = sets_[static_cast<std::size_t>(api)];
    return set ? &*set : nullptr;
  }

 private:
  std::array<std::optional<core::ProviderSet>, kApiClasses> sets_{};
};

/// Whether any target of the route is inside the fence.
[[nodiscard]] bool any_inside(const core::Plan& plan, const core::Route& route, const core::ProviderFence& fence);

}  // namespace drover::upstream
