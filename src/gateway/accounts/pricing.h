// What the targets of one configuration cost, by the built-in prices, a file of them, and what the configuration sets.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "config/accounts.h"
#include "core/plan/plan.h"
#include "money/nano_usd.h"
#include "money/price_table.h"
#include "money/prices.h"
#include "store/ledger_row.h"
#include "upstream/run/run_record.h"

namespace drover::gateway {

/// What one request cost.
struct Charge {
  std::optional<money::NanoUsd> cost{};  ///< nothing: its price is not known
  store::CostSource source = store::CostSource::Unpriced;
  std::string_view version{};  ///< of the table that priced it
};

/// The tokens that an answer used, by what they cost.
[[nodiscard]] money::TokenCounts counts_of(const Amount& used, const dialect::Usage& usage);

/// The price of one model at one provider.
struct Pricing {
  money::ModelPrices prices{};

  /// Before the answer: none of the input is cached. A price that is not known counts as nothing.
  [[nodiscard]] money::NanoUsd estimate(const Amount& amount) const;
};

class Prices {
 public:
  Prices() = default;
  /// Errors: BadConfig, the file of prices cannot be read.
  [[nodiscard]] static Result<std::unique_ptr<const Prices>> build(const config::Accounts& settings,
                                                                   std::shared_ptr<const core::Plan> plan);

  /// Null: not known. Valid as long as these prices.
  [[nodiscard]] const Pricing* of(core::TargetId target, std::string_view asked) const;
  /// What a client pays for a request that was answered: the answer, and where `charge` is All what other attempts
  /// used.
  struct Bill {
    Amount used{};
    Charge charge{};
  };
  [[nodiscard]] Bill bill(std::string_view asked, const upstream::RunRecord& run) const;
  /// What an answer of this target cost: what the provider itself said, else its usage at the table's price, else what
  /// was counted of it.
  [[nodiscard]] Charge charge(core::TargetId target, std::string_view asked, const Amount& used,
                              const dialect::Usage& usage) const;

 private:
  /// Names that clients chose, of targets of any model, that are kept; then all are forgotten. Each entry is kept
  /// alive.
  static constexpr std::size_t kMostNames = 4096;

  [[nodiscard]] std::unique_ptr<const Pricing> look_up(const core::Target& target, std::string_view model) const;

  std::shared_ptr<const core::Plan> plan_;
  config::Charge charges_ = config::Charge::Winner;
  std::vector<config::PriceOverride> overrides_{};
  std::shared_ptr<const money::PriceTable> table_;
  std::string version_;
  std::vector<std::string> vendors_{};                       ///< by server; empty: a provider of many makers' models
  std::vector<std::unique_ptr<const Pricing>> by_target_{};  ///< of targets with one model; null: not known
  mutable std::mutex mutex_;
  mutable std::unordered_map<std::string, std::unique_ptr<const Pricing>> by_name_;
};

}  // namespace drover::gateway
