// Plays a scenario with the real Fleet and Dispatch under one policy, or with an oracle that knows the upstreams' true
// state.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/plan/plan.h"
#include "sim/play/outcome.h"
#include "sim/play/scenario.h"

namespace drover::sim {

struct NamedPolicy {
  std::string_view name;
  core::Balance balance;
};
/// The policies by their words in a configuration.
inline constexpr std::array<NamedPolicy, 6> kPolicies = {{{"p2c", core::Balance::P2c},
                                                          {"round_robin", core::Balance::RoundRobin},
                                                          {"random", core::Balance::Random},
                                                          {"least_requests", core::Balance::LeastRequests},
                                                          {"least_latency", core::Balance::LeastLatency},
                                                          {"sticky", core::Balance::Sticky}}};

/// A play: the plan (its first route, unless another is given), and the upstream of each target.
struct Play {
  const Scenario* scenario = nullptr;
  const ScenarioPlan* world = nullptr;
  std::uint32_t route = 0;
  std::uint64_t seed = 1;
};

/// Plays with `balance` in every pool, or with the pools' own policies when it is nothing. The same play gives the same
/// outcome.
[[nodiscard]] Outcome play_policy(const Play& play, std::string name, std::optional<core::Balance> balance);

/// docs/simulation.md defines it.
[[nodiscard]] Outcome play_oracle(const Play& play);

}  // namespace drover::sim
