#include "sim/play/truth.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace drover::sim {
namespace {

/// Standard deviations between the middle and the 99th percentile of a normal distribution.
constexpr double kNormalP99 = 2.3263;
/// The Retry-After of an upstream whose limits have room.
constexpr Duration kUsualRetryAfter = std::chrono::seconds(1);

Duration seconds_of(double seconds) {
  return Duration(static_cast<Duration::rep>(seconds * 1e9));
}
double in_seconds(Duration span) {
  return std::chrono::duration<double>(span).count();
}

/// Mixes words into one whose bits are all usable (the finalizer of splitmix64).
std::uint64_t mixed(std::uint64_t word) {
  word = (word ^ (word >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  word = (word ^ (word >> 27U)) * 0x94d049bb133111ebULL;
  return word ^ (word >> 31U);
}

/// Uniform in (0, 1).
double unit(std::uint64_t word) {
  return (static_cast<double>(word >> 11U) + 0.5) * 0x1.0p-53;
}

/// Exponential with this mean, at least 1.
std::uint32_t tokens(double mean, Random& random) {
  return static_cast<std::uint32_t>(std::clamp(-mean * std::log(1.0 - random.unit()), 1.0, 1e6));
}

}  // namespace

bool AskSource::next_arrival() {
  const Arrivals& arrivals = scenario_->arrivals;
  if (!arrivals.given.empty()) {
    if (number_ >= arrivals.given.size()) return false;
    at_ = arrivals.given[number_];
    return true;
  }
  while (step_ < arrivals.steps.size() && at_ < scenario_->span) {
    const Duration end = step_ + 1 < arrivals.steps.size() ? arrivals.steps[step_ + 1].at : scenario_->span;
    at_ = std::max(at_, arrivals.steps[step_].at);
    const double rate = arrivals.steps[step_].per_second;
    // A gap that passes the end of this step is drawn anew from there: the process has no memory.
    const Duration gap = rate > 0 ? seconds_of(std::min(-std::log(1.0 - random_.unit()) / rate, 1e9)) : kNoLimit;
    if (rate > 0 && at_ + gap < end) {
      at_ += gap;
      return at_ < scenario_->span;
    }
    at_ = end;
    ++step_;
  }
  return false;
}

bool AskSource::next(Ask& ask) {
  if (!next_arrival() || number_ >= kMostRequests) return false;
  const Demand& demand = scenario_->requests;
  Random own(mixed(seed_ ^ mixed(number_ + 1)));
  ask = {.number = number_++, .arrived = kScenarioStart + at_};
  ask.streamed = own.unit() < demand.streamed;
  ask.input_tokens = tokens(demand.input_tokens, own);
  ask.output_tokens = tokens(demand.output_tokens, own);
  if (own.unit() < demand.leave) ask.leaves = ask.arrived + seconds_of(own.unit() * in_seconds(demand.leave_within));
  if (demand.conversations > 0) ask.conversation = 1 + own.below(demand.conversations);
  return true;
}

Truth::Truth(const Scenario& scenario, const std::vector<std::uint32_t>& upstream_of, std::uint64_t seed)
    : scenario_(&scenario), seed_(seed), states_(upstream_of.size()) {
  std::vector<std::uint32_t> copies(scenario.upstreams.size(), 0);
  for (std::size_t target = 0; target < states_.size(); ++target) {
    State& state = states_[target];
    state.upstream = upstream_of[target];
    const std::uint32_t copy = copies[state.upstream]++;
    for (const Trouble& trouble : scenario.troubles) {
      if (trouble.upstream == state.upstream && (!trouble.key || *trouble.key == copy))
        state.troubles.push_back(trouble);
    }
    const Upstream& about = scenario.upstreams[state.upstream];
    const double burst = about.burst > 0 ? about.burst : about.requests_per_minute;
    if (about.requests_per_minute > 0) {
      state.limit.emplace_back(about.requests_per_minute, std::max(burst, 1.0), kScenarioStart);
    }
  }
}

const Trouble* Truth::trouble(std::uint32_t target, Instant now) const {
  const Trouble* found = nullptr;  // later rows win
  for (const Trouble& each : states_[target].troubles) {
    if (now >= kScenarioStart + each.from && now < after(kScenarioStart, each.until)) found = &each;
  }
  return found;
}

Fault Truth::ill(std::uint32_t target, Instant now) const {
  const Trouble* found = trouble(target, now);
  return found == nullptr || found->fault == Fault::Slow ? Fault::None : found->fault;
}

std::uint64_t Truth::chance(std::uint32_t target, const Ask& ask, std::uint64_t what) const {
  return mixed(mixed(seed_ + what) ^ mixed((std::uint64_t{ask.number} << 20U) + target));
}

bool Truth::fails(std::uint32_t target, const Ask& ask) const {
  const double errors = upstream(target).errors;
  return errors > 0 && unit(chance(target, ask, 1)) < errors;
}

AnswerTime Truth::answer_time(std::uint32_t target, const Ask& ask, Instant now) const {
  const Upstream& about = upstream(target);
  const double median = in_seconds(about.first_content);
  const double sigma = std::log(std::max(in_seconds(about.first_content_p99) / median, 1.0)) / kNormalP99;
  // Box and Muller: two uniform numbers make a normal one.
  const double normal = std::sqrt(-2 * std::log(unit(chance(target, ask, 2)))) *
                        std::cos(2 * std::numbers::pi * unit(chance(target, ask, 3)));
  double slower = 1;
  if (about.tail > 0 && unit(chance(target, ask, 4)) < about.tail) slower *= about.tail_factor;
  const Trouble* found = trouble(target, now);
  if (found != nullptr && found->fault == Fault::Slow) slower *= found->slower;
  const double busy = states_[target].in_flight + 1;
  if (about.full_speed > 0 && busy > about.full_speed) slower *= busy / about.full_speed;
  const double first = median * std::exp(sigma * normal) * slower;
  const double rest = in_seconds(about.per_output_token) * ask.output_tokens * slower;
  return {.first_content = seconds_of(first), .whole = seconds_of(first + rest)};
}

bool Truth::admit(std::uint32_t target, Instant now) {
  State& state = states_[target];
  const Upstream& about = upstream(target);
  if (about.concurrent && state.in_flight >= *about.concurrent) return false;
  return state.limit.empty() || state.limit.front().admit(now);
}

Instant Truth::admits_at(std::uint32_t target, Instant now) {
  State& state = states_[target];
  const Upstream& about = upstream(target);
  if (about.concurrent && state.in_flight >= *about.concurrent) return kNever;
  return state.limit.empty() ? now : state.limit.front().admits_at(now);
}

QuotaHints Truth::hints(std::uint32_t target, Instant now) {
  QuotaHints hints;
  State& state = states_[target];
  if (!state.limit.empty()) hints.of(QuotaDimension::AllRequests) = state.limit.front().hint(now);
  return hints;
}

Duration Truth::retry_after(std::uint32_t target) const {
  const State& state = states_[target];
  return state.limit.empty() ? kUsualRetryAfter : state.limit.front().retry_after();
}

}  // namespace drover::sim
