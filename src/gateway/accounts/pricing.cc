#include "gateway/accounts/pricing.h"

namespace drover::gateway {

money::NanoUsd Pricing::estimate(const Amount&) const {
  return {};
}

const Pricing* Prices::of(core::TargetId, std::string_view) const {
  return nullptr;
}

Charge Prices::charge(core::TargetId, std::string_view, const upstream::RunRecord& run) const {
  if (run.usage.cost_nano_usd >= 0)
    return {.cost = money::NanoUsd{run.usage.cost_nano_usd}, .source = store::CostSource::Provider, .version = {}};
  return {};
}

}  // namespace drover::gateway
