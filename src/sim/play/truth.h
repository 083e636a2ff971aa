// The true state of a scenario's upstreams: how long each answer takes, which limit is reached, which upstream is ill.
// Policies learn it by their requests; the oracle may read it. The same request at the same target takes as long under
// every policy, so that policies are compared by their decisions and not by luck.
#pragma once

#include <cstdint>
#include <vector>

#include "base/instant.h"
#include "core/plan/plan.h"
#include "sim/play/scenario.h"
#include "sim/play/true_limit.h"

namespace drover::sim {

/// Scenarios begin an hour after the clock's zero, so that times before the beginning exist.
inline constexpr Instant kScenarioStart{std::chrono::hours(1)};

/// One request as its client makes it, equal for every policy.
struct Ask {
  std::uint32_t number = 0;
  Instant arrived{};
  Instant leaves = kNever;
  bool streamed = false;
  std::uint32_t input_tokens = 0;
  std::uint32_t output_tokens = 0;
  std::uint64_t conversation = 0;
};

/// The time of an answer from the moment when its request has arrived.
struct AnswerTime {
  Duration first_content{};
  Duration whole{};
};

/// Draws the requests of a scenario in the order of their arrival.
class AskSource {
 public:
  AskSource(const Scenario& scenario, std::uint64_t seed) : scenario_(&scenario), random_(seed ^ 0xa51c), seed_(seed) {}
  /// False: there are no more requests.
  bool next(Ask& ask);

 private:
  [[nodiscard]] bool next_arrival();

  const Scenario* scenario_;
  Random random_;
  std::uint64_t seed_;
  std::uint32_t number_ = 0;
  std::size_t step_ = 0;
  Duration at_{};
};

class Truth {
 public:
  Truth(const Scenario& scenario, const std::vector<std::uint32_t>& upstream_of, std::uint64_t seed);

  [[nodiscard]] std::size_t targets() const { return states_.size(); }
  [[nodiscard]] const Upstream& upstream(std::uint32_t target) const {
    return scenario_->upstreams[states_[target].upstream];
  }
  /// The target's fault at that time; Slow is part of answer_time().
  [[nodiscard]] Fault ill(std::uint32_t target, Instant now) const;
  /// Whether the target fails this request by chance.
  [[nodiscard]] bool fails(std::uint32_t target, const Ask& ask) const;
  /// The time of an answer with the requests that are in flight there.
  [[nodiscard]] AnswerTime answer_time(std::uint32_t target, const Ask& ask, Instant now) const;

  /// Counts a request against the target's true limits. False: it is refused.
  bool admit(std::uint32_t target, Instant now);
  /// When a request would be admitted, as far as that is known (kNever: when a running one ends). Takes nothing.
  [[nodiscard]] Instant admits_at(std::uint32_t target, Instant now);
  [[nodiscard]] QuotaHints hints(std::uint32_t target, Instant now);
  [[nodiscard]] Duration retry_after(std::uint32_t target) const;

  void began(std::uint32_t target) { ++states_[target].in_flight; }
  void ended(std::uint32_t target) { --states_[target].in_flight; }
  [[nodiscard]] std::uint32_t in_flight(std::uint32_t target) const { return states_[target].in_flight; }

 private:
  struct State {
    std::uint32_t upstream = 0;
    std::uint32_t in_flight = 0;
    std::vector<Trouble> troubles{};
    std::vector<TrueLimit> limit{};  ///< none or one
  };
  [[nodiscard]] const Trouble* trouble(std::uint32_t target, Instant now) const;
  [[nodiscard]] std::uint64_t chance(std::uint32_t target, const Ask& ask, std::uint64_t what) const;

  const Scenario* scenario_;
  std::uint64_t seed_;
  std::vector<State> states_;
};

}  // namespace drover::sim
