// A scenario of `drover simulate` as plain values: the demand over time, the true behaviour of each upstream, and what
// goes wrong and when. docs/simulation.md explains them; cli/scenario_file.h reads the file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/instant.h"
#include "core/plan/plan.h"
#include "sim/world/behaviour.h"

namespace drover::sim {

/// Most requests of a scenario, so that it fits into memory and ends in minutes.
inline constexpr std::uint64_t kMostRequests = 5'000'000;
inline constexpr std::uint32_t kMostTargets = 10'000;

/// From `at` on so many requests a second, at random times (Poisson).
struct RateStep {
  Duration at{};
  double per_second = 0;
};

struct Arrivals {
  std::vector<RateStep> steps{{.at = {}, .per_second = 50}};
  std::vector<Duration> given{};  ///< when not empty: exactly these times
};

struct Demand {
  double streamed = 0.5;
  double input_tokens = 500;   ///< mean; each request draws its own (exponential)
  double output_tokens = 200;  ///< mean
  double leave = 0;            ///< share of clients that leave within `leave_within` of arrival
  Duration leave_within = std::chrono::seconds(5);
  std::uint32_t conversations = 0;  ///< for `sticky` and affinity; 0: none
};

enum class Tells : std::uint8_t { Nothing, RetryAfter, Headers };

/// The true behaviour of one key, or of several equal ones.
struct Upstream {
  std::string name = "key";
  std::uint32_t count = 1;
  Duration first_content = std::chrono::milliseconds(400);  ///< median
  Duration first_content_p99 = std::chrono::milliseconds(2000);
  Duration per_output_token = std::chrono::milliseconds(5);
  double tail = 0;  ///< share of answers that take `tail_factor` times as long
  double tail_factor = 10;
  double errors = 0;                          ///< share of requests that get a 500
  std::uint32_t full_speed = 0;               ///< most requests at once at full speed; 0: any number
  double requests_per_minute = 0;             ///< its true limit; 0: none
  double burst = 0;                           ///< most requests at once after a pause; 0: a minute's worth
  std::optional<std::uint32_t> concurrent{};  ///< its true limit
  Tells tells = Tells::RetryAfter;            ///< how it tells that a limit is reached
  bool configured = false;                    ///< drover's configuration knows the limits
  std::uint32_t weight = 1;
  std::uint32_t priority = 0;
  double usd_per_million_input = 0;
  double usd_per_million_output = 0;
};

/// The fault of an upstream from `from` until `until`.
struct Trouble {
  std::uint32_t upstream = 0;          ///< index into Scenario::upstreams
  std::optional<std::uint32_t> key{};  ///< one of its keys, from 0; nothing: all
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
  /// About the number of requests.
  [[nodiscard]] double expected_requests() const;
};

/// The scenario that is played without a file.
[[nodiscard]] Scenario default_scenario();

/// A plan with a target for each key of each upstream in one pool, and the upstream of each target (in the order of
/// Plan::targets).
struct ScenarioPlan {
  core::Plan plan;
  std::vector<std::uint32_t> upstream_of;
};
[[nodiscard]] ScenarioPlan plan_of(const Scenario& scenario);

/// The same for a configured plan: a target's upstream is the one with its name, else the one with its provider's name,
/// else the first.
[[nodiscard]] ScenarioPlan plan_of(const Scenario& scenario, const core::Plan& configured);

}  // namespace drover::sim
