// What took a node of the health tree out, as facts that outlive the request they came from. No key and no prompt: a
// provider's code has been looked at by its dialect, a request's id by the gateway.
#pragma once

#include <optional>

#include "base/error.h"
#include "base/fixed_text.h"
#include "base/instant.h"

namespace drover::core {

/// Longest code kept; a provider's own that may be shown has at most 64 bytes.
inline constexpr std::size_t kMaxCauseCode = 64;
/// Longest request id kept: all that a client may choose (gateway/request/request_id.h), so that it can be asked for.
inline constexpr std::size_t kMaxCauseRequest = 128;

struct Cause {
  ErrorKind kind = ErrorKind::NoUpstream;  ///< NoUpstream: nothing has happened yet
  int status = 0;                          ///< that the upstream answered with; 0: no answer came
  std::optional<Duration> retry_after = std::nullopt;
  FixedText<kMaxCauseCode> code{};        ///< the provider's own, or ours
  FixedText<kMaxCauseRequest> request{};  ///< the request that failed; empty: a probe failed, or it is unknown
  bool by_probe = false;
  bool siblings_answer = false;  ///< the class is no failure, but other targets answered what this one refused
  Instant at{};

  [[nodiscard]] bool known() const { return kind != ErrorKind::NoUpstream; }
};

}  // namespace drover::core
