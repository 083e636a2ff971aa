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
  /// The same for requests in `dialect` that may be translated: also providers that have another API for what is asked.
  ApiFences(const core::Plan& plan, core::DialectKind dialect, const core::ProviderSet* within);

  /// The providers that offer the API; null: all of them. Valid as long as this object.
  [[nodiscard]] const core::ProviderSet* of(dialect::Api api) const {
    const auto& set = sets_[static_cast<std::size_t>(api)];
    return set ? &*set : nullptr;
  }

 private:
  template <class Has>
  void fence(const core::Plan& plan, const core::ProviderSet* within, dialect::Api api, const Has& has);

  std::array<std::optional<core::ProviderSet>, kApiClasses> sets_{};
};

/// Where requests in one dialect may go, untranslated and translated.
class RouteFences {
 public:
  RouteFences() = default;
  /// `within`: to these providers only; null: to all.
  RouteFences(const core::Plan& plan, core::DialectKind dialect, const core::ProviderSet* within = nullptr);

  /// The providers that a request of `api` on `route` may go to. `stored`: it needs what one account stores, which is
  /// of use to the API that stored it alone. Valid as long as this object.
  [[nodiscard]] core::ProviderFence of(const core::Plan& plan, const core::Route& route, dialect::Api api,
                                       bool stored) const;

 private:
  ApiFences own_;         ///< providers that speak the dialect and offer the API
  ApiFences translated_;  ///< and those that have another API for it
};

/// Whether any target of the route, or of the pool, is inside the fence.
[[nodiscard]] bool any_inside(const core::Plan& plan, const core::Pool& pool, const core::ProviderFence& fence);
[[nodiscard]] bool any_inside(const core::Plan& plan, const core::Route& route, const core::ProviderFence& fence);

}  // namespace drover::upstream
