// How many attempts beyond the first the requests of a fleet may make: paid retries (retry_budget.h), hedges
// (hedge_share.h), and requests that one target refused and another is asked (SecondOpinions, doubt.h). Each is a share
// of all requests, which is why all are counted here.
#pragma once

#include "base/instant.h"
#include "core/dispatch/hedge_share.h"
#include "core/dispatch/retry_budget.h"
#include "core/health/doubt.h"
#include "core/plan/plan.h"

namespace drover::core {

class FurtherAttempts {
 public:
  explicit FurtherAttempts(const RetrySettings& settings) : retries_(settings.budget), hedges_(settings.hedge) {}

  /// Counts a request whose first target was picked.
  void count_request(Instant now) {
    retries_.count_request(now);
    hedges_.count_request(now);
    opinions_.count_request(now);
  }

  /// Takes one paid retry. False: there is none.
  [[nodiscard]] bool spend_retry(Instant now) { return retries_.spend(now); }
  /// Charges a retry that failed, without asking whether there was one.
  void charge_retry(Instant now) { retries_.charge(now); }

  /// Whether any request may be hedged.
  [[nodiscard]] bool may_hedge() const { return hedges_.any(); }
  /// Takes one hedge, which costs a retry too. False: there is none.
  [[nodiscard]] bool spend_hedge(Instant now) {
    if (!hedges_.left(now) || !retries_.spend(now)) return false;
    hedges_.take(now);
    return true;
  }

  /// Takes one second opinion about a target's refusal. False: there is none.
  [[nodiscard]] bool ask_elsewhere(bool doubted, Instant now) { return opinions_.take(doubted, now); }
  /// Gives back the opinion that was taken at `asked`, because the other target answered.
  void answered_elsewhere(Instant asked) { opinions_.give_back(asked); }

  /// Takes over the counts of another fleet, and keeps this plan's shares.
  void take_counts(const FurtherAttempts& other) {
    retries_.take_counts(other.retries_);
    hedges_.take_counts(other.hedges_);
    opinions_ = other.opinions_;
  }

 private:
  RetryBudget retries_;
  HedgeShare hedges_;
  SecondOpinions opinions_;
};

}  // namespace drover::core
