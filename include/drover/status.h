// The state of every target, as the gateway's status shows it. Plain values, taken at one moment.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drover/version.h"

DROVER_BEGIN

struct TargetStatus {
  std::string name;   ///< "openai/spare"
  std::string state;  ///< ok, suspect, half_open, ejected, cooling, resting
  /// Ejected, cooling, resting: how long still. Nothing: until further notice.
  std::optional<std::chrono::milliseconds> for_another;
  std::string why;  ///< the failure behind it: "rate_limited"; empty when ok
  /// The same in full: "429 rate_limit_exceeded, retry-after 30 s, request req_0a1b"; empty when ok.
  std::string cause;
  std::string request_id;  ///< the call that met it, for Client::explain(); empty: a probe did, or it is ok
  int last_status = 0;
  std::uint32_t in_flight = 0;
  std::uint32_t consecutive_failures = 0;
  std::uint64_t requests = 0;
  std::uint64_t failures = 0;
  std::optional<std::chrono::nanoseconds> first_content;  ///< usual time to the first content of a stream
  std::optional<std::chrono::nanoseconds> per_token;      ///< usual time per output token
};

struct Status {
  std::vector<TargetStatus> targets;
  std::uint64_t in_flight = 0;  ///< calls of this client that have not ended
};

DROVER_END
