// A pool with one target that answers every request in one wrong way, and fast, while its siblings are well: which
// target gets the traffic, and what clients see. It is the smallest world in which blame can go wrong; world.h has
// random worlds.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "base/instant.h"
#include "core/dispatch/stage.h"
#include "core/plan/plan.h"

namespace drover::sim {

/// How the three targets of one model are related.
enum class Topology : std::uint8_t {
  KeysOfOneServer,   ///< three keys at one server
  ServersOfOneKey,   ///< one key at three servers
  ProvidersAbreast,  ///< three providers of equal priority
  Fallbacks,         ///< three providers with priorities 0, 1, 2; the first is sick
};
inline constexpr Topology kTopologies[] = {Topology::KeysOfOneServer, Topology::ServersOfOneKey,
                                           Topology::ProvidersAbreast, Topology::Fallbacks};
[[nodiscard]] std::string_view to_string(Topology topology);

/// The answer of the sick target to every request.
struct Sickness {
  Error error{};
  core::Stage stage = core::Stage::Refused;
  double share = 1.0;  ///< share of its requests; the others are answered well
};

struct DiagnosisWorld {
  Topology topology = Topology::KeysOfOneServer;
  core::Balance balance = core::Balance::P2c;
  Sickness sickness{};
  std::uint32_t sick_targets = 1;  ///< the first so many targets; 3: an outage
  std::uint32_t requests = 400;
  Duration every = std::chrono::milliseconds(25);   ///< between two requests
  Duration answer = std::chrono::milliseconds(5);   ///< the time of a good answer
  Duration answer_varies{};                         ///< and up to so much more, at random
  Duration failure = std::chrono::milliseconds(2);  ///< the time of a failure
  double wrong = 0;                                 ///< share of requests that every target refuses
  Error wrong_answer = {.kind = ErrorKind::UserError, .scope = ErrorScope::Request, .status = 400};  ///< the refusal
  bool one_body = false;      ///< all requests have the same body
  std::uint32_t clients = 0;  ///< configured clients, which take turns; wrong requests are the first's
  std::uint64_t seed = 1;
};

struct DiagnosisReport {
  std::uint32_t early_failures = 0;  ///< failed requests among the first twenty good ones
  std::uint32_t late_failures = 0;   ///< failed requests after those
  std::uint32_t late_requests = 0;
  std::uint32_t late_first_at_sick = 0;  ///< first attempts of later requests at the sick target
  std::uint32_t attempts = 0;
  std::array<std::uint32_t, 3> first_attempts{};  ///< by target
  std::uint64_t charged_well = 0;                 ///< failures that were charged to well targets
  [[nodiscard]] double sick_share() const {
    return late_requests == 0 ? 0 : static_cast<double>(late_first_at_sick) / static_cast<double>(late_requests);
  }
};

[[nodiscard]] core::Plan plan_of(Topology topology, core::Balance balance);
[[nodiscard]] DiagnosisReport run(const DiagnosisWorld& world);

}  // namespace drover::sim
