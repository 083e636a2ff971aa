// What a client is told of rate limits: what the keys of its pool have left together, and what drover's own limits of
// the client and of the model leave, whichever is less.
#include "base/hash.h"
#include "dialect/failure/quota_hints.h"
#include "http/head/header_rules.h"
#include "net/loop/loop.h"
#include "upstream/attempt/attempt.h"
#include "upstream/run/run.h"

namespace drover::upstream {
namespace {

/// Any: it tells these hashes from others.
constexpr std::uint64_t kModelSeed = 3;
/// The windows of an Anthropic subscription. They are about no dimension that drover counts in, and agents show them.
constexpr std::string_view kSubscription = "anthropic-ratelimit-unified-";

/// The first target of the route that the request may go to.
std::optional<core::TargetId> first_target(const core::Plan& plan, const core::Route& route,
                                           const core::ProviderSet* within) {
  for (const core::PoolId pool : route.pools) {
    for (const core::TargetId target : plan.pools[pool.index()].targets) {
      if (within == nullptr || within->has(plan.targets[target.index()].provider)) return target;
    }
  }
  return std::nullopt;
}

}  // namespace

PoolRates::Answer Run::rates_of(core::TargetId target) const {
  const bool any_model = parts_.catalog->endpoint(target).target->model.empty();
  return {.target = target, .model = any_model ? hash64(parts_.request->inspection.model, kModelSeed) : 0};
}

void Run::append_rates(core::TargetId target, std::string& fields) const {
  QuotaHints left;
  if (tells_pool_) left = parts_.catalog->rates().left(rates_of(target), within_, now());
  if (limited_) {
    const QuotaHints own = parts_.fleet->asker_left(asker_, route_, now());
    for (std::size_t at = 0; at < kQuotaDimensions; ++at) {
      keep_least(left.by_dimension[at], own.by_dimension[at]);
    }
  }
  if (parts_.meter != nullptr) parts_.meter->lower(left, now());
  const bool anthropic = parts_.request->dialect == &dialect::anthropic();
  dialect::append_quota_fields(left, anthropic ? dialect::QuotaWords::Anthropic : dialect::QuotaWords::Common,
                               parts_.tools.loop->unix_seconds(), fields);
}

void Run::append_rates(std::string& fields) const {
  const AttemptRecord* const told = record_.told();
  const auto target =
      told != nullptr ? std::optional(told->target) : first_target(parts_.catalog->plan(), *route_, within_);
  if (target) append_rates(*target, fields);
}

/// What one key of several has left would slow clients down that have all of them, and a client with a limit of its own
/// may have less: both are told in drover's own words. Else the only target's own words are passed on.
void Attempt::tell_rates(const std::optional<QuotaHints>& hints) {
  const bool as_they_are = endpoint_->alone && !run_.limited_ && endpoint_->dialect == run_.parts_.request->dialect;
  // An only key's words are needed where they do not reach the client as they are.
  const bool passed = as_they_are && status_ < 400;
  if (hints && !passed) run_.parts_.catalog->rates().said(run_.rates_of(target_), *hints, run_.now());
  if (as_they_are) return;
  http::drop_rate_limits(fields_, endpoint_->alone ? kSubscription : std::string_view());
  if (hints || run_.limited_) run_.append_rates(target_, fields_);
}

}  // namespace drover::upstream
