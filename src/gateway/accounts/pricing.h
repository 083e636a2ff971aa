// What the targets of one configuration cost.
#pragma once

#include <optional>
#include <string_view>

#include "base/id.h"
#include "base/units.h"
#include "core/plan/plan.h"
#include "money/nano_usd.h"
#include "store/ledger_row.h"
#include "upstream/run/run_record.h"

namespace drover::gateway {

/// What one request cost.
struct Charge {
  std::optional<money::NanoUsd> cost;  ///< nothing: its price is not known
  store::CostSource source = store::CostSource::Unpriced;
  std::string_view version;  ///< of the table that priced it
};

/// The price of one model at one provider.
struct Pricing {
  [[nodiscard]] money::NanoUsd estimate(const Amount& amount) const;
};

class Prices {
 public:
  /// Null: not known.
  [[nodiscard]] const Pricing* of(core::TargetId target, std::string_view asked) const;
  /// What an answer of this target cost: what the provider itself said, else its usage at the table's price, else what
  /// was counted of it.
  [[nodiscard]] Charge charge(core::TargetId target, std::string_view asked, const upstream::RunRecord& run) const;
};

}  // namespace drover::gateway
