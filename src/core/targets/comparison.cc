#include "core/targets/comparison.h"

#include <algorithm>
#include <cmath>

#include "core/balancer/p2c.h"
#include "core/balancer/sticky.h"

namespace drover::core {
namespace {

/// Requests of one affinity that a target may hold before the load bound counts. Two at once are no overload.
constexpr double kStickySlack = 4.0;
/// The latency of a key whose probes have not answered: longer than every measured one.
constexpr double kUnknownProbe = 1e6;
/// The latency of a target that no request has measured: shorter than every measured one.
constexpr double kUntriedLatency = 0.0;

}  // namespace

std::uint64_t load_of(const Amount& estimate) {
  constexpr std::int64_t kMostTokens = 100'000'000;  // an estimate comes from the client's max_tokens
  const auto input = static_cast<std::uint64_t>(std::clamp<std::int64_t>(estimate.input_tokens.value, 0, kMostTokens));
  const auto output =
      static_cast<std::uint64_t>(std::clamp<std::int64_t>(estimate.output_tokens.value, 0, kMostTokens));
  return kLoadPerRequest + output + input / 10;
}

Comparison::Comparison(LatencyFrom from, const HealthTree& nodes, const CheckPoints& checks, const LatencyModel& known,
                       const PickRequest& request, Instant now)
    : nodes_(nodes),
      checks_(checks),
      now_(now),
      own_load_(static_cast<double>(load_of(request.estimate))),
      by_probes_(from == LatencyFrom::Probe) {
  const bool by_first = request.streamed ? known.usual_first_content() > 0 : known.usual_per_token() <= 0;
  const double usual = by_first ? known.usual_first_content() : known.usual_per_token();
  average_ = by_first ? &TargetState::first_content : &TargetState::per_token;
  if (usual > 0) usual_ = usual;
}

bool Comparison::clearly_cheaper(const TargetState& second, const TargetState& first) const {
  // A target that is due for its trial costs less than every other target, so that the request drawn for it makes the
  // trial.
  if (!nodes_.clear(first.path, now_)) return false;
  if (!nodes_.clear(second.path, now_)) return true;
  double of_first = latency(first);
  double of_second = latency(second);
  const double noise = by_probes_ ? 0 : (first.*average_).deviation() + (second.*average_).deviation();
  if (std::abs(of_first - of_second) <= noise) of_first = of_second = 1;
  return cost(second, of_second) < balancer::kClearlyLess * cost(first, of_first);
}

double Comparison::quickness(const TargetState& target) const {
  const double usual = latency(target);
  if (by_probes_) return usual;  // probes measure every key, and go on when a target is back
  const bool untried = target.first_content.last() <= 0 && target.per_token.last() <= 0 && target.success.whole();
  return untried && target.in_flight == 0 ? kUntriedLatency
                                          : target.by_success(nodes_.by_share(usual, target.path, now_), now_);
}

/// The time that the request would wait at this target: the work there, times the latency, divided by its share.
double Comparison::cost(const TargetState& target, double latency) const {
  // The weight divides the work that is there, not the request itself, so that idle targets of different weights cost
  // the same. They were drawn by weight, so weight must not count a second time.
  const double work = target.load_per_weight() + own_load_;
  return target.by_success(work * nodes_.by_share(latency, target.path, now_), now_);
}

double Comparison::latency(const TargetState& target) const {
  if (by_probes_ && target.check != TargetState::kNone) {
    const ProbeEwma& probes = checks_[target.check].latency;
    return probes.known() ? probes.seconds() : kUnknownProbe;
  }
  const double own = (target.*average_).forgiven(usual_, now_);
  return own > 0 ? own : usual_;
}

double load_bound(const std::vector<TargetState>& targets, const std::vector<TargetId>& pool, bool borrows,
                  const Tier& tier, const Amount& estimate) {
  const std::uint64_t own = load_of(estimate);
  std::uint64_t sum = own + tier.load;
  if (borrows) {
    sum = own;
    for (std::size_t place = 0; place < tier.draw.size(); ++place) {
      sum += targets[pool[tier.begin + place].index()].load;
    }
  }
  const double mean = static_cast<double>(sum) / static_cast<double>(std::max<std::uint64_t>(tier.weight, 1));
  return std::max(mean * balancer::kLoadBound, kStickySlack * static_cast<double>(own));
}

}  // namespace drover::core
