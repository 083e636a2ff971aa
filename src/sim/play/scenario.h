// A scenario of `drover simulate` as plain values: who asks how much and when, what each upstream is truly like, and
// what goes wrong when. docs/simulation.md says what each means. Not the file it is written in: cli/scenario_file.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/instant.h"
#include "core/plan/plan.h"
#include "sim/world/behaviour.h"

namespace drover::sim {

/// A terminal's patience, and memory: a scenario with more is refused.
inline constexpr std::uint64_t kMostRequests = 5'000'000;
inline constexpr std::uint32_t kMostTargets = 10'000;

/// From `at` on so many requests a second, at random (Poisson).
struct RateStep {
  Duration at{};
  double per_second = 0;
};

struct Arrivals {
  std::vector<RateStep> steps{{.at = {}, .per_second = 50}};
  std::vector<Duration> given{};  ///< when not empty: exactly these
};

struct Demand {
  double streamed = 0.5;
  double input_tokens = 500;   ///< mean; the real ones are exponential
  double output_tokens = 200;  ///< mean
  double leave = 0;            ///< share of clients that leave within `leave_within` of their arrival
  Duration leave_within = std::chrono::seconds(5);
  std::uint32_t conversations = 0;  ///< what `sticky` and affinity go by; 0: none
};

enum class Tells : std::uint8_t { Nothing, RetryAfter, Headers };

/// What one or several equal keys are truly like.
struct Upstream {
  std::string name = "key";
  std::uint32_t count = 1;
  Duration first_content = std::chrono::milliseconds(400);  ///< median
  Duration first_content_p99 = std::chrono::milliseconds(2000);
  Duration per_output_token = std::chrono::milliseconds(5);
  double tail = 0;  ///< share of answers that take `tail_factor` times as long
  double tail_factor = 10;
  double errors = 0;                          ///< share of requests that it fails with a 500
  std::uint32_t full_speed = 0;               ///< more at once and all are slower; 0: any number
  double requests_per_minute = 0;             ///< its true limit; 0: none
  double burst = 0;                           ///< so many at once after a pause; 0: a minute's worth
  std::optional<std::uint32_t> concurrent{};  ///< its true limit
  Tells tells = Tells::RetryAfter;            ///< how it says that a limit is reached
  bool configured = false;                    ///< drover's configuration knows the limits
  std::uint32_t weight = 1;
  std::uint32_t priority = 0;
  double usd_per_million_input = 0;
  double usd_per_million_output = 0;
};

/// What is wrong with an upstream from `from` until `until`.
struct Trouble {
  std::uint32_t upstream = 0;          ///< index into Scenario::upstreams
  std::optional<std::uint32_t> key{};  ///< only this one of its keys, from 0
  Duration from{};
  Duration until = kNoLimit;
  Fault fault = Fault::None;
  double slower = 10;  ///< for Fault::Slow
};

struct Scenario {
  std::string name = "one-key-dies";
  std::string about = "Four equal keys; one refuses connections from 20 s on.";
  Duration span = std::chrono::seconds(60);
  Arrivals arrivals{};
  Demand requests{};
  std::vector<Upstream> upstreams{};
  std::vector<Trouble> troubles{};

  [[nodiscard]] bool has_prices() const;
  /// About how many requests it has.
  [[nodiscard]] double expected_requests() const;
};

/// What is simulated when no file says otherwise.
[[nodiscard]] Scenario default_scenario();

/// A plan with a target for each key of each upstream, in one pool, and which upstream each target is (beside
/// Plan::targets).
struct ScenarioPlan {
  core::Plan plan;
  std::vector<std::uint32_t> upstream_of;
};
[[nodiscard]] ScenarioPlan plan_of(const Scenario& scenario);

/// The same for the targets of a configured plan: a target is the upstream that is called like it, like its provider
/// or else the first.
[[nodiscard]] ScenarioPlan plan_of(const Scenario& scenario, const core::Plan& configured);

}  // namespace drover::sim
