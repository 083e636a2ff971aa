// A simulated world: targets with faults, clients that send, read slowly and leave, and between them the real Dispatch
// and Fleet, in simulated time. The seed and the settings determine every event.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/instant.h"
#include "core/fleet/fleet.h"
#include "core/plan/plan.h"
#include "sim/checks/invariants.h"
#include "sim/checks/reached.h"
#include "sim/world/behaviour.h"

namespace drover::sim {

/// A target has this fault from `from` until `until` (counted from the world's beginning). Later rows win.
struct FaultWindow {
  core::TargetId target{};
  Duration from{};
  Duration until = kNoLimit;
  Fault fault = Fault::None;
};

struct WorldSettings {
  core::Plan plan{};
  std::vector<FaultWindow> faults{};
  std::uint32_t requests = 60;
  Duration span = std::chrono::seconds(60);  ///< the requests arrive within this, at random times
  double streamed = 0.5;                     ///< share of requests that want a stream
  double leaving = 0.05;                     ///< clients that leave within a few seconds
  double slow_readers = 0.05;                ///< clients that block for a while
  double wrong = 0.03;                       ///< requests with a mistake of their own
  double poisonous = 0.01;                   ///< requests that every target fails with a 500
  double only_once = 0.1;                    ///< requests that must not be executed twice
  double impatient = 0.05;                   ///< clients with a short deadline of their own
  double fenced = 0.1;                       ///< clients that may use some providers only
  double late_events = 0.1;                  ///< cancelled attempts whose next event still arrives
  Duration probes = kNoLimit;                ///< every key at every server is probed this often
  Duration drain = kNoLimit;                 ///< the process drains then: every request is told
  Duration reloads = kNoLimit;               ///< the configuration is replaced by an equal one this often
  /// Puts a wrapper between the requests and the fleet, to test that the checkers notice what it does.
  std::function<std::unique_ptr<core::FleetPort>(core::FleetPort&)> saboteur{};
};

struct Report {
  std::uint64_t seed = 0;
  std::uint64_t trace = 0;  ///< a hash over every event and command, in order
  std::uint64_t steps = 0;
  std::uint32_t answered = 0;
  std::uint32_t left = 0;                 ///< ended because the client left
  std::map<int, std::uint32_t> failed{};  ///< by the status the client was told; 0: in-band
  std::uint32_t attempts = 0;
  std::size_t most_commands = 0;             ///< most commands of one event
  std::vector<std::uint32_t> attempts_at{};  ///< by target
  std::vector<Violation> violations{};
  Reached reached{};
};

/// Runs a world until every request has ended and no event is left.
[[nodiscard]] Report run(std::uint64_t seed, const WorldSettings& settings);

/// A world made up from the seed: its plan, its faults, its clients.
[[nodiscard]] WorldSettings random_world(std::uint64_t seed);

/// `count` targets, each a provider with one server and one key of its own, in one pool; short timeouts.
[[nodiscard]] core::Plan simple_plan(std::uint32_t count);

}  // namespace drover::sim
